"""Offers and their versions in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.offer.types.documents import OfferKind
from huitou.offer.types.offers import (
    Offer,
    OfferDocument,
    OfferInForce,
    OfferState,
    OfferVersion,
    Tally,
)


def add_offer(tx: Tx, offer_id: UUID, document: OfferDocument) -> None:
    """Keep a draft with the next number."""
    tx.lock("offer.offer")
    tx.run(
        """
        INSERT INTO offer.offer (merchant_id, id, number, state, document, version, created_at)
        SELECT %(merchant)s, %(id)s, 1 + coalesce(max(number), 0), 'draft', %(document)s, 1, %(now)s
        FROM offer.offer WHERE merchant_id = %(merchant)s
        """,
        {"id": offer_id, "document": _json(document)},
    )


def set_document(tx: Tx, offer_id: UUID, document: OfferDocument, version: int) -> bool:
    """Replace the document of that version; False when there is another by now."""
    return bool(
        tx.run(
            """
            UPDATE offer.offer SET document = %(document)s, version = version + 1
            WHERE merchant_id = %(merchant)s AND id = %(id)s AND version = %(version)s
            """,
            {"id": offer_id, "document": _json(document), "version": version},
        )
    )


def set_state(tx: Tx, offer_id: UUID, state: OfferState) -> None:
    tx.run(
        "UPDATE offer.offer SET state = %(state)s WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": offer_id, "state": state},
    )


def set_in_force(tx: Tx, offer_id: UUID, version: int) -> None:
    """Published as it is now; the first time is kept."""
    tx.run(
        """
        UPDATE offer.offer SET state = 'published', in_force = %(version)s,
            published_at = coalesce(published_at, %(now)s)
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": offer_id, "version": version},
    )


def set_approval(tx: Tx, offer_id: UUID, approval_id: UUID | None) -> None:
    """What its publishing waits for, or nothing."""
    tx.run(
        "UPDATE offer.offer SET approval_id = %(approval)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": offer_id, "approval": approval_id},
    )


def add_version(tx: Tx, offer_id: UUID, version: int, document: OfferDocument) -> None:
    """Once; what was published is never written again."""
    tx.run(
        """
        INSERT INTO offer.version (merchant_id, offer_id, version, document, until_at, at, by)
        VALUES (%(merchant)s, %(offer)s, %(version)s, %(document)s, %(until)s, %(now)s, %(by)s)
        ON CONFLICT DO NOTHING
        """,
        {
            "offer": offer_id,
            "version": version,
            "document": _json(document),
            "until": document.when.until_at,
            "by": tx.principal,
        },
    )


def lock_offer(tx: Tx, offer_id: UUID) -> Offer | None:
    """An offer, held until the end of the transaction."""
    found = _offers(
        tx.rows(
            dict,
            """
            SELECT id, number, state, document, version, in_force, created_at, published_at,
                approval_id
            FROM offer.offer WHERE merchant_id = %(merchant)s AND id = %(id)s FOR UPDATE
            """,
            {"id": offer_id},
        )
    )
    return found[0] if found else None


def find_offers(tx: ReadTx, ids: Sequence[UUID]) -> list[Offer]:
    """Those with these ids."""
    return _offers(
        tx.rows(
            dict,
            """
            SELECT id, number, state, document, version, in_force, created_at, published_at,
                approval_id
            FROM offer.offer WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
            """,
            {"ids": list(ids)},
        )
    )


def list_offers(
    tx: ReadTx,
    *,
    states: Sequence[OfferState],
    kind: OfferKind | None,
    words: str | None,
    before: int | None,
    count_max: int,
) -> list[Offer]:
    """Newest first, those numbered below `before`; of one kind, with these words in name or note."""
    return _offers(
        tx.rows(
            dict,
            """
            SELECT id, number, state, document, version, in_force, created_at, published_at,
                approval_id
            FROM offer.offer
            WHERE merchant_id = %(merchant)s AND state = ANY(%(states)s::text[])
                AND (%(before)s::int IS NULL OR number < %(before)s::int)
                AND (%(kind)s::text IS NULL OR document -> 'terms' ->> 'kind' = %(kind)s::text)
                AND (%(words)s::text IS NULL OR strpos(
                    lower(concat(document ->> 'name', ' ', document ->> 'note')), %(words)s::text) > 0)
            ORDER BY number DESC LIMIT %(count_max)s
            """,
            {
                "states": list(states),
                "kind": kind,
                "words": words.strip().lower() if words else None,
                "before": before,
                "count_max": count_max,
            },
        )
    )


def list_in_force(tx: ReadTx, not_over_at: datetime) -> list[OfferInForce]:
    """What is published and was not over at that moment, by number."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT o.id, o.number, v.version, v.document FROM offer.offer o
        JOIN offer.version v ON v.merchant_id = o.merchant_id AND v.offer_id = o.id
            AND v.version = o.in_force
        WHERE o.merchant_id = %(merchant)s AND o.state = 'published'
            AND (v.until_at IS NULL OR v.until_at > %(not_over_at)s)
        ORDER BY o.number
        """,
        {"not_over_at": not_over_at},
    )
    return [OfferInForce(**row | {"document": read_document(row["document"])}) for row in rows]


def count_published(tx: ReadTx) -> int:
    return int(
        tx.value(
            "SELECT count(*) FROM offer.offer"
            " WHERE merchant_id = %(merchant)s AND state = 'published'"
        )
    )


def list_versions(tx: ReadTx, offer_id: UUID) -> list[OfferVersion]:
    """What was published, latest first."""
    return tx.rows(
        OfferVersion,
        """
        SELECT version, document, at, by FROM offer.version
        WHERE merchant_id = %(merchant)s AND offer_id = %(offer)s ORDER BY version DESC
        """,
        {"offer": offer_id},
    )


def find_versions(
    tx: ReadTx, wanted: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int], OfferDocument]:
    """These versions of offers; unknown ones are missing."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT v.offer_id, v.version, v.document FROM offer.version v
        JOIN unnest(%(offers)s::uuid[], %(versions)s::int[]) AS w (offer_id, version)
            ON v.offer_id = w.offer_id AND v.version = w.version
        WHERE v.merchant_id = %(merchant)s
        """,
        {"offers": [id_ for id_, _ in wanted], "versions": [version for _, version in wanted]},
    )
    return {(row["offer_id"], row["version"]): read_document(row["document"]) for row in rows}


def list_tags(tx: ReadTx) -> list[str]:
    """Tags and groups of all offers that are not over."""
    return tx.column(
        """
        SELECT DISTINCT t.tag FROM offer.offer o
        CROSS JOIN LATERAL (
            SELECT jsonb_array_elements_text(o.document -> 'tags') AS tag
            UNION ALL SELECT o.document -> 'terms' ->> 'group'
        ) t
        WHERE o.merchant_id = %(merchant)s AND o.state <> 'ended' AND t.tag IS NOT NULL
        """
    )


def list_tallies(tx: ReadTx, offer_ids: Sequence[UUID]) -> dict[UUID, Tally]:
    """What orders took of each of these offers."""
    rows = tx.rows(
        Tally,
        """
        SELECT offer_id, sum(orders)::bigint AS orders, sum(cost_fen)::bigint AS cost_fen
        FROM offer.tally
        WHERE merchant_id = %(merchant)s AND offer_id = ANY(%(ids)s::uuid[]) GROUP BY offer_id
        """,
        {"ids": list(offer_ids)},
    )
    found = {row.offer_id: row for row in rows}
    return {id_: found.get(id_, Tally(id_, 0, 0)) for id_ in offer_ids}


def read_document(value: Any) -> OfferDocument:
    """As it is kept: in JSON a moment is a text and a tuple an array, so types are not taken strictly."""
    return OfferDocument.model_validate(value, strict=False)


def _offers(rows: Sequence[dict[str, Any]]) -> list[Offer]:
    return [Offer(**row | {"document": read_document(row["document"])}) for row in rows]


def _json(document: OfferDocument) -> Jsonb:
    return Jsonb(document.model_dump(mode="json"))
