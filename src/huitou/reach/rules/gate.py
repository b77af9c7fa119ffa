"""The gate: may this message be planned? Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from huitou.reach.rules import caps
from huitou.reach.types.gate import Allowed, Blocked, Check, Facts
from huitou.reach.types.messages import Purpose
from huitou.reach.types.policies import ContactPolicy, QuietHours

DEAD = frozenset({"hard_bounce", "risk"})
"""Reasons of a suppression list that stop every message: nobody is there, or somebody else."""

_Question = tuple[str, frozenset[Purpose], Callable[[Facts], bool]]
_MARKETING: frozenset[Purpose] = frozenset({"marketing"})
_OURS: frozenset[Purpose] = frozenset({"marketing", "service"})
_ANY: frozenset[Purpose] = frozenset({"marketing", "service", "transactional"})

SENTENCES: dict[str, tuple[str, str]] = {
    "forgotten": ("客户已要求删除个人信息", "The customer asked to be forgotten"),
    "under_14": ("客户未满 14 周岁", "The customer is under 14"),
    "no_consent": ("客户没有同意在该渠道接收营销消息", "No consent on this channel"),
    "opted_out": ("客户已选择不再接收", "The customer asked for no more messages"),
    "not_friend": ("客户不是该导购的企业微信好友", "The customer is not this associate's friend"),
    "suppressed": ("在黑名单中", "The number is on a suppression list"),
    "too_late": ("已过有效期", "It was too late to send it"),
    "holdout": ("对照组，不触达", "Held out as a control"),
    "repeated_content": ("近期已收到同样的内容", "The same content went out recently"),
    "quiet_hours": ("正值免打扰时段", "It is quiet hours"),
    "cap": ("已达营销消息的触达上限", "The limit of marketing messages is reached"),
    "channel_cap": ("已达该渠道营销消息的上限", "The channel's limit of messages is reached"),
    "no_gain": ("预期收益低于成本", "It costs more than it is expected to bring"),
    "outranked_by": ("同期有更重要的消息", "A more important message has the place"),
    "budget": ("预算已用于收益更高的消息", "The budget brings more elsewhere"),
    "capacity": ("导购当天的名额已满", "The associate's day is full"),
    "no_permission": (
        "客户没有可用的订阅次数或会话窗口",
        "The customer has opened up no message on this account",
    ),
    "missing_variable": ("模板缺少变量的内容", "The template lacks the value of a variable"),
    "value_too_long": ("模板内容超出长度或格式", "A value of the template breaks its rule"),
    "no_address": ("没有可用的联系方式", "There is no address to write to"),
    "no_sender": ("没有可发送的导购", "There is no associate to send it"),
    "channel_off": ("该渠道还没有配置", "The channel is not set up"),
    "expired": ("一直没有确认，已过期", "It was never confirmed and is over"),
    "cancelled": ("已取消", "Cancelled"),
    "merged": ("已与另一位客户合并", "Merged with another customer meanwhile"),
    "chosen": ("可以触达，正在预占名额", "May get it; the place is being reserved"),
    "put_off": ("名额已满，顺延到有名额时", "No room now: put off until there is"),
    "reserved": ("已预占名额", "Has a place"),
    "sent": ("已生成消息", "A message was made"),
}
"""Why a candidate gets no message, in Chinese and English."""


HELD = (
    "已暂停或紧急停发，恢复后继续发送",
    "Held by a pause or an emergency stop; it goes on after that",
)
"""What comes next for a planned message under a stop."""

_STEP = timedelta(minutes=15)
"""Past quiet hours that give messages up, so often a put-off message looks for its time."""

QUESTIONS: dict[str, tuple[str, str]] = {
    "forgotten": ("未要求删除个人信息", "Not forgotten"),
    "too_late": ("仍在有效期内", "It is not too late for it"),
    "under_14": ("年满 14 周岁", "At least 14 years old"),
    "opted_out": ("没有选择不再接收", "Has not opted out"),
    "no_consent": ("已同意在该渠道接收", "Consents to this channel"),
    "class": ("按消息性质不需要营销同意", "Its purpose asks for no marketing consent"),
    "suppressed": ("不在黑名单中", "On no suppression list"),
    "holdout": ("不在对照组", "Not held out"),
    "repeated_content": ("近期没有收到同样内容", "No repeat of the same content"),
    "quiet_hours": ("不因免打扰时段取消", "Not given up for quiet hours"),
    "cap": ("未达触达上限", "Within the limits"),
    "channel_cap": ("未达该渠道上限", "Within the channel's limits"),
    "channel_off": ("渠道已配置", "The channel is set up"),
    "no_sender": ("有可发送的导购", "There is somebody to send it"),
    "no_address": ("有可用的联系方式", "There is an address"),
    "not_friend": ("是该导购的好友", "Is a friend of the associate"),
}
"""What each check asks, answered with yes."""


def gate(facts: Facts, policy: ContactPolicy) -> Allowed | Blocked:
    """May this message be planned, and for when? All checks in order, up to the first that says no; what is not asked of a
    message of this purpose is not among them."""
    at, done = _before_caps(facts, policy)
    if done[-1].passed and facts.purpose == "marketing":
        at, counted = _counted(facts, policy, at)
        done += counted
    if done[-1].passed:
        done += _asked(_ADDRESS, facts)
    return Allowed(tuple(done), at) if done[-1].passed else Blocked(done[-1].code, tuple(done))


def sentence(code: str, language: str) -> str:
    """The reason for a person; a channel's own failure code as it is."""
    zh, en = SENTENCES.get(code, (f"渠道返回：{code}", f"The channel said: {code}"))
    return en if language.startswith("en") else zh


def question(code: str, language: str) -> str:
    """What a check of the gate asks."""
    zh, en = QUESTIONS[code]
    return en if language.startswith("en") else zh


def _begins(facts: Facts) -> datetime:
    """From when on it may go, quiet hours aside."""
    wished, end = facts.not_before, facts.expires_at
    is_of_use = wished is not None and wished > facts.now and (end is None or wished < end)
    return wished if wished is not None and is_of_use else facts.now


def _before_caps(facts: Facts, policy: ContactPolicy) -> tuple[datetime, list[Check]]:
    """When it may go, and the checks up to the one that says no, or that of repetition."""
    done = _asked(_CONSENT, facts)
    if done[-1].passed and facts.purpose != "marketing":
        done.append(Check("class", True, {"purpose": facts.purpose}))
    if done[-1].passed:
        done += _asked(_SUPPRESSION, facts)
    at = _begins(facts)
    if done[-1].passed:
        at, held = caps.opens_at(_quiet_for(facts, policy), facts.channel, at, facts.zone)
        if held or facts.purpose == "marketing":
            done.append(_quiet(facts, at, held))
    if done[-1].passed:
        done += _asked(_REPETITION, facts)
    return at, done


def _asked(questions: Sequence[_Question], facts: Facts) -> list[Check]:
    """Those that are asked of such a message, up to the first that says no."""
    done: list[Check] = []
    for code, purposes, is_passed in questions:
        if facts.purpose in purposes:
            done.append(Check(code, is_passed(facts)))
            if not done[-1].passed:
                break
    return done


def _quiet_for(facts: Facts, policy: ContactPolicy) -> list[QuietHours]:
    if facts.purpose == "marketing":
        return list(policy.quiet)
    return [one for one in policy.quiet if one.is_for_service]


def _quiet(facts: Facts, at: datetime, held: Sequence[QuietHours]) -> Check:
    """Held back, it may still be of use then; `about` says by which hours, and until when."""
    is_dropped = facts.purpose == "marketing" and any(one.action == "drop" for one in held)
    is_late = facts.expires_at is not None and at >= facts.expires_at and bool(held)
    about = {"hours": held[0].model_dump(mode="json"), "until": at.isoformat()} if held else None
    return Check("quiet_hours", not is_dropped and not is_late, about)


def _counted(facts: Facts, policy: ContactPolicy, at: datetime) -> tuple[datetime, list[Check]]:
    """When there is room for it; the caps that every channel shares, then the channel's own: up to the first that is
    reached."""
    free_at = _free_at(facts, policy, at)
    done = []
    for code, is_own in (("cap", False), ("channel_cap", True)):
        some = [cap for cap in policy.caps if (cap.scope == "channel") == is_own]
        found = caps.first_exceeded(some, facts.message(at), facts.past, facts.zone)
        about: dict[str, Any] | None = found.model_dump(mode="json") if found else None
        if found is not None and free_at is not None:
            about = {"cap": about, "until": free_at.isoformat()}
        done.append(Check(code, found is None or free_at is not None, about))
        if not done[-1].passed:
            break
    return free_at or at, done


def _free_at(facts: Facts, policy: ContactPolicy, at: datetime) -> datetime | None:
    """When there is room for a message that may wait, while it is of use; None for one that may not."""
    if not facts.puts_off or facts.expires_at is None:
        return None
    quiet = _quiet_for(facts, policy)
    while at < facts.expires_at:
        message = facts.message(at)
        found = caps.first_exceeded(policy.caps, message, facts.past, facts.zone)
        if found is None:
            return at
        later = caps.next_room(found, message, facts.past, facts.zone)
        at, held = caps.opens_at(quiet, facts.channel, later, facts.zone)
        if any(one.action == "drop" for one in held):
            at = later + _STEP
    return None


def _is_reachable(facts: Facts) -> bool:
    """Not on a list that stops such messages: a dead or risky number gets none at all."""
    if facts.suppression is None:
        return True
    return facts.purpose == "transactional" and facts.suppression not in DEAD


_CONSENT: tuple[_Question, ...] = (
    ("forgotten", _ANY, lambda f: not f.is_forgotten),
    ("under_14", _MARKETING, lambda f: not f.is_under_14),
    ("opted_out", _OURS, lambda f: not f.is_opted_out),
    ("no_consent", _MARKETING, lambda f: f.has_consent),
    ("too_late", _ANY, lambda f: f.expires_at is None or f.now < f.expires_at),
)
_SUPPRESSION: tuple[_Question, ...] = (
    ("suppressed", _ANY, _is_reachable),
    ("holdout", _OURS, lambda f: not f.is_held_out),
)
_REPETITION: tuple[_Question, ...] = (
    ("repeated_content", _OURS, lambda f: not f.has_same_content),
)
_ADDRESS: tuple[_Question, ...] = (
    ("channel_off", _ANY, lambda f: f.is_channel_on),
    ("no_sender", _ANY, lambda f: f.has_sender),
    ("no_address", _ANY, lambda f: f.has_address),
    ("not_friend", _ANY, lambda f: f.is_friend),
)
