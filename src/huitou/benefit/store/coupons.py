"""Coupons in PostgreSQL: giving them, and moving them from state to state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.base.arrays import literal
from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.coupons import Arc, CodeBatch, Coupon, Moved, NewCoupons, Ref


@dataclass(frozen=True, slots=True)
class MaybeHad:
    """A person's coupon, or (all None) that there is no such person."""

    root_id: UUID
    customer_id: UUID | None
    serial: int | None
    nth: int | None
    claim: UUID | None


def list_had(tx: ReadTx, template_id: UUID, root_ids: Sequence[UUID]) -> list[MaybeHad]:
    """What living people who answer for themselves took of the template, a row for each coupon; and
    a row without one for each who is none of those. Who is missing has none."""
    return tx.rows(
        MaybeHad,
        "SELECT root_id, customer_id, serial, nth, claim"
        " FROM benefit.coupons_had(%(template)s, %(roots)s::uuid[])",
        {"template": template_id, "roots": literal(root_ids)},
    )


def add_coupons(
    tx: Tx,
    template_id: UUID,
    new: NewCoupons,
    span: tuple[datetime, datetime],
    transaction_id: UUID,
) -> int:
    """Keep them; returns how many were kept: all, under the lock of the stock."""
    return tx.run(
        """
        INSERT INTO benefit.coupon (merchant_id, template_id, serial, customer_id, nth, claim,
            issued_at, active_at, expires_at, transaction_id)
        SELECT %(merchant)s, %(template)s, %(first)s - 1 + n.n, n.customer_id, n.nth, n.claim,
            %(now)s, %(active)s, %(expires)s, %(transaction)s
        FROM unnest(%(customers)s::uuid[], %(nths)s::int[], %(claims)s::uuid[])
            WITH ORDINALITY AS n (customer_id, nth, claim, n)
        """,
        {
            "template": template_id,
            "first": new.first,
            "customers": literal(new.customer_ids),
            "nths": literal(new.nths),
            "claims": literal(new.claims),
            "active": span[0],
            "expires": span[1],
            "transaction": transaction_id,
        },
    )


def add_printed(
    tx: Tx,
    template_id: UUID,
    serials: tuple[int, int],
    span: tuple[datetime | None, datetime | None],
    transaction_id: UUID,
) -> int:
    """Codes that nobody entered yet, from one serial to another."""
    return tx.run(
        """
        INSERT INTO benefit.coupon (merchant_id, template_id, serial, state, issued_at, active_at,
            expires_at, transaction_id)
        SELECT %(merchant)s, %(template)s, n, 'printed', %(now)s, %(active)s, %(expires)s,
            %(transaction)s
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
        """,
        {
            "template": template_id,
            "first": serials[0],
            "last": serials[1],
            "active": span[0],
            "expires": span[1],
            "transaction": transaction_id,
        },
    )


def add_coupon(tx: Tx, coupon: Coupon, transaction_id: UUID) -> None:
    """One that takes the place of another."""
    tx.run(
        """
        INSERT INTO benefit.coupon (merchant_id, template_id, serial, customer_id, state,
            issued_at, active_at, expires_at, transaction_id)
        VALUES (%(merchant)s, %(template)s, %(serial)s, %(customer)s, %(state)s, %(issued)s,
            %(active)s, %(expires)s, %(transaction)s)
        """,
        {
            "template": coupon.template_id,
            "serial": coupon.serial,
            "customer": coupon.customer_id,
            "state": coupon.state,
            "issued": coupon.issued_at,
            "active": coupon.active_at,
            "expires": coupon.expires_at,
            "transaction": transaction_id,
        },
    )


def lock_coupons(tx: Tx, wanted: Sequence[tuple[UUID, int]]) -> list[Coupon]:
    """These coupons by (template, serial), held until the end of the transaction, in that order."""
    return tx.rows(
        Coupon,
        """
        SELECT k.template_id, k.serial, k.customer_id, k.nth, k.state, k.issued_at, k.active_at,
            k.expires_at, k.held_until, k.ref
        FROM benefit.coupon k
        JOIN unnest(%(templates)s::uuid[], %(serials)s::bigint[]) AS w (template_id, serial)
            ON k.template_id = w.template_id AND k.serial = w.serial
        WHERE k.merchant_id = %(merchant)s
        ORDER BY k.template_id, k.serial FOR UPDATE OF k
        """,
        {
            "templates": [template_id for template_id, _ in wanted],
            "serials": [serial for _, serial in wanted],
        },
    )


def lock_coupons_of(tx: Tx, ref: str) -> list[Coupon]:
    """What an order holds or used, held until the end of the transaction."""
    return tx.rows(
        Coupon,
        """
        SELECT template_id, serial, customer_id, nth, state, issued_at, active_at, expires_at,
            held_until, ref
        FROM benefit.coupon WHERE merchant_id = %(merchant)s AND ref = %(ref)s
        ORDER BY template_id, serial FOR UPDATE
        """,
        {"ref": ref},
    )


def list_of_ref(tx: ReadTx, ref: str) -> list[Coupon]:
    """What an order holds or used."""
    return tx.rows(
        Coupon,
        """
        SELECT template_id, serial, customer_id, nth, state, issued_at, active_at, expires_at,
            held_until, ref
        FROM benefit.coupon WHERE merchant_id = %(merchant)s AND ref = %(ref)s
        """,
        {"ref": ref},
    )


def lock_coupons_of_customers(tx: Tx, customer_ids: Sequence[UUID]) -> list[Coupon]:
    """All coupons of these very customers, held until the end of the transaction."""
    return tx.rows(
        Coupon,
        """
        SELECT template_id, serial, customer_id, nth, state, issued_at, active_at, expires_at,
            held_until, ref
        FROM benefit.coupon
        WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(customers)s::uuid[])
        ORDER BY template_id, serial FOR UPDATE
        """,
        {"customers": list(customer_ids)},
    )


def lock_overdue(tx: Tx, count_max: int) -> list[Coupon]:
    """Held longer than agreed; those that somebody works on now are left for the next time."""
    return tx.rows(
        Coupon,
        """
        SELECT template_id, serial, customer_id, nth, state, issued_at, active_at, expires_at,
            held_until, ref
        FROM benefit.coupon
        WHERE merchant_id = %(merchant)s AND state = 'held' AND held_until <= %(now)s
        ORDER BY held_until LIMIT %(count_max)s FOR UPDATE SKIP LOCKED
        """,
        {"count_max": count_max},
    )


def lock_expired(tx: Tx, count_max: int) -> list[Coupon]:
    """Over and not booked yet; as above."""
    return tx.rows(
        Coupon,
        """
        SELECT template_id, serial, customer_id, nth, state, issued_at, active_at, expires_at,
            held_until, ref
        FROM benefit.coupon
        WHERE merchant_id = %(merchant)s AND state IN ('issued', 'printed')
            AND expires_at <= %(now)s
        ORDER BY expires_at LIMIT %(count_max)s FOR UPDATE SKIP LOCKED
        """,
        {"count_max": count_max},
    )


def set_coupons(tx: Tx, coupons: Sequence[Coupon]) -> None:
    """Keep what they are now."""
    tx.run(
        """
        UPDATE benefit.coupon k SET customer_id = n.customer_id, nth = n.nth, state = n.state,
            active_at = n.active_at, expires_at = n.expires_at, held_until = n.held_until,
            ref = n.ref, claim = CASE WHEN n.customer_id IS NULL THEN NULL ELSE k.claim END
        FROM unnest(%(templates)s::uuid[], %(serials)s::bigint[], %(customers)s::uuid[],
            %(nths)s::int[], %(states)s::text[], %(actives)s::timestamptz[],
            %(expires)s::timestamptz[], %(helds)s::timestamptz[], %(refs)s::text[])
            AS n (template_id, serial, customer_id, nth, state, active_at, expires_at, held_until,
                ref)
        WHERE k.merchant_id = %(merchant)s AND k.template_id = n.template_id
            AND k.serial = n.serial
        """,
        {
            "templates": [each.template_id for each in coupons],
            "serials": [each.serial for each in coupons],
            "customers": [each.customer_id for each in coupons],
            "nths": [each.nth for each in coupons],
            "states": [each.state for each in coupons],
            "actives": [each.active_at for each in coupons],
            "expires": [each.expires_at for each in coupons],
            "helds": [each.held_until for each in coupons],
            "refs": [each.ref for each in coupons],
        },
    )


def add_steps(tx: Tx, arc: Arc, moved: Sequence[Moved], ref: Ref, transaction_id: UUID) -> None:
    """What happened to each, under its lock."""
    tx.run(
        """
        INSERT INTO benefit.coupon_step (merchant_id, template_id, serial, seq, arc, from_state,
            to_state, at, ref_kind, ref_id, unit_id, principal, transaction_id)
        SELECT %(merchant)s, m.template_id, m.serial, 1 + coalesce(last.seq, 0), %(arc)s,
            m.from_state, m.to_state, %(now)s, %(ref_kind)s, %(ref_id)s, %(unit)s, %(principal)s,
            %(transaction)s
        FROM unnest(%(templates)s::uuid[], %(serials)s::bigint[], %(froms)s::text[],
            %(tos)s::text[]) AS m (template_id, serial, from_state, to_state)
        LEFT JOIN LATERAL (
            SELECT s.seq FROM benefit.coupon_step s
            WHERE s.merchant_id = %(merchant)s AND s.template_id = m.template_id
                AND s.serial = m.serial
            ORDER BY s.seq DESC LIMIT 1
        ) last ON true
        """,
        {
            "arc": arc,
            "templates": [each.before.template_id for each in moved],
            "serials": [each.before.serial for each in moved],
            "froms": [each.before.state for each in moved],
            "tos": [each.after.state for each in moved],
            "ref_kind": ref.kind,
            "ref_id": ref.id,
            "unit": ref.unit_id,
            "principal": tx.principal,
            "transaction": transaction_id,
        },
    )


def add_batch(tx: Tx, batch: CodeBatch) -> None:
    tx.run(
        "INSERT INTO benefit.coupon_batch VALUES (%(merchant)s, %(id)s, %(template)s, %(first)s,"
        " %(last)s, %(now)s, %(by)s)",
        {
            "id": batch.id,
            "template": batch.template_id,
            "first": batch.first,
            "last": batch.last,
            "by": batch.by,
        },
    )
