"""Lists of customers that were uploaded."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import sql

from huitou.base.db import ReadTx, Tx
from huitou.campaign.types.lists import CustomerList

_SELECT = sql.SQL(
    """
    SELECT id, name, lines, found, unknown, repeated, quarantined,
           errors_sealed IS NOT NULL AS has_errors, created_by, created_at
    FROM campaign.list WHERE merchant_id = %(merchant)s
    """
)


def find_list(tx: ReadTx, list_id: UUID) -> CustomerList | None:
    return tx.row(CustomerList, sql.SQL("{} AND id = %(id)s").format(_SELECT), {"id": list_id})


def names(tx: ReadTx, list_ids: Sequence[UUID]) -> dict[UUID, str]:
    query = sql.SQL("{} AND id = ANY(%(ids)s::uuid[])").format(_SELECT)
    return {each.id: each.name for each in tx.rows(CustomerList, query, {"ids": list(list_ids)})}


def list_lists(tx: ReadTx, *, before: UUID | None, count_max: int) -> list[CustomerList]:
    """Newest first."""
    query = sql.SQL(
        """
        {} AND (%(before)s::uuid IS NULL OR id < %(before)s) ORDER BY id DESC LIMIT %(count_max)s
        """
    ).format(_SELECT)
    return tx.rows(CustomerList, query, {"before": before, "count_max": count_max})


def add_list(
    tx: Tx, listed: CustomerList, members: Sequence[UUID], errors_sealed: bytes | None
) -> None:
    tx.run(
        """
        INSERT INTO campaign.list (merchant_id, id, name, lines, found, unknown, repeated, quarantined,
                                   errors_sealed, created_by, created_at)
        VALUES (%(merchant)s, %(id)s, %(name)s, %(lines)s, %(found)s, %(unknown)s, %(repeated)s,
                %(quarantined)s, %(errors)s, %(by)s, %(now)s)
        """,
        {
            "id": listed.id,
            "name": listed.name,
            "lines": listed.lines,
            "found": listed.found,
            "unknown": listed.unknown,
            "repeated": listed.repeated,
            "quarantined": listed.quarantined,
            "errors": errors_sealed,
            "by": tx.principal,
        },
    )
    tx.load("listed", {"customer_id": "uuid"}, [(member,) for member in members])
    tx.run(
        """
        INSERT INTO campaign.list_member (merchant_id, list_id, customer_id)
        SELECT %(merchant)s, %(id)s, customer_id FROM pg_temp.listed
        """,
        {"id": listed.id},
    )


def list_members(tx: ReadTx, list_id: UUID) -> list[UUID]:
    """For whom the members were found; others may answer for them by now."""
    return tx.column(
        "SELECT customer_id FROM campaign.list_member"
        " WHERE merchant_id = %(merchant)s AND list_id = %(id)s",
        {"id": list_id},
    )


def find_errors(tx: ReadTx, list_id: UUID) -> bytes | None:
    sealed = tx.value(
        "SELECT errors_sealed FROM campaign.list WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": list_id},
    )
    return bytes(sealed) if sealed is not None else None


def drop_errors(tx: Tx, before: datetime) -> int:
    """Lines that led nowhere are kept no longer."""
    return tx.run(
        "UPDATE campaign.list SET errors_sealed = NULL WHERE merchant_id = %(merchant)s"
        " AND errors_sealed IS NOT NULL AND created_at < %(before)s",
        {"before": before},
    )


def remove_members(tx: Tx, customer_ids: Sequence[UUID]) -> int:
    return tx.run(
        "DELETE FROM campaign.list_member"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)",
        {"ids": list(customer_ids)},
    )
