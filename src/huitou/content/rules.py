"""Texts, tokens and what counts as opening. Pure."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import quote, urlencode

from huitou.content.types import (
    BadList,
    BadTemplate,
    Choice,
    EmptyText,
    Filling,
    Item,
    Preference,
    PriceTag,
    TextChannel,
    TextTooLong,
)
from huitou.kernel.money import yuan
from huitou.offer.types.shelves import OnShelf, Shelf
from huitou.profile.types import Consent

LINK_DAYS = timedelta(days=90)
ITEMS_MAX = 20
BASKET_LINES = 30
PIECES_MAX = 99
"""Of one product, in a basket."""
CHIPS_MAX = 2
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


def buy_url(template: str, *, token: str, sku: str, promoter: str = "") -> str | None:
    """Where buying leads; None unless the merchant's template is a web or mini-program address."""
    return _address(template, token=token, sku=sku, promoter=promoter)


def cart_url(
    template: str, *, token: str, pieces: Mapping[str, int], promoter: str = ""
) -> str | None:
    """Where buying several leads: `items` is `SKU:pieces` with commas between; None as for `buy_url`."""
    items = ",".join(f"{quote(sku, safe='')}:{count}" for sku, count in pieces.items())
    return _address(template, token=token, items=items, promoter=promoter)


def basket_url(token: str, pieces: Mapping[str, int]) -> str:
    """The page of a basket; what has no piece is left out."""
    pairs = [
        (name, value) for sku, n in pieces.items() if n for name, value in (("s", sku), ("n", n))
    ]
    return f"/l/{quote(token, safe='')}/basket?{urlencode(pairs)}"


def pieces_in(skus: Sequence[str], counts: Sequence[str]) -> dict[str, int]:
    """Pieces by SKU of a basket's form, within `BASKET_LINES` and `PIECES_MAX`; what is more, or no number,
    is left out."""
    found: dict[str, int] = {}
    for sku, told in zip(skus, counts, strict=False):
        count = int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 0
        if count > 0 and (sku in found or len(found) < BASKET_LINES):
            found[sku] = min(PIECES_MAX, found.get(sku, 0) + count)
    return found


def price_tag(item: OnShelf, shelf: Shelf, *, associate: str, language: str) -> PriceTag:
    """A product's price in the customer's language."""
    is_en = language == "en"
    how = [step.en if is_en else step.zh for step in item.steps]
    without_tier, without_link = item.without_tier_fen, item.without_promoter_fen
    if shelf.tier and without_tier is not None and without_tier > item.payable_fen:
        gives = yuan(without_tier - item.payable_fen)
        how.append(
            f"Your tier {shelf.tier.en} makes it {gives} less"
            if is_en
            else f"您是{shelf.tier.zh}，为您省了 {gives}"
        )
    if without_link is not None and without_link > item.payable_fen:
        gives = yuan(without_link - item.payable_fen)
        how.append(
            f"The link of {associate} makes it {gives} less"
            if is_en
            else f"{associate}的专属链接为您省了 {gives}"
        )
    hints = []
    if item.more is not None:
        hints.append(item.more.en if is_en else item.more.zh)
    at_next = item.at_next_tier_fen
    if shelf.next_tier and at_next is not None and at_next < item.payable_fen:
        hints.append(
            f"At the tier {shelf.next_tier.en} it is {yuan(at_next)}"
            if is_en
            else f"升到{shelf.next_tier.zh}只要 {yuan(at_next)}"
        )
    return PriceTag(
        price=yuan(item.payable_fen),
        was=yuan(item.list_fen) if item.saved_fen else None,
        chips=list(dict.fromkeys(step.name for step in item.steps))[:CHIPS_MAX],
        how=how,
        hints=hints,
    )


def version_of(picture: str | None) -> str:
    """Ten characters that change with the picture."""
    return hashlib.sha256((picture or "").encode()).hexdigest()[:10]


def _address(template: str, **places: str) -> str | None:
    if not template.startswith(("https://", "http://", "weixin://", "/")):
        return None
    for name, value in places.items():
        template = template.replace(f"{{{name}}}", quote(value, safe=""))
    return template


def _filled(template: str, filling: Filling, products: Sequence[str]) -> str:
    values = {
        "name": filling.name,
        "products": "、".join(products),
        "store": filling.store,
        "associate": filling.associate,
    }
    return _PLACEHOLDER.sub(lambda found: values[found.group(1)], template)


PREFERENCES = (
    ("sms", "短信", "SMS"),
    ("wecom", "企业微信（导购）", "WeCom (your associate)"),
    ("wechat", "公众号", "Official account"),
    ("mini", "小程序", "Mini program"),
    ("rcs", "5G 消息", "5G messages"),
    ("phone", "电话", "Phone calls"),
    ("webhook", "App 推送", "App notices"),
)
"""Channels that customers decide about, in their words."""
_WANTED = {"marketing": False, "service": True}
"""What holds where nobody decided: no marketing without a yes, service until a no."""


def preferences(decided: Sequence[Consent]) -> list[Preference]:
    """Decisions as switches."""
    known = {(one.channel, one.purpose): one for one in decided}
    return [
        Preference(
            channel,
            zh,
            en,
            tuple(
                _choice(purpose, known.get((channel, purpose)), is_on)
                for purpose, is_on in _WANTED.items()
            ),
        )
        for channel, zh, en in PREFERENCES
    ]


def _choice(purpose: str, decided: Consent | None, is_on: bool) -> Choice:
    if decided is None:
        return Choice(purpose, is_on, None, "")
    proof = decided.proof if isinstance(decided.proof, dict) else {}
    said = str(proof.get("said", ""))
    how = "page" if said.startswith(("link:", "member:")) else "other"
    return Choice(purpose, decided.state == "given", decided.at, how)


def turned(rows: Sequence[Preference], said: str) -> tuple[Preference, Choice] | None:
    """The switch that `said` (`sms.marketing`) names, to be told about and turned back."""
    channel, _, purpose = said.partition(".")
    return next(
        (
            (row, choice)
            for row in rows
            for choice in row.choices
            if (row.channel, choice.purpose) == (channel, purpose)
        ),
        None,
    )
