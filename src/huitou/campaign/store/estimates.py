"""Estimates under way and done."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.campaign.types.estimates import KeptEstimate

_SELECT = sql.SQL(
    """
    SELECT id, campaign_id, version, state, candidates, decided, tally, loads, begun_by, begun_at,
           ended_at
    FROM campaign.estimate WHERE merchant_id = %(merchant)s
    """
)


def find_latest(tx: ReadTx, campaign_id: UUID) -> KeptEstimate | None:
    query = sql.SQL("{} AND campaign_id = %(campaign)s ORDER BY id DESC LIMIT 1").format(_SELECT)
    return tx.row(KeptEstimate, query, {"campaign": campaign_id})


def lock_estimate(tx: Tx, estimate_id: UUID) -> KeptEstimate | None:
    """Held until the end of the transaction: a chunk is counted once."""
    query = sql.SQL("{} AND id = %(id)s FOR UPDATE").format(_SELECT)
    return tx.row(KeptEstimate, query, {"id": estimate_id})


def list_running(tx: ReadTx) -> list[UUID]:
    return tx.column(
        "SELECT id FROM campaign.estimate WHERE merchant_id = %(merchant)s AND state = 'running'"
    )


def add_estimate(
    tx: Tx,
    estimate_id: UUID,
    campaign_id: UUID,
    version: int,
    audience: Sequence[tuple[UUID, UUID | None]],
) -> None:
    """An estimate about `(customer, opportunity)`, in order."""
    tx.run(
        """
        INSERT INTO campaign.estimate
            (merchant_id, id, campaign_id, version, state, candidates, begun_by, begun_at)
        VALUES (%(merchant)s, %(id)s, %(campaign)s, %(version)s, 'running', %(candidates)s, %(by)s,
                %(now)s)
        """,
        {
            "id": estimate_id,
            "campaign": campaign_id,
            "version": version,
            "candidates": len(audience),
            "by": tx.principal,
        },
    )
    tx.load(
        "estimated",
        {"no": "int", "customer_id": "uuid", "opportunity_id": "uuid"},
        [(no, customer_id, found) for no, (customer_id, found) in enumerate(audience)],
    )
    tx.run(
        """
        INSERT INTO campaign.estimated (merchant_id, estimate_id, no, customer_id, opportunity_id)
        SELECT %(merchant)s, %(id)s, no, customer_id, opportunity_id FROM pg_temp.estimated
        """,
        {"id": estimate_id},
    )


def list_next(
    tx: ReadTx, estimate_id: UUID, first: int, count: int
) -> list[tuple[UUID, UUID | None]]:
    """`(customer, opportunity)` from place `first` on."""
    rows = tx.rows(
        dict,
        """
        SELECT customer_id, opportunity_id FROM campaign.estimated
        WHERE merchant_id = %(merchant)s AND estimate_id = %(id)s
          AND no >= %(first)s AND no < %(first)s + %(count)s
        ORDER BY no
        """,
        {"id": estimate_id, "first": first, "count": count},
    )
    return [(row["customer_id"], row["opportunity_id"]) for row in rows]


def set_counted(
    tx: Tx, estimate_id: UUID, decided: int, tally: list[list[Any]], loads: dict[str, int]
) -> None:
    tx.run(
        """
        UPDATE campaign.estimate
        SET decided = %(decided)s, tally = %(tally)s, loads = %(loads)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": estimate_id, "decided": decided, "tally": Jsonb(tally), "loads": Jsonb(loads)},
    )


def set_ended(tx: Tx, estimate_id: UUID, state: str) -> None:
    """It is over; whom it was about is no longer kept."""
    tx.run(
        "UPDATE campaign.estimate SET state = %(state)s, ended_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": estimate_id, "state": state},
    )
    tx.run(
        "DELETE FROM campaign.estimated WHERE merchant_id = %(merchant)s AND estimate_id = %(id)s",
        {"id": estimate_id},
    )
