"""Coming in by a phone number: how often, how long, how many guesses. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

CODE_LIFE = timedelta(minutes=5)
ATTEMPTS_MAX = 5
DIGITS = 6
KEPT = timedelta(days=1)
LIMITS = ((timedelta(minutes=1), 1), (timedelta(hours=1), 5), (timedelta(days=1), 10))
"""Codes for one number, as Aliyun lets through by default (help.aliyun.com, SMS frequency limits)."""

_MOBILE = re.compile(r"\+861[3-9]\d{9}")


def is_mobile(number: str) -> bool:
    """Can an SMS of ours reach this normalised number?"""
    return _MOBILE.fullmatch(number) is not None


def may_ask(asked: Sequence[datetime], now: datetime) -> bool:
    """May one more code go to a number that was asked for at these moments?"""
    return all(sum(at > now - span for at in asked) < most for span, most in LIMITS)


def text_of(brand: str, code: str) -> str:
    """The words, where the template has a place for words."""
    return f"您的{brand}会员验证码是 {code}，5 分钟内有效，请勿告诉他人。"
