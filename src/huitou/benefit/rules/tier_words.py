"""Tier plans and standings in sentences, Chinese and English. Pure."""

from datetime import datetime

from huitou.benefit.rules.points_words import EVENTS, LIMITS
from huitou.benefit.types.tier_plans import (
    Calendar,
    CouponGift,
    ForDays,
    FreeShipping,
    MemberPrice,
    Metric,
    PointsGift,
    PointsMultiplier,
    Privilege,
    Rolling,
    TierPlan,
    TierRule,
    Way,
)
from huitou.benefit.types.tiers import Standing
from huitou.kernel.money import BASIS_POINTS
from huitou.kernel.time import DEFAULT_ZONE, day_of
from huitou.kernel.words import counted

_METRICS: dict[Metric, tuple[str, str]] = {
    "spend": ("消费", "spend"),
    "growth": ("成长值", "growth"),
    "orders": ("订单", "orders"),
}
_SPANS = {"year": ("年", "calendar year"), "month": ("月", "calendar month")}
_WAYS: dict[Way, tuple[str, str]] = {
    "on_upgrade": ("首次升级赠", "on first reaching it: "),
    "monthly": ("每月赠", "every month: "),
    "birthday": ("生日月赠", "in the month of birth: "),
}
_DOWNGRADES = {
    "one": ("降一级", "one tier down"),
    "to_match": ("降到符合的等级", "down to the tier that matches"),
    "to_base": ("降到最低等级", "down to the lowest tier"),
}
_REFUNDS = {
    "recalc": ("退款部分视为未消费，立即重算", "what is refunded counts as never bought, at once"),
    "no_downgrade": (
        "退款不立即降级，下次评定时扣除",
        "a refund takes no tier at once, but counts at the next look",
    ),
}


def amount(metric: Metric, value: int) -> tuple[str, str]:
    """`5,320 元`, `1,200 点成长值`, `12 单`."""
    if metric == "spend":
        whole, cents = divmod(value, 100)
        text = f"{whole:,}" + (f".{cents:02d}" if cents else "")
        return f"{text} 元", f"¥{text}"
    if metric == "growth":
        return f"{value:,} 点", f"{value:,} points"
    return f"{value:,} 单", f"{value:,} orders"


def why(
    plan: TierPlan,
    tier: int,
    sum_: int,
    *,
    is_bought: bool,
    valid_until: datetime | None,
    grace_until: datetime | None,
    zone: str = DEFAULT_ZONE,
) -> tuple[str, str]:
    """Why a customer has the tier at this place of the ladder."""
    rule = plan.tiers[tier]
    until = day_of(valid_until, zone).isoformat() if valid_until else None
    if is_bought:
        return (f"已购买{rule.zh}，有效至 {until}", f"{rule.en} was bought, valid until {until}")
    window_zh, window_en = _window(plan)
    metric_zh, metric_en = _METRICS[plan.metric]
    sum_zh, sum_en = amount(plan.metric, sum_)
    had_zh, had_en = f"{window_zh}{metric_zh} {sum_zh}", f"{metric_en} of {sum_en} {window_en}"
    if grace_until is not None:
        keep_zh, keep_en = amount(plan.metric, rule.threshold if rule.keep is None else rule.keep)
        day = day_of(grace_until, zone).isoformat()
        return (
            f"{had_zh}，未达到{rule.zh}保级线 {keep_zh}，宽限至 {day}",
            f"{had_en}, below the {keep_en} that keep {rule.en}; grace until {day}",
        )
    if tier == 0:
        following = plan.tiers[1]
        missing_zh, missing_en = amount(plan.metric, max(following.threshold - sum_, 0))
        return (
            f"{had_zh}，距离{following.zh}还差 {missing_zh}",
            f"{had_en}, {missing_en} short of {following.en}",
        )
    if sum_ >= rule.threshold:
        least_zh, least_en = amount(plan.metric, rule.threshold)
        return (
            f"{had_zh}，达到{rule.zh} {least_zh}",
            f"{had_en}, reaching the {least_en} of {rule.en}",
        )
    if until is None:
        return f"{had_zh}，保持{rule.zh}", f"{had_en}, keeping {rule.en}"
    return (
        f"{had_zh}，{rule.zh}有效至 {until}",
        f"{had_en}; {rule.en} is valid until {until}",
    )


def plan_sentence(plan: TierPlan) -> tuple[str, str]:
    """The whole plan, read aloud."""
    window_zh, window_en = _window(plan)
    metric_zh, metric_en = _METRICS[plan.metric]
    steps_zh, steps_en = [], []
    for rule in plan.tiers[1:]:
        least_zh, least_en = amount(plan.metric, rule.threshold)
        steps_zh.append(f"满 {least_zh}为{rule.zh}")
        steps_en.append(f"{rule.en} from {least_en}")
    valid_zh, valid_en = _validity(plan)
    zh = [
        f"{plan.name}：按{window_zh}{metric_zh}评定，起始等级为{plan.tiers[0].zh}，"
        f"{'，'.join(steps_zh)}，达到即升级",
        valid_zh,
        _REFUNDS[plan.refund][0],
    ]
    en = [
        f"{plan.name}: by {metric_en} {window_en}, beginning as {plan.tiers[0].en}, "
        f"{', '.join(steps_en)}, reached at once",
        valid_en,
        _REFUNDS[plan.refund][1],
    ]
    for earned_zh, earned_en in _growth(plan):
        zh.append(earned_zh)
        en.append(earned_en)
    for offer in plan.paid:
        tier = next((rule for rule in plan.tiers if rule.code == offer.tier), plan.tiers[0])
        price_zh, price_en = amount("spend", offer.price_fen)
        zh.append(f"{price_zh}可购买{tier.zh} {offer.days} 天")
        en.append(f"{price_en} buys {tier.en} for {counted(offer.days, 'day')}")
    return "；".join(zh) + "。", "; ".join(en) + "."


def privileges_sentence(rule: TierRule) -> tuple[str, str]:
    """What a tier brings."""
    told = [privilege_words(each) for each in rule.privileges]
    if not told:
        return "暂无权益", "No privileges"
    return "、".join(zh for zh, _ in told), ", ".join(en for _, en in told)


def privilege_words(privilege: Privilege) -> tuple[str, str]:
    """One privilege."""
    match privilege:
        case MemberPrice(rate_bp=int(rate)):
            tenths = rate / 1_000
            return f"会员价 {tenths:g} 折", f"member price, {rate / 100:g}% of the price"
        case MemberPrice(price_list=name):
            return f"会员价目表 {name}", f"the price list {name}"
        case PointsMultiplier(rate_bp=rate):
            return f"{rate / BASIS_POINTS:g} 倍积分", f"{rate / BASIS_POINTS:g} times the points"
        case FreeShipping():
            return "免运费", "free shipping"
        case PointsGift(points=points, way=way):
            zh, en = _WAYS[way]
            return f"{zh} {points:,} 积分", f"{en}{points:,} points"
        case CouponGift(count=count, way=way):
            zh, en = _WAYS[way]
            return f"{zh} {count} 张券", f"{en}{counted(count, 'coupon')}"


def _window(plan: TierPlan) -> tuple[str, str]:
    if isinstance(plan.window, Rolling):
        return f"近 {plan.window.days} 天", f"in the last {counted(plan.window.days, 'day')}"
    if isinstance(plan.window, Calendar):
        zh, en = _SPANS[plan.window.span]
        return f"本{zh}", f"in the {en}"
    return "本等级期内", "since the tier began"


def _validity(plan: TierPlan) -> tuple[str, str]:
    down_zh, down_en = _DOWNGRADES[plan.downgrade]
    grace_zh = f"，宽限 {plan.grace_days} 天后" if plan.grace_days else "则"
    grace_en = f" after {counted(plan.grace_days, 'day')} of grace" if plan.grace_days else ""
    keeps_zh, keeps_en = [], []
    for rule in plan.tiers[1:]:
        keep_zh, keep_en = amount(plan.metric, rule.threshold if rule.keep is None else rule.keep)
        keeps_zh.append(f"{rule.zh} {keep_zh}")
        keeps_en.append(f"{rule.en} {keep_en}")
    keep_zh, keep_en = "、".join(keeps_zh), ", ".join(keeps_en)
    if plan.validity is None:
        if plan.window.kind == "since_upgrade":
            return "等级长期有效", "a tier is kept for ever"
        return (
            f"随时低于保级线（{keep_zh}）{grace_zh}{down_zh}",
            f"falling below what keeps it ({keep_en}) goes {down_en}{grace_en}",
        )
    if isinstance(plan.validity, ForDays):
        span_zh, span_en = (
            f"有效 {plan.validity.days} 天",
            f"valid for {counted(plan.validity.days, 'day')}",
        )
    else:
        unit_zh, unit_en = _SPANS[plan.validity.span]
        count = plan.validity.count
        span_zh = f"有效至其后第 {count} 个自然{unit_zh}末"
        span_en = f"valid until the end of {unit_en} {count} after"
    return (
        f"{span_zh}，到期未达保级线（{keep_zh}）{grace_zh}{down_zh}",
        f"{span_en}; below what keeps it ({keep_en}) at the end goes {down_en}{grace_en}",
    )


def _growth(plan: TierPlan) -> list[tuple[str, str]]:
    if plan.growth is None:
        return []
    told = []
    if plan.growth.per_yuan:
        each = plan.growth.per_yuan
        told.append((f"每消费 1 元得 {each} 点成长值", f"each yuan earns {each} growth"))
    for event in plan.growth.events:
        name_zh, name_en = EVENTS.get(event.type, (event.type, event.type))
        limit_zh, limit_en = LIMITS[event.limit]
        told.append(
            (
                f"{name_zh}{limit_zh}得 {event.growth} 点成长值",
                f"{name_en} earns {event.growth} growth {limit_en}",
            )
        )
    return told


def standing_sentence(
    plan: TierPlan, standing: Standing, zone: str = DEFAULT_ZONE
) -> tuple[str, str]:
    """Why, what keeps it, and what is missing to the next one."""
    zh, en = [standing.evidence.why_zh], [standing.evidence.why_en]
    by_code = {rule.code: rule for rule in plan.tiers}
    if standing.to_keep and standing.earned != plan.tiers[0].code:
        missing_zh, missing_en = amount(plan.metric, standing.to_keep)
        zh.append(f"再有 {missing_zh}即可保级")
        en.append(f"{missing_en} more keep it")
    if standing.next_tier is not None and standing.to_next and standing.tier != plan.tiers[0].code:
        following = by_code[standing.next_tier]
        missing_zh, missing_en = amount(plan.metric, standing.to_next)
        zh.append(f"距离{following.zh}还差 {missing_zh}")
        en.append(f"{missing_en} short of {following.en}")
    return "；".join(zh), "; ".join(en)


def run_sentence(
    kind: str, state: str, done: int, total: int, up: int, down: int
) -> tuple[str, str]:
    """What a run found (or did) so far."""
    if state in ("queued", "running"):
        return (
            f"正在计算：{done:,} / {total:,} 位客户",
            f"Under way: {done:,} of {total:,} customers",
        )
    if state == "superseded":
        return "已被新的计算取代", "Another run took its place"
    if kind == "preview":
        return (
            f"将有 {up:,} 位客户升级、{down:,} 位降级",
            f"Would move {up:,} customers up and {down:,} down",
        )
    return f"{up:,} 位客户升级、{down:,} 位降级", f"Moved {up:,} customers up and {down:,} down"
