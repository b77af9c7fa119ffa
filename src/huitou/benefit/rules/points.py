"""How many points an order earns, what is left of them after refunds, when they begin and end. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from huitou.benefit.types.ledger import FOREVER, Terms
from huitou.benefit.types.points import (
    AfterDays,
    AtOnce,
    BadPointsPlan,
    Lasting,
    OrderRule,
    PointsPlan,
    UntilYearEnd,
)
from huitou.benefit.types.tier_plans import PointsMultiplier, TierRule
from huitou.kernel.money import BASIS_POINTS, split
from huitou.kernel.time import DEFAULT_ZONE, day_of, day_start


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """A line of an order: what was paid for it and what was given back."""

    line_no: int
    category_code: str
    paid_fen: int
    refunded_fen: int


def check_plan(plan: PointsPlan) -> None:
    """Refuses `points.bad_plan`: what cannot be meant."""
    if not plan.orders and not plan.events:
        raise BadPointsPlan(reason="没有任何积分规则 / nothing earns points")
    general = [n for n, rule in enumerate(plan.orders) if not rule.categories]
    if general and general[0] != len(plan.orders) - 1:
        raise BadPointsPlan(
            reason="不限品类的规则须排在最后 / a rule for everything belongs at the end"
        )
    types = [event.type for event in plan.events]
    if len(types) != len(set(types)):
        raise BadPointsPlan(reason="同一行为有两条规则 / two rules for one event")


def basis_of(plan: PointsPlan, lines: Iterable[BoughtLine], rate_bp: int) -> dict[str, Any]:
    """What has to be remembered of the plan for one order, so that refunds are worked out by the same
    rule whatever the plan says then:
    `{"rules": [[per_fen, points, [line_no, …]], …], "rate_bp", "forgives"}`."""
    fitting: dict[int, list[int]] = {}
    for line in lines:
        nth = _rule_for(plan.orders, line.category_code)
        if nth is not None:
            fitting.setdefault(nth, []).append(line.line_no)
    return {
        "rules": [
            [plan.orders[nth].per_fen, plan.orders[nth].points, sorted(numbers)]
            for nth, numbers in sorted(fitting.items())
        ],
        "rate_bp": rate_bp,
        "forgives": plan.clawback == "forgive",
    }


def points_of(basis: Mapping[str, Any], fens: Mapping[int, int]) -> int:
    """Points for `fens` (line number → fen). A rule counts what was paid for all of its lines
    together, each whole `per_fen`; the rate is laid on the sum, rounded down."""
    points = sum(
        sum(fens.get(line_no, 0) for line_no in numbers) // per_fen * each
        for per_fen, each, numbers in basis["rules"]
    )
    return int(points * basis["rate_bp"] // BASIS_POINTS)


def kept_fens(
    lines: Sequence[BoughtLine], *, shipping_fen: int, refunded_fen: int
) -> dict[int, int]:
    """Line number → what was paid for it and not given back. What was given back of the order without
    naming lines counts first as shipping, then as of all lines, by what is left of them."""
    left = {line.line_no: line.paid_fen - line.refunded_fen for line in lines}
    named = sum(line.refunded_fen for line in lines)
    unnamed = max(0, refunded_fen - named - shipping_fen)
    parts = split(min(unnamed, sum(left.values())), list(left.values()))
    return {line_no: fen - part for (line_no, fen), part in zip(left.items(), parts, strict=True)}


def reversed_upto(
    basis: Mapping[str, Any], lines: Sequence[BoughtLine], *, shipping_fen: int, refunded_fen: int
) -> int:
    """What has to be taken back by now: what was kept keeps the points that it alone would have
    earned, so the steps do not matter and a whole refund leaves nothing."""
    earned = points_of(basis, {line.line_no: line.paid_fen for line in lines})
    kept = kept_fens(lines, shipping_fen=shipping_fen, refunded_fen=refunded_fen)
    return earned - points_of(basis, kept)


def terms_of(plan: PointsPlan, earned_at: datetime, zone: str = DEFAULT_ZONE) -> Terms:
    """From when until when points can be used that are earned at `earned_at`."""
    pending = plan.pending
    active = earned_at + timedelta(days=pending.days if isinstance(pending, AfterDays) else 0)
    expiry = plan.expiry
    if isinstance(expiry, Lasting):
        return Terms(active, active + timedelta(days=expiry.days))
    if isinstance(expiry, UntilYearEnd):
        last = day_of(active, zone).replace(month=1, day=1)
        return Terms(active, day_start(last.replace(year=last.year + expiry.years + 1), zone))
    return Terms(active, FOREVER)


def event_terms_of(plan: PointsPlan, earned_at: datetime, zone: str = DEFAULT_ZONE) -> Terms:
    """The same for what is not bought: nothing can be returned, so nothing is pending."""
    return terms_of(plan.model_copy(update={"pending": AtOnce(kind="at_once")}), earned_at, zone)


def tier_rates(tiers: Iterable[TierRule | None]) -> list[int]:
    """What each tier makes of points: its best multiplier, or the usual."""
    return [
        max(
            (
                privilege.rate_bp
                for privilege in (tier.privileges if tier else ())
                if isinstance(privilege, PointsMultiplier)
            ),
            default=BASIS_POINTS,
        )
        for tier in tiers
    ]


def rate_of(plan: PointsPlan, *, tier_rate_bp: int, is_birthday_month: bool) -> int:
    """What the tier and the birthday make of it: the better of the two, never both."""
    tier = tier_rate_bp if plan.has_tier_rates else BASIS_POINTS
    return max(BASIS_POINTS, tier, plan.birthday_rate_bp if is_birthday_month else 0)


def _rule_for(orders: Sequence[OrderRule], category_code: str) -> int | None:
    for nth, rule in enumerate(orders):
        if not rule.categories or category_code in rule.categories:
            return nth
    return None
