"""Texts, tokens and what counts as opening. Pure."""

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

from huitou.content.types import (
    BadList,
    BadTemplate,
    EmptyText,
    Filling,
    Item,
    TextChannel,
    TextTooLong,
)

LINK_DAYS = timedelta(days=90)
ITEMS_MAX = 20
TOKEN_BYTES = 17
"""136 random bits."""
WECOM_BYTES_MAX = 4_000
"""Bytes of UTF-8 in the text of a mass message (developer.work.weixin.qq.com, 92135)."""
SMS_CHARS_MAX = 500
"""Signature and text together (help.aliyun.com, SMS billing)."""

WELCOME = (
    "您好，我是{store}的{associate}，很高兴认识您！需要补货、找商品或有任何问题，随时发消息给我。"
)
DEFAULT_NOTE = "您常买的我都帮您留意着，挑了几样给您，看看有没有想要的～"
DEFAULT_NOTE_EN = "I kept an eye on what you like and picked a few things for you."

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAMES = frozenset({"name", "products", "store", "associate"})
_TOKEN = re.compile(r"[0-9A-Za-z]{20,32}")
_BOT = re.compile(
    r"bot|spider|crawl|preview|facebookexternalhit|slurp|curl/|wget/|python-", re.IGNORECASE
)


def token_of(noise: bytes) -> str:
    """`TOKEN_BYTES` random bytes in base62."""
    assert len(noise) >= TOKEN_BYTES
    number, digits = int.from_bytes(noise, "big"), ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits.rjust(23, _ALPHABET[0])


def may_be_token(text: str) -> bool:
    """Worth looking up?"""
    return _TOKEN.fullmatch(text) is not None


def is_bot(user_agent: str) -> bool:
    """Programs that look at links nobody opened."""
    return not user_agent or _BOT.search(user_agent) is not None


def check_template(template: str) -> None:
    """Refuses `BadTemplate` and `EmptyText`."""
    if not template.strip():
        raise EmptyText()
    for found in _PLACEHOLDER.finditer(template):
        if found.group(1) not in _NAMES:
            raise BadTemplate(placeholder=found.group(0)[:40])


def fill(template: str, filling: Filling, channel: TextChannel) -> str:
    """The text with its placeholders filled, within the channel's limit.

    Products are left out from the end until the text fits; nothing else is ever cut. What is
    filled in is never read as a placeholder again. Refuses BadTemplate, EmptyText, TextTooLong.
    """
    check_template(template)
    for count in range(len(filling.products), -1, -1):
        text = _filled(template, filling, filling.products[:count])
        if size_of(text, channel) <= limit_of(channel):
            if not text.strip():
                raise EmptyText()
            return text
    raise TextTooLong(size=size_of(text, channel), limit=limit_of(channel))


def size_of(text: str, channel: TextChannel) -> int:
    """Bytes of UTF-8 in WeCom, characters in an SMS."""
    return len(text.encode()) if channel == "wecom" else len(text)


def limit_of(channel: TextChannel) -> int:
    """In the unit of `size_of`."""
    return WECOM_BYTES_MAX if channel == "wecom" else SMS_CHARS_MAX


def checked_items(items: Sequence[Item]) -> list[Item]:
    """Refuses `BadList`."""
    skus = [item.sku for item in items]
    if not 1 <= len(skus) <= ITEMS_MAX or len(set(skus)) != len(skus):
        raise BadList()
    return list(items)


def buy_url(template: str, *, token: str, sku: str) -> str | None:
    """Where buying leads; None unless the merchant's template is a web or mini-program address."""
    if not template.startswith(("https://", "http://", "weixin://", "/")):
        return None
    return template.replace("{token}", quote(token, safe="")).replace("{sku}", quote(sku, safe=""))


def version_of(picture: str | None) -> str:
    """Ten characters that change with the picture."""
    return hashlib.sha256((picture or "").encode()).hexdigest()[:10]


def _filled(template: str, filling: Filling, products: Sequence[str]) -> str:
    values = {
        "name": filling.name,
        "products": "、".join(products),
        "store": filling.store,
        "associate": filling.associate,
    }
    return _PLACEHOLDER.sub(lambda found: values[found.group(1)], template)
