"""Which tier plans can work. Pure."""

from huitou.benefit.types.tier_plans import (
    ForDays,
    ForSpans,
    MemberPrice,
    SinceUpgrade,
    TierPlan,
)
from huitou.benefit.types.tiers import BadTierPlan

_SHORTEST = {"year": 365, "month": 28}


def check_plan(plan: TierPlan) -> None:
    """Refuses `BadTierPlan` for a plan that nobody could climb, or that contradicts itself."""
    _check_ladder(plan)
    _check_validity(plan)
    _check_growth(plan)
    codes = [offer.code for offer in plan.paid]
    if len(set(codes)) != len(codes):
        _refuse("付费等级的编码重复", "a code of a paid tier is repeated")
    known = {rule.code for rule in plan.tiers}
    for offer in plan.paid:
        if offer.tier not in known:
            _refuse(
                f"付费等级指向不存在的等级 {offer.tier}",
                f"there is no tier {offer.tier} to be bought",
            )


def _check_ladder(plan: TierPlan) -> None:
    codes = [rule.code for rule in plan.tiers]
    if len(set(codes)) != len(codes):
        _refuse("等级编码重复", "a tier's code is repeated")
    if plan.tiers[0].threshold != 0 or plan.tiers[0].keep:
        _refuse("最低等级的门槛必须为 0", "the lowest tier begins at 0")
    for lower, rule in zip(plan.tiers, plan.tiers[1:], strict=False):
        if rule.threshold <= lower.threshold:
            _refuse(
                f"{rule.zh}的门槛必须高于{lower.zh}",
                f"the threshold of {rule.en} must be above that of {lower.en}",
            )
        if rule.keep is not None and rule.keep > rule.threshold:
            _refuse(
                f"{rule.zh}的保级线高于升级门槛",
                f"keeping {rule.en} must not take more than reaching it",
            )
    for rule in plan.tiers:
        for privilege in rule.privileges:
            if isinstance(privilege, MemberPrice) and (privilege.rate_bp is None) == (
                privilege.price_list is None
            ):
                _refuse(
                    f"{rule.zh}的会员价须在折扣与价目表中选一",
                    f"the member price of {rule.en} is either a rate or a price list",
                )


def _check_validity(plan: TierPlan) -> None:
    if plan.downgrade == "one" and plan.validity is None:
        _refuse("逐级降级需要设置有效期", "going down one by one needs a validity")
    shortest = None
    if isinstance(plan.validity, ForDays):
        shortest = plan.validity.days
    elif isinstance(plan.validity, ForSpans):
        shortest = _SHORTEST[plan.validity.span] * plan.validity.count
    if shortest is not None and plan.grace_days >= shortest:
        _refuse("宽限期必须短于有效期", "the grace must be shorter than the validity")
    if plan.validity is None and isinstance(plan.window, SinceUpgrade) and plan.grace_days:
        _refuse("长期有效的等级没有宽限期", "a tier that is kept for ever has no grace")


def _check_growth(plan: TierPlan) -> None:
    if plan.metric != "growth":
        return
    if plan.growth is None or not (plan.growth.per_yuan or plan.growth.events):
        _refuse(
            "没有获得成长值的规则，等级无法达到", "nothing earns growth: no tier can be reached"
        )
    elif not plan.growth.per_yuan and all(event.limit == "once" for event in plan.growth.events):
        most = sum(event.growth for event in plan.growth.events)
        for rule in plan.tiers[1:]:
            if rule.threshold > most:
                _refuse(
                    f"最多只能获得 {most} 点成长值，{rule.zh}无法达到",
                    f"at most {most} growth can be earned: {rule.en} cannot be reached",
                )


def _refuse(zh: str, en: str) -> None:
    raise BadTierPlan(reason_zh=zh, reason_en=en)
