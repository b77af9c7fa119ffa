"""The customer's tier, as their card shows it."""

from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import tiers
from huitou.benefit.types.tier_plans import Metric
from huitou.kernel.money import BASIS_POINTS, yuan
from huitou.kernel.time import day_of
from huitou.member.types import MemberTier
from huitou.merchant import reads as merchants


def tier_of(tx: ReadTx, customer_id: UUID) -> MemberTier | None:
    """Where the customer stands and what is missing; None where no plan is in force."""
    found = tiers.find_plan_in_force(tx)
    if found is None:
        return None
    told = tiers.customer_tier(tx, customer_id)
    standing, ladder = told.standing, found.plan.tiers
    rank = next(at for at, rule in enumerate(ladder) if rule.code == standing.tier)
    following = next((rule for rule in ladder if rule.code == standing.next_tier), None)
    missing = standing.to_next or 0
    zone = merchants.get_merchant(tx).zone
    return MemberTier(
        zh=told.zh,
        en=told.en,
        rank=rank,
        top=len(ladder) - 1,
        next_zh=following.zh if following else "",
        next_en=following.en if following else "",
        missing=_words(found.plan.metric, missing) if following else ("", ""),
        done_bp=_share(following.threshold - missing, following.threshold) if following else None,
        valid_until=day_of(standing.valid_until, zone) if standing.valid_until else None,
        privileges=[(each["zh"], each["en"]) for each in told.privileges],
    )


def _share(done: int, whole: int) -> int:
    return max(0, min(BASIS_POINTS, done * BASIS_POINTS // whole)) if whole else BASIS_POINTS


def _words(metric: Metric, missing: int) -> tuple[str, str]:
    if metric == "spend":
        return f"再消费 {yuan(missing)}", f"{yuan(missing)} more"
    if metric == "orders":
        return f"再买 {missing} 次", f"{missing} more orders"
    return f"再得 {missing:,} 成长值", f"{missing:,} more growth"
