"""The gate: may this message be planned? Pure."""

from collections.abc import Callable

from huitou.reach.types.gate import Allowed, Blocked, Check, Facts, Policy

SENTENCES: dict[str, tuple[str, str]] = {
    "forgotten": ("客户已要求删除个人信息", "The customer asked to be forgotten"),
    "under_14": ("客户未满 14 周岁", "The customer is under 14"),
    "no_consent": ("客户没有同意在该渠道接收营销消息", "No consent on this channel"),
    "opted_out": ("客户已选择不再接收", "The customer asked for no more messages"),
    "not_friend": ("客户不是该导购的企业微信好友", "The customer is not this associate's friend"),
    "holdout": ("对照组，不触达", "Held out as a control"),
    "repeated_content": ("近期已收到同样的内容", "The same content went out recently"),
    "daily_cap": ("今天的营销消息已达上限", "The day's limit of marketing messages is reached"),
    "no_address": ("没有可用的联系方式", "There is no address to write to"),
    "no_sender": ("没有可发送的导购", "There is no associate to send it"),
    "channel_off": ("该渠道还没有配置", "The channel is not set up"),
    "expired": ("一直没有确认，已过期", "It was never confirmed and is over"),
    "cancelled": ("已取消", "Cancelled"),
}
"""Why a candidate gets no message, in Chinese and English."""


QUESTIONS: dict[str, tuple[str, str]] = {
    "forgotten": ("未要求删除个人信息", "Not forgotten"),
    "under_14": ("年满 14 周岁", "At least 14 years old"),
    "opted_out": ("没有选择不再接收", "Has not opted out"),
    "no_consent": ("已同意在该渠道接收", "Consents to this channel"),
    "holdout": ("不在对照组", "Not held out"),
    "repeated_content": ("近期没有收到同样内容", "No repeat of the same content"),
    "daily_cap": ("当天未达上限", "Within the day's limit"),
    "channel_off": ("渠道已配置", "The channel is set up"),
    "no_sender": ("有可发送的导购", "There is somebody to send it"),
    "no_address": ("有可用的联系方式", "There is an address"),
    "not_friend": ("是该导购的好友", "Is a friend of the associate"),
}
"""What each check asks, answered with yes."""


def gate(facts: Facts, policy: Policy) -> Allowed | Blocked:
    """May this message be planned? All checks in order, up to the first that says no."""
    done: list[Check] = []
    for code, is_passed in _CHECKS:
        passed = is_passed(facts, policy)
        done.append(Check(code, passed))
        if not passed:
            return Blocked(code, tuple(done))
    return Allowed(tuple(done))


def sentence(code: str, language: str) -> str:
    """The reason for a person; a channel's own failure code as it is."""
    zh, en = SENTENCES.get(code, (f"渠道返回：{code}", f"The channel said: {code}"))
    return en if language.startswith("en") else zh


def question(code: str, language: str) -> str:
    """What a check of the gate asks."""
    zh, en = QUESTIONS[code]
    return en if language.startswith("en") else zh


def _is_service(facts: Facts) -> bool:
    return facts.purpose != "marketing"


_CHECKS: tuple[tuple[str, Callable[[Facts, Policy], bool]], ...] = (
    ("forgotten", lambda f, _: not f.is_forgotten),
    ("under_14", lambda f, _: _is_service(f) or not f.is_under_14),
    ("opted_out", lambda f, _: _is_service(f) or not f.is_opted_out),
    ("no_consent", lambda f, _: _is_service(f) or f.has_consent),
    ("holdout", lambda f, _: not f.is_held_out),
    ("repeated_content", lambda f, _: not f.has_same_content),
    ("daily_cap", lambda f, policy: _is_service(f) or f.day_count < policy.daily_cap),
    ("channel_off", lambda f, _: f.is_channel_on),
    ("no_sender", lambda f, _: f.has_sender),
    ("no_address", lambda f, _: f.has_address),
    ("not_friend", lambda f, _: f.is_friend),
)
