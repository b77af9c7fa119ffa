"""SQL of ratings, visits and doors."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.member.types import Door, Rating, Visit


def find_ratings(tx: ReadTx, order_ids: Sequence[UUID]) -> list[Rating]:
    """The ratings there are of these orders."""
    return tx.rows(
        Rating,
        """
        SELECT order_id, rating, service_rating, reasons, staff_id, rated_at, change_count
        FROM member.rating WHERE merchant_id = %(merchant)s AND order_id = ANY(%(ids)s)
        """,
        {"ids": list(order_ids)},
    )


def set_rating(
    tx: Tx,
    order_id: UUID,
    *,
    rating: int,
    service_rating: int | None,
    reasons: Sequence[str],
    staff_id: UUID | None,
) -> int | None:
    """Keep a rating; returns how often it was changed, None where it says the same already."""
    row = tx.row(
        dict,
        """
        INSERT INTO member.rating AS r
               (merchant_id, order_id, rating, service_rating, reasons, staff_id, rated_at)
        VALUES (%(merchant)s, %(id)s, %(rating)s, %(service)s, %(reasons)s, %(staff)s, %(now)s)
        ON CONFLICT (merchant_id, order_id) DO UPDATE
        SET rating = excluded.rating, service_rating = excluded.service_rating,
            reasons = excluded.reasons, staff_id = excluded.staff_id, rated_at = excluded.rated_at,
            change_count = r.change_count + 1
        WHERE (r.rating, r.service_rating, r.reasons, r.staff_id) IS DISTINCT FROM
              (excluded.rating, excluded.service_rating, excluded.reasons, excluded.staff_id)
        RETURNING change_count
        """,
        {
            "id": order_id,
            "rating": rating,
            "service": service_rating,
            "reasons": list(reasons),
            "staff": staff_id,
        },
    )
    return row["change_count"] if row else None


def add_visit(tx: Tx, visit: Visit, code_hash: bytes) -> None:
    """Take a code, unless somebody did; see `find_visit_of_code`."""
    tx.run(
        """
        INSERT INTO member.visit
               (merchant_id, id, code_hash, customer_id, principal, unit_id, began_at)
        VALUES (%(merchant)s, %(id)s, %(hash)s, %(customer)s, %(principal)s, %(unit)s, %(at)s)
        ON CONFLICT DO NOTHING
        """,
        {
            "id": visit.id,
            "hash": code_hash,
            "customer": visit.customer_id,
            "principal": visit.principal,
            "unit": visit.unit_id,
            "at": visit.began_at,
        },
    )


def find_visit_of_code(tx: ReadTx, code_hash: bytes) -> Visit | None:
    """Who took a code."""
    return tx.row(
        Visit,
        "SELECT id, customer_id, principal, unit_id, began_at FROM member.visit"
        " WHERE merchant_id = %(merchant)s AND code_hash = %(hash)s",
        {"hash": code_hash},
    )


def find_visit(tx: ReadTx, visit_id: UUID) -> Visit | None:
    """A visit by id."""
    return tx.row(
        Visit,
        "SELECT id, customer_id, principal, unit_id, began_at FROM member.visit"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": visit_id},
    )


def remove_visits(tx: Tx, before: datetime) -> int:
    """Visits that began before a moment."""
    return tx.run(
        "DELETE FROM member.visit WHERE merchant_id = %(merchant)s AND began_at < %(before)s",
        {"before": before},
    )


def remove_visits_of(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Visits of forgotten customers."""
    tx.run(
        "DELETE FROM member.visit WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)",
        {"ids": list(customer_ids)},
    )


def add_door(tx: Tx, door: Door, code_hash: bytes) -> None:
    """Somebody asks to come in."""
    tx.run(
        """
        INSERT INTO member.door
               (merchant_id, id, phone_blind, phone_sealed, code_hash, unit_id, wants_sms, asked_at)
        VALUES (%(merchant)s, %(id)s, %(blind)s, %(sealed)s, %(hash)s, %(unit)s, %(wants)s, %(now)s)
        """,
        {
            "id": door.id,
            "blind": door.phone_blind,
            "sealed": door.phone_sealed,
            "hash": code_hash,
            "unit": door.unit_id,
            "wants": door.wants_sms,
        },
    )


def list_knocks(tx: ReadTx, phone_blind: bytes, since: datetime) -> list[datetime]:
    """When codes were asked for a number."""
    return tx.column(
        "SELECT asked_at FROM member.door WHERE merchant_id = %(merchant)s"
        " AND phone_blind = %(blind)s AND asked_at > %(since)s",
        {"blind": phone_blind, "since": since},
    )


def find_door(tx: ReadTx, door_id: UUID) -> Door | None:
    """A door by id."""
    return tx.row(
        Door,
        """
        SELECT id, phone_blind, phone_sealed, code_hash, unit_id, wants_sms, state, attempts,
               asked_at, position
        FROM member.door WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": door_id},
    )


def lock_door(tx: Tx, door_id: UUID) -> Door | None:
    """A door, held until the end of the transaction."""
    return tx.row(
        Door,
        """
        SELECT id, phone_blind, phone_sealed, code_hash, unit_id, wants_sms, state, attempts,
               asked_at, position
        FROM member.door WHERE merchant_id = %(merchant)s AND id = %(id)s FOR UPDATE
        """,
        {"id": door_id},
    )


def set_door_state(tx: Tx, door_id: UUID, state: str) -> None:
    """How far the code's message is."""
    tx.run(
        "UPDATE member.door SET state = %(state)s WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": door_id, "state": state},
    )


def add_attempt(tx: Tx, door_id: UUID) -> None:
    """A code was typed."""
    tx.run(
        "UPDATE member.door SET attempts = attempts + 1"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": door_id},
    )


def set_proven(tx: Tx, door_id: UUID, position: int) -> None:
    """The log has it at this position."""
    tx.run(
        "UPDATE member.door SET position = %(position)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": door_id, "position": position},
    )


def remove_doors(tx: Tx, before: datetime) -> int:
    """Doors asked for before a moment."""
    return tx.run(
        "DELETE FROM member.door WHERE merchant_id = %(merchant)s AND asked_at < %(before)s",
        {"before": before},
    )
