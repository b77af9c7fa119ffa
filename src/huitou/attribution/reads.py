"""What others may ask about credits and lift."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from huitou.attribution.rules import credit as credit_rules
from huitou.attribution.rules import lift as lift_rules
from huitou.attribution.store import lists as store
from huitou.attribution.types import (
    LAST_TOUCH,
    Attribution,
    ChannelResult,
    Credit,
    CreditedSales,
    Lift,
    Moments,
    NoVerdict,
    Verdict,
)
from huitou.base.db import ReadTx
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.merchant import reads as merchants
from huitou.reach.reads import prices as reach

OUTCOME_WINDOW = timedelta(days=28)
"""How long after assignment spend counts for the lift."""
LEFT_WITHIN = timedelta(days=7)
"""Who wants no more messages so soon after one is counted with it."""


def credits(tx: ReadTx, credit_ids: Sequence[UUID]) -> list[Credit]:
    """These credits, withdrawn ones too, by id, whatever the scope."""
    return store.list_credits(tx, credit_ids)


def list_credits(
    tx: ReadTx,
    *,
    customer_id: UUID | None = None,
    staff_id: UUID | None = None,
    unit: str | None = None,
    campaign_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Attribution]:
    """Credits that count, latest purchase first, in the scope. `unit` is a code: its subtree."""
    path = None
    if unit is not None:
        found_unit = merchants.find_unit_by_code(tx, unit)
        if found_unit is None:
            return Page([])
        path = found_unit.path
    limit = min(limit, PAGE_MAX)
    filters = {
        "customer": customer_id,
        "staff": staff_id,
        "unit_path": path,
        "campaign": campaign_id,
        "order": None,
        "since": since,
        "until": until,
    }
    found = store.page_credits(tx, filters, decode_moment(cursor, UUID), limit + 1)
    shown = _shown(tx, found[:limit])
    if len(found) <= limit:
        return Page(shown)
    return Page(shown, encode_cursor(shown[-1].paid_at, shown[-1].id))


def verdict(tx: ReadTx, order_id: UUID) -> Verdict:
    """Whose order it is, or why nobody's. Refuses `attribution.no_verdict`."""
    filters = dict.fromkeys(("customer", "staff", "unit_path", "campaign", "since", "until"))
    found = store.page_credits(tx, {**filters, "order": order_id}, None, 1)
    if found:
        (shown,) = _shown(tx, found)
        return Verdict(order_id, True, LAST_TOUCH, shown.sentence_zh, shown.sentence_en, shown)
    reason = store.find_reason(tx, order_id)
    if reason is None:
        raise NoVerdict()
    zh, en = (credit_rules.reason_sentence(reason, language=language) for language in ("zh", "en"))
    return Verdict(order_id, False, reason, zh, en, None)


def staff_sales(tx: ReadTx, staff_id: UUID, since: datetime, until: datetime) -> CreditedSales:
    """What is credited to one member of staff for orders paid in [since, until)."""
    return store.sum_staff(tx, staff_id, since, until)


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """Which of the customer's orders are credited to which message, as plain values."""
    return [
        {
            "order_no": credit.order_no,
            "message": str(credit.message_id),
            "channel": credit.channel,
            "paid_at": credit.paid_at.isoformat(),
            "evidence": credit.evidence,
        }
        for credit in store.list_standing(tx, [customer_id])
    ]


def outcomes(tx: ReadTx, campaign_id: UUID) -> dict[str, Moments]:
    """The sums of each arm's outcomes, by arm."""
    return store.sum_outcomes(
        tx,
        campaign_id,
        before=timedelta(days=lift_rules.BEFORE_DAYS),
        after=OUTCOME_WINDOW,
    )


def lift(tx: ReadTx, campaign_id: UUID) -> Lift:
    """What the campaign added against its holdout, as measured now."""
    arms = outcomes(tx, campaign_id)
    measured = lift_rules.lift(
        arms.get("treated", Moments()),
        arms.get("holdout", Moments()),
        window_days=OUTCOME_WINDOW.days,
    )
    return replace(measured, measured_to=tx.now)


def channels(tx: ReadTx, campaign_id: UUID) -> list[ChannelResult]:
    """What came of a campaign's messages, channel by channel, and what they cost."""
    found = store.sum_channels(tx, campaign_id, left_within=LEFT_WITHIN)
    prices = reach.prices(tx, campaign_id, [one.channel for one in found])
    return [
        replace(one, cost_fen=round(one.sent * prices[one.channel] / 1_000))
        if one.channel in prices
        else one
        for one in found
    ]


def _shown(tx: ReadTx, found: Sequence[Credit]) -> list[Attribution]:
    zone = merchants.get_merchant(tx).zone
    units, staff = merchants.units_by_id(tx), merchants.staff_by_id(tx)
    campaigns = store.campaign_names(tx, [c.campaign_id for c in found if c.campaign_id])
    return [
        Attribution(
            **{field.name: getattr(credit, field.name) for field in fields(credit)},
            unit_name=units[credit.credited_unit_id].name,
            staff_name=staff[credit.staff_id].name if credit.staff_id in staff else None,
            campaign_name=campaigns.get(credit.campaign_id) if credit.campaign_id else None,
            sentence_zh=credit_rules.sentence(credit, language="zh", zone=zone),
            sentence_en=credit_rules.sentence(credit, language="en", zone=zone),
        )
        for credit in found
    ]
