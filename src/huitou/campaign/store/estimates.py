"""Estimates under way and done."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.campaign.store.candidates import UNFIT
from huitou.campaign.types.estimates import KeptEstimate

_SELECT = sql.SQL(
    """
    SELECT id, campaign_id, version, state, candidates, decided, tally, loads, begun_by, begun_at,
           ended_at
    FROM campaign.estimate WHERE merchant_id = %(merchant)s
    """
)


_AUDIENCE = sql.SQL(
    """
    FROM campaign.estimated e
    JOIN identity.customer k ON k.merchant_id = e.merchant_id AND k.id = e.customer_id
    LEFT JOIN profile.customer p ON p.merchant_id = k.merchant_id AND p.customer_id = k.id
    WHERE e.merchant_id = %(merchant)s AND e.estimate_id = %(id)s
    """
)


def find_latest(tx: ReadTx, campaign_id: UUID) -> KeptEstimate | None:
    query = sql.SQL("{} AND campaign_id = %(campaign)s ORDER BY id DESC LIMIT 1").format(_SELECT)
    return tx.row(KeptEstimate, query, {"campaign": campaign_id})


def lock_estimate(tx: Tx, estimate_id: UUID) -> KeptEstimate | None:
    """Held until the end of the transaction: a chunk is counted once."""
    query = sql.SQL("{} AND id = %(id)s FOR UPDATE").format(_SELECT)
    return tx.row(KeptEstimate, query, {"id": estimate_id})


def list_running(tx: ReadTx) -> list[KeptEstimate]:
    return tx.rows(KeptEstimate, sql.SQL("{} AND state = 'running'").format(_SELECT))


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


def list_fit(tx: ReadTx, estimate_id: UUID) -> list[int]:
    """Those of whom something may be made, by ordinal."""
    query = sql.SQL("SELECT k.ordinal {} AND {} IS NULL").format(_AUDIENCE, UNFIT)
    return tx.column(query, {"id": estimate_id})


def count_unfit(tx: ReadTx, estimate_id: UUID) -> dict[str, int]:
    """The others, by reason."""
    query = sql.SQL("SELECT {0} AS reason, count(*) AS count {1} AND {0} IS NOT NULL GROUP BY 1")
    rows = tx.rows(dict, query.format(UNFIT, _AUDIENCE), {"id": estimate_id})
    return {row["reason"]: row["count"] for row in rows}


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
