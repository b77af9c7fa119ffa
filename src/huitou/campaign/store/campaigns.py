"""Campaigns themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import sql
from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.campaign.types.plans import Plan, State, Stored

_SELECT = sql.SQL(
    """
    SELECT id, name, kind, source, goal, product_mode, skus, steps, copies, deadline, holdout_bp,
           salt, state, version, created_by, created_at, published_at, ended_at, urged_at,
           starts_at, approval_id, approved_count, not_started, send_time, window_hours,
           category, puts_off, priority, share_bp, budget_fen, per_hour, holds_ahead,
           next_chunk_at
    FROM campaign.campaign WHERE merchant_id = %(merchant)s
    """
)


def find_campaign(tx: ReadTx, campaign_id: UUID) -> Stored | None:
    return tx.row(Stored, sql.SQL("{} AND id = %(id)s").format(_SELECT), {"id": campaign_id})


def lock_campaign(tx: Tx, campaign_id: UUID) -> Stored | None:
    """The campaign, held until the end of the transaction."""
    query = sql.SQL("{} AND id = %(id)s FOR UPDATE").format(_SELECT)
    return tx.row(Stored, query, {"id": campaign_id})


def find_campaigns(tx: ReadTx, campaign_ids: Sequence[UUID]) -> list[Stored]:
    query = sql.SQL("{} AND id = ANY(%(ids)s)").format(_SELECT)
    return tx.rows(Stored, query, {"ids": list(campaign_ids)})


def list_campaigns(
    tx: ReadTx, *, state: State | None, before: UUID | None, count_max: int
) -> list[Stored]:
    """Newest first."""
    query = sql.SQL(
        """
        {} AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(before)s::uuid IS NULL OR id < %(before)s)
        ORDER BY id DESC LIMIT %(count_max)s
        """
    ).format(_SELECT)
    return tx.rows(Stored, query, {"state": state, "before": before, "count_max": count_max})


def list_in_state(tx: ReadTx, state: State) -> list[Stored]:
    query = sql.SQL("{} AND state = %(state)s ORDER BY id").format(_SELECT)
    return tx.rows(Stored, query, {"state": state})


def list_starting(tx: ReadTx) -> list[UUID]:
    """Scheduled campaigns whose moment has come."""
    return tx.column(
        """
        SELECT id FROM campaign.campaign
        WHERE merchant_id = %(merchant)s AND state = 'scheduled' AND starts_at <= %(now)s
        ORDER BY starts_at, id
        """
    )


def add_campaign(tx: Tx, campaign_id: UUID, plan: Plan) -> None:
    tx.run(
        """
        INSERT INTO campaign.campaign
            (merchant_id, id, name, kind, source, goal, product_mode, skus, steps, copies, deadline,
             holdout_bp, salt, starts_at, send_time, window_hours, category,
             puts_off, priority, share_bp, budget_fen, per_hour, holds_ahead, created_by, created_at)
        VALUES (%(merchant)s, %(id)s, %(name)s, 'care', %(source)s, %(goal)s, %(product_mode)s,
                %(skus)s, %(steps)s, %(copies)s, %(deadline)s, %(holdout_bp)s, %(salt)s,
                %(starts_at)s, %(send_time)s, %(window_hours)s, %(category)s, %(puts_off)s,
                %(priority)s, %(share_bp)s, %(budget_fen)s, %(per_hour)s, %(holds_ahead)s, %(by)s, %(now)s)
        """,
        {"id": campaign_id, "by": tx.principal, **_values(plan)},
    )


def set_plan(tx: Tx, campaign_id: UUID, plan: Plan, version: int) -> bool:
    """Change a draft that nobody changed meanwhile."""
    return bool(
        tx.run(
            """
            UPDATE campaign.campaign
            SET name = %(name)s, source = %(source)s, goal = %(goal)s,
                product_mode = %(product_mode)s, skus = %(skus)s, steps = %(steps)s,
                copies = %(copies)s, deadline = %(deadline)s, holdout_bp = %(holdout_bp)s,
                salt = %(salt)s, starts_at = %(starts_at)s, category = %(category)s,
                send_time = %(send_time)s, window_hours = %(window_hours)s, puts_off = %(puts_off)s,
                priority = %(priority)s, share_bp = %(share_bp)s, budget_fen = %(budget_fen)s,
                per_hour = %(per_hour)s, holds_ahead = %(holds_ahead)s,
                version = version + 1
            WHERE merchant_id = %(merchant)s AND id = %(id)s AND state = 'draft'
              AND version = %(version)s
            """,
            {"id": campaign_id, "version": version, **_values(plan)},
        )
    )


def set_state(tx: Tx, campaign_id: UUID, state: State) -> None:
    tx.run(
        """
        UPDATE campaign.campaign
        SET state = %(state)s, version = version + 1, not_started = NULL,
            approved_count = CASE WHEN %(state)s <> 'draft' THEN approved_count END,
            published_at = CASE WHEN %(state)s = 'publishing' THEN %(now)s ELSE published_at END,
            ended_at = CASE WHEN %(state)s = 'ended' THEN %(now)s ELSE ended_at END
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": campaign_id, "state": state},
    )


def set_waiting(tx: Tx, campaign_id: UUID, approval_id: UUID) -> None:
    """A draft is asked about."""
    tx.run(
        """
        UPDATE campaign.campaign
        SET state = 'waiting', version = version + 1, not_started = NULL,
            approval_id = %(approval)s, approved_count = NULL
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": campaign_id, "approval": approval_id},
    )


def set_approved(tx: Tx, campaign_id: UUID, count: int) -> None:
    tx.run(
        "UPDATE campaign.campaign SET approved_count = %(count)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": campaign_id, "count": count},
    )


def set_not_started(tx: Tx, campaign_id: UUID, why: dict[str, str]) -> None:
    """A scheduled campaign is a draft again, which nobody has agreed to."""
    tx.run(
        """
        UPDATE campaign.campaign
        SET state = 'draft', version = version + 1, not_started = %(why)s, approved_count = NULL
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": campaign_id, "why": Jsonb(why)},
    )


def find_hours(tx: ReadTx, campaign_id: UUID) -> list[int] | None:
    """When those it is about open and buy, by hours of the week; None before it begins."""
    found: list[int] | None = tx.value(
        "SELECT hours FROM campaign.campaign WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": campaign_id},
    )
    return found


def set_hours(tx: Tx, campaign_id: UUID, hours: Sequence[int]) -> None:
    """When those it is about open and buy, by hours of the week."""
    tx.run(
        "UPDATE campaign.campaign SET hours = %(hours)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": campaign_id, "hours": list(hours)},
    )


def set_urged(tx: Tx, campaign_id: UUID) -> None:
    tx.run(
        "UPDATE campaign.campaign SET urged_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": campaign_id},
    )


def set_next_chunk(tx: Tx, campaign_id: UUID, at: datetime) -> None:
    """Before then no more messages are made."""
    tx.run(
        "UPDATE campaign.campaign SET next_chunk_at = %(at)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": campaign_id, "at": at},
    )


def set_deadline(tx: Tx, campaign_id: UUID, deadline: datetime) -> None:
    """Until when associates are asked to do it, now that it begins."""
    tx.run(
        "UPDATE campaign.campaign SET deadline = %(deadline)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": campaign_id, "deadline": deadline},
    )


def _values(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "source": Jsonb(msgspec.to_builtins(plan.source)),
        "goal": plan.goal,
        "product_mode": plan.product_mode,
        "skus": list(plan.skus),
        "steps": Jsonb(msgspec.to_builtins(plan.steps)),
        "copies": plan.copies,
        "deadline": plan.person.deadline if plan.person else None,
        "holdout_bp": plan.holdout_bp,
        "salt": plan.salt,
        "starts_at": plan.starts_at,
        "category": plan.category,
        "puts_off": plan.puts_off,
        "send_time": plan.send_time,
        "window_hours": plan.window_hours,
        "priority": plan.priority,
        "share_bp": plan.share_bp,
        "budget_fen": plan.budget_fen,
        "per_hour": plan.per_hour,
        "holds_ahead": plan.holds_ahead,
    }
