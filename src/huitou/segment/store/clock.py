"""The clock in PostgreSQL: how far time has been followed, and who is due."""

from collections.abc import Sequence
from typing import Any, LiteralString
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.segment.rules.clock import Due, Span
from huitou.segment.types.answers import Clock


def get_clock(tx: ReadTx) -> Clock | None:
    """How far time has been followed; None before the first time."""
    return tx.row(
        Clock,
        """
        SELECT swept_upto, checked_at, corrected_count,
               (SELECT count(*) FROM segment.due d
                WHERE d.merchant_id = c.merchant_id) AS due_count
        FROM segment.clock c WHERE merchant_id = %(merchant)s
        """,
    )


def set_swept(tx: Tx) -> None:
    """Time has been followed up to now."""
    tx.run(
        """
        INSERT INTO segment.clock (merchant_id, swept_upto) VALUES (%(merchant)s, %(now)s)
        ON CONFLICT (merchant_id) DO UPDATE SET swept_upto = excluded.swept_upto
        """
    )


def set_back(tx: Tx) -> None:
    """What is judged as of now has to be looked at again for what comes after."""
    tx.run(
        """
        UPDATE segment.clock SET swept_upto = %(now)s
        WHERE merchant_id = %(merchant)s AND swept_upto > %(now)s
        """
    )


def set_checked(tx: Tx) -> None:
    tx.run(
        "UPDATE segment.clock SET checked_at = %(now)s WHERE merchant_id = %(merchant)s",
    )


def add_corrected(tx: Tx, count: int) -> None:
    tx.run(
        """
        UPDATE segment.clock SET corrected_count = corrected_count + %(count)s
        WHERE merchant_id = %(merchant)s
        """,
        {"count": count},
    )


def put_due(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Put these on the list."""
    tx.run(
        """
        INSERT INTO segment.due (merchant_id, customer_id)
        SELECT %(merchant)s, unnest(%(ids)s::uuid[]) ON CONFLICT DO NOTHING
        """,
        {"ids": list(customer_ids)},
    )


def add_due(tx: Tx, due: Due) -> None:
    """Put on the list whoever has a fact of that age: one range of an index each."""
    for query, params in _questions(due):
        tx.run(_ADD_DUE + query + ") found ON CONFLICT DO NOTHING", params)


def find_due(tx: ReadTx, due: Due, count_max: int) -> set[int]:
    """The ordinals of those who have a fact of that age; not all, if there are more."""
    found: set[int] = set()
    for query, params in _questions(due):
        text = _FIND_DUE + query + _OF_THESE
        found.update(tx.column(text, {**params, "count_max": count_max}))
    return found


def _questions(due: Due) -> list[tuple[LiteralString, dict[str, Any]]]:
    found: list[tuple[LiteralString, dict[str, Any]]] = [
        *((_BOUGHT, _within(span)) for span in due.purchases),
        *((_SEEN, _within(span)) for span in due.seen),
        *((_CREATED, _within(span)) for span in due.created),
    ]
    for type_, spans in due.events.items():
        found += [(_DID, {**_within(span), "type": type_}) for span in spans]
    if due.joined_on:
        found.append((_JOINED, {"days": due.joined_on, "zone": due.zone}))
    if due.birth_months:
        found.append((_BORN, {"months": due.birth_months}))
    return found


def _within(span: Span) -> dict[str, Any]:
    return {"since": span[0], "until": span[1]}


_ADD_DUE: LiteralString = """
    INSERT INTO segment.due (merchant_id, customer_id)
    SELECT DISTINCT %(merchant)s, found.customer_id FROM (
"""
_FIND_DUE: LiteralString = """
    SELECT DISTINCT c.ordinal FROM identity.customer c JOIN (
"""
_OF_THESE: LiteralString = """
    ) found ON found.customer_id = c.id WHERE c.merchant_id = %(merchant)s LIMIT %(count_max)s
"""
_BOUGHT: LiteralString = """
    SELECT p.customer_id FROM "order".purchase p
    WHERE p.merchant_id = %(merchant)s AND p.paid_at > %(since)s AND p.paid_at <= %(until)s
      AND p.customer_id IS NOT NULL
"""
_SEEN: LiteralString = """
    SELECT s.customer_id FROM profile.seen s
    WHERE s.merchant_id = %(merchant)s
      AND s.last_seen_at > %(since)s AND s.last_seen_at <= %(until)s
"""
_CREATED: LiteralString = """
    SELECT c.id AS customer_id FROM identity.customer c
    WHERE c.merchant_id = %(merchant)s AND c.created_at > %(since)s AND c.created_at <= %(until)s
"""
_DID: LiteralString = """
    SELECT r.customer_id FROM event.log e
    JOIN identity.resolved_now r ON r.merchant_id = e.merchant_id AND r.position = e.position
    WHERE e.merchant_id = %(merchant)s AND e.type = %(type)s
      AND e.occurred_at > %(since)s AND e.occurred_at <= %(until)s
"""
_JOINED: LiteralString = """
    SELECT c.root_id AS customer_id FROM profile.description d
    JOIN identity.customer c ON c.merchant_id = d.merchant_id AND c.id = d.customer_id
    WHERE d.merchant_id = %(merchant)s AND d.joined_on = ANY(%(days)s)
    UNION ALL
    SELECT c.root_id FROM unnest(%(days)s::date[]) day
    JOIN profile.seen s ON s.joined_at >= day::timestamp AT TIME ZONE %(zone)s
                       AND s.joined_at < (day + 1)::timestamp AT TIME ZONE %(zone)s
    JOIN identity.customer c ON c.merchant_id = s.merchant_id AND c.id = s.customer_id
    WHERE s.merchant_id = %(merchant)s
"""
_BORN: LiteralString = """
    SELECT c.root_id AS customer_id FROM profile.description d
    JOIN identity.customer c ON c.merchant_id = d.merchant_id AND c.id = d.customer_id
    WHERE d.merchant_id = %(merchant)s AND d.birth_month = ANY(%(months)s::smallint[])
"""


def take_due(tx: Tx, count_max: int) -> list[UUID]:
    """Take so many off the list."""
    return tx.column(
        """
        DELETE FROM segment.due WHERE merchant_id = %(merchant)s AND customer_id IN (
            SELECT customer_id FROM segment.due WHERE merchant_id = %(merchant)s
            ORDER BY customer_id LIMIT %(count_max)s)
        RETURNING customer_id
        """,
        {"count_max": count_max},
    )


def list_due(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these customers who are on the list."""
    return tx.column(
        """
        SELECT customer_id FROM segment.due
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)
        """,
        {"ids": list(customer_ids)},
    )
