"""Which gifts a tier gives out, how often, and to whom. Pure."""

from dataclasses import dataclass
from datetime import date

from huitou.benefit.types.tier_plans import CouponGift, Gift, PointsGift, TierPlan, Way


@dataclass(frozen=True, slots=True)
class TierGift:
    """`name` tells gifts apart whatever the version of the plan: what was given for a period is not
    given again because the plan was published anew."""

    tier: str
    name: str
    gift: Gift

    @property
    def way(self) -> Way:
        return self.gift.way


def gifts_of(plan: TierPlan) -> list[TierGift]:
    """Everything the plan's tiers give out, by template, so that all who give lock stocks in one
    order."""
    found = {}
    for rule in plan.tiers:
        for privilege in rule.privileges:
            if isinstance(privilege, PointsGift | CouponGift):
                what = privilege.template if isinstance(privilege, CouponGift) else "points"
                name = f"{rule.code}:{privilege.way}:{what}"
                found[name] = TierGift(rule.code, name, privilege)
    return sorted(found.values(), key=lambda each: (each.name.split(":")[2], each.name))


def period_of(way: Way, today: date) -> str:
    """A gift comes once in it: ever, the month, the year of the birthday."""
    if way == "on_upgrade":
        return "once"
    return f"{today:%Y-%m}" if way == "monthly" else f"{today:%Y}"
