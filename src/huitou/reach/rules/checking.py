"""What a contact policy may say, and how it reads. Pure."""

from collections.abc import Iterator
from typing import Any

from huitou.kernel.money import yuan
from huitou.kernel.words import clock, counted
from huitou.reach.types.categories import Names
from huitou.reach.types.channels import CHANNELS
from huitou.reach.types.policies import (
    BadPolicy,
    Cap,
    ContactPolicy,
    PolicySaid,
    QuietHours,
    Rolling,
)

_DAY = 24 * 60
_OPEN_MIN = 60
"""So many minutes of a day must be left on every channel."""
CHANNEL_TITLES = {
    "wecom": ("企业微信", "WeCom"),
    "sms": ("短信", "SMS"),
    "wechat": ("公众号", "the official account"),
    "mini": ("小程序", "the mini program"),
    "rcs": ("5G 消息", "5G message"),
    "phone": ("AI 外呼", "robot call"),
    "webhook": ("自有 App", "the own app"),
}
_CLASSES = {
    "service": ("服务通知", "a service message"),
    "transactional": ("交易通知", "a transactional message"),
}
_UNITS = {"day": ("每天", "a day"), "week": ("每周", "a week"), "month": ("每月", "a month")}


def checked(policy: ContactPolicy) -> ContactPolicy:
    """Refuses what cannot be meant: `BadPolicy`."""
    for zh, en in _faults(policy):
        raise BadPolicy(zh=zh, en=en)
    return policy


def lines(policy: ContactPolicy, names: Names) -> list[PolicySaid]:
    """The policy, a line each; `names` of message categories."""
    said = [cap_line(cap, names) for cap in policy.caps] or [
        PolicySaid("不限制营销消息的数量", "No limit of marketing messages")
    ]
    said += [quiet_line(one) for one in policy.quiet]
    if policy.repeat_days:
        days = policy.repeat_days
        said.append(
            PolicySaid(
                f"同一内容 {days} 天内不重发", f"No content again within {counted(days, 'day')}"
            )
        )
    if policy.fatigue_fen:
        cost = yuan(policy.fatigue_fen)
        said.append(
            PolicySaid(
                f"争夺名额时，近 30 天每收到一条消息，下一条的收益减 {cost} 元",
                f"Where messages compete, each one had in 30 days makes the next worth ¥{cost} less",
            )
        )
    return said


def cap_line(cap: Cap, names: Names) -> PolicySaid:
    """A cap in words."""
    if isinstance(cap.window, Rolling):
        hours = cap.window.hours
        is_days = hours % 24 == 0
        many = hours // 24 if is_days else hours
        unit = ("天", "days" if many > 1 else "day") if is_days else ("小时", "hours")
        zh, en = f"任意 {many} {unit[0]}内", f"in any {many} {unit[1]}"
    else:
        zh, en = _UNITS[cap.window.unit]
    about_zh, about_en = _about(cap, names)
    messages = "marketing message" if cap.limit == 1 else "marketing messages"
    return PolicySaid(
        f"每位客户{zh}最多 {cap.limit} 条营销消息{about_zh}",
        f"At most {cap.limit} {messages} {en} to a customer{about_en}",
    )


def quiet_line(quiet: QuietHours) -> PolicySaid:
    """Quiet hours in words."""
    start, end = clock(quiet.from_minute), clock(quiet.until_minute)
    where = [CHANNEL_TITLES[one] for one in quiet.channels]
    zh = "、".join(each[0] for each in where) or "所有渠道"
    en = ", ".join(each[1] for each in where) or "any channel"
    if quiet.is_for_service:
        zh, en = f"{zh}（含服务和交易通知）", f"{en}, service and transactional messages too"
    is_over = quiet.until_minute <= quiet.from_minute
    then_zh, then_en = (
        ("不发送，放弃", "given up") if quiet.action == "drop" else ("顺延到结束后", "sent later")
    )
    return PolicySaid(
        f"{start} 至{'次日 ' if is_over else ' '}{end} {zh}免打扰，营销消息{then_zh}",
        f"Quiet from {start} to {end} on {en}: marketing is {then_en}",
    )


def about(code: str, document: dict[str, Any] | None, names: Names) -> PolicySaid | None:
    """What a check of the gate that was kept was about."""
    if document is None:
        return None
    if code == "class":
        zh, en = _CLASSES[document["purpose"]]
        return PolicySaid(zh, en)
    if code == "quiet_hours":
        return quiet_line(QuietHours.model_validate(document["hours"]))
    line = cap_line(Cap.model_validate(document.get("cap", document)), names)
    if "until" not in document:
        return line
    return PolicySaid(f"{line.zh}，顺延到有名额时", f"{line.en}; put off until there is room")


def _about(cap: Cap, names: Names) -> tuple[str, str]:
    if cap.scope == "channel":
        if cap.of is None:
            return "（各渠道分别计算）", " on each channel"
        zh, en = CHANNEL_TITLES[cap.of]
        return f"（{zh}）", f" by {en}"
    if cap.scope == "category":
        if cap.of is None:
            return "（各类别分别计算）", " of each category"
        named = names.get(cap.of)
        zh, en = (named.zh, named.en) if named else (cap.of, cap.of)
        return f"（{zh}类）", f" of the category {en}"
    if cap.scope == "campaign":
        return "（每个活动）", " from each campaign"
    if cap.scope == "associate":
        return "（每位导购）", " from each associate"
    return "", ""


def _faults(policy: ContactPolicy) -> Iterator[tuple[str, str]]:
    if len(set(policy.caps)) < len(policy.caps):
        yield "有重复的上限", "a cap is there twice"
    for cap in policy.caps:
        if cap.of is not None and cap.scope not in ("channel", "category"):
            yield "只有渠道或类别的上限可以指定对象", "of: only for a channel or a category"
    named = {cap.of for cap in policy.caps if cap.scope == "channel" and cap.of is not None}
    if unknown := (named | {one for quiet in policy.quiet for one in quiet.channels}) - set(
        CHANNELS
    ):
        told = ", ".join(sorted(unknown))
        yield f"没有这样的渠道：{told}", f"no such channel: {told}"
    for quiet in policy.quiet:
        if quiet.from_minute == quiet.until_minute:
            yield "免打扰的开始与结束不能相同", "quiet hours begin and end at different times"
    named = {channel for quiet in policy.quiet for channel in quiet.channels}
    for channel in [*sorted(named), None]:
        held = [q for q in policy.quiet if not q.channels or channel in q.channels]
        if len({minute for one in held for minute in _minutes(one)}) > _DAY - _OPEN_MIN:
            yield "免打扰之外至少要留一小时", "quiet hours leave less than an hour of the day"


def _minutes(quiet: QuietHours) -> Iterator[int]:
    until = quiet.until_minute + _DAY * (quiet.until_minute <= quiet.from_minute)
    return (minute % _DAY for minute in range(quiet.from_minute, until))
