"""The points plan in sentences, Chinese and English. Pure."""

from collections.abc import Mapping

from huitou.benefit.types.points import (
    AfterDays,
    EventRule,
    Lasting,
    Never,
    OrderRule,
    PointsPlan,
)
from huitou.kernel.money import BASIS_POINTS, yuan
from huitou.kernel.words import counted

LIMITS = {
    "each": ("每次", "each time"),
    "daily": ("每天首次", "once a day"),
    "once": ("仅首次", "once ever"),
}
EVENTS = {
    "order.reviewed": ("评价", "a review"),
    "visit.checked_in": ("到店签到", "a check-in"),
    "member.joined": ("入会", "joining"),
    "identity.bound": ("绑定手机或卡", "binding a phone or card"),
    "contact.added": ("添加导购", "adding an associate"),
}


def sentence(plan: PointsPlan, categories: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """The whole plan, (zh, en). `categories` are names by code, in both; a code without one stands for itself."""
    parts = [_order(rule, categories) for rule in plan.orders] + [
        _event(rule) for rule in plan.events
    ]
    parts += _rates(plan)
    parts.append(_pending(plan))
    parts.append(_expiry(plan))
    parts.append(
        ("退款时已用掉的积分记为欠款，由之后所得抵扣", "spent points are owed after a refund")
        if plan.clawback == "owe"
        else ("退款时已用掉的积分不再追回", "spent points are let go after a refund")
    )
    return "；".join(zh for zh, _ in parts) + "。", "; ".join(en for _, en in parts) + "."


def _order(rule: OrderRule, categories: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    fen = yuan(rule.per_fen)
    if not rule.categories:
        return (
            f"消费每满 {fen} 得 {rule.points} 积分",
            f"{counted(rule.points, 'point')} for each {fen} paid",
        )
    named = [categories.get(code, (code, code)) for code in rule.categories]
    zh, en = "、".join(each for each, _ in named), ", ".join(each for _, each in named)
    if rule.points == 0:
        return f"{zh}不积分", f"nothing for {en}"
    return (
        f"{zh}每满 {fen} 得 {rule.points} 积分",
        f"{counted(rule.points, 'point')} for each {fen} of {en}",
    )


def _event(rule: EventRule) -> tuple[str, str]:
    zh, en = EVENTS.get(rule.type, (rule.type, rule.type))
    limit_zh, limit_en = LIMITS[rule.limit]
    return (
        f"{zh}{limit_zh}得 {rule.points} 积分",
        f"{counted(rule.points, 'point')} for {en}, {limit_en}",
    )


def _rates(plan: PointsPlan) -> list[tuple[str, str]]:
    found = []
    if plan.has_tier_rates:
        found.append(("按会员等级加倍", "multiplied by the tier's rate"))
    if plan.birthday_rate_bp > BASIS_POINTS:
        rate = f"{plan.birthday_rate_bp / BASIS_POINTS:g}"
        found.append(
            (f"生日当月 {rate} 倍（与等级倍数取高）", f"{rate} times in the month of birth")
        )
    return found


def _pending(plan: PointsPlan) -> tuple[str, str]:
    if isinstance(plan.pending, AfterDays):
        days = plan.pending.days
        return f"付款 {days} 天后到账", f"usable {counted(days, 'day')} after payment"
    return "付款即到账", "usable at once"


def _expiry(plan: PointsPlan) -> tuple[str, str]:
    expiry = plan.expiry
    if isinstance(expiry, Never):
        return "长期有效", "without an end"
    if isinstance(expiry, Lasting):
        return f"到账后 {expiry.days} 天有效", f"good for {counted(expiry.days, 'day')}"
    if expiry.years == 0:
        return "当年年底到期", "until the end of the year"
    if expiry.years == 1:
        return "次年年底到期", "until the end of the next year"
    return f"第 {expiry.years} 个自然年年底到期", f"until the end of year {expiry.years} after"
