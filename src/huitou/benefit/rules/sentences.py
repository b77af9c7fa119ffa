"""A template's promise as a sentence, in Chinese and English. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from huitou.benefit.types.templates import (
    Discount,
    Exchange,
    Fixed,
    FullReduction,
    Goods,
    ProductOff,
    Promise,
    SaleChannel,
    Sentence,
    Shipping,
)
from huitou.kernel.money import BASIS_POINTS

_DAYS_ZH = "一二三四五六日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CHANNELS: dict[SaleChannel, tuple[str, str]] = {
    "store": ("门店", "in stores"),
    "online": ("线上", "online"),
}
_NAMED_MAX = 3


def sentence(promise: Promise, names: Mapping[str, str], zone: str) -> Sentence:
    """The whole promise. `names` are those of units, categories and SKUs by code; a code without a
    name stands for itself."""
    parts = [
        _benefit(promise, names),
        _window(promise, zone),
        *_times(promise),
        *_places(promise, names),
        *_goods(promise.goods, names),
        *_limits(promise),
    ]
    return Sentence("，".join(zh for zh, _ in parts), ", ".join(en for _, en in parts))


def money_zh(fen: int) -> str:
    """`30 元`, `0.5 元`."""
    return f"{_plain(fen)} 元"


def money_en(fen: int) -> str:
    """`¥30`, `¥0.5`."""
    return f"¥{_plain(fen)}"


def _benefit(promise: Promise, names: Mapping[str, str]) -> tuple[str, str]:
    benefit = promise.benefit
    if isinstance(benefit, FullReduction):
        zh, en = f"减 {money_zh(benefit.off_fen)}", f"{money_en(benefit.off_fen)} off"
        return _from(benefit.threshold_fen, zh, en, ("立", ""))
    if isinstance(benefit, Discount):
        zh = f"打 {_share(benefit.pay_bp)} 折"
        en = f"{_percent(BASIS_POINTS - benefit.pay_bp)} off"
        if benefit.cap_fen is not None:
            zh += f"（最多优惠 {money_zh(benefit.cap_fen)}）"
            en += f" (at most {money_en(benefit.cap_fen)})"
        return _from(benefit.threshold_fen, zh, en, ("", ""))
    if isinstance(benefit, Exchange):
        zh, en = _named(benefit.skus, names, "或", "or")
        if benefit.pay_fen == 0:
            return f"免费兑换{zh}", f"{en} for free"
        return f"{money_zh(benefit.pay_fen)}换购{zh}", f"{en} for {money_en(benefit.pay_fen)}"
    if isinstance(benefit, ProductOff):
        zh, en = _named(benefit.skus, names, "或", "or")
        return f"{zh}立减 {money_zh(benefit.off_fen)}", f"{money_en(benefit.off_fen)} off {en}"
    assert isinstance(benefit, Shipping)
    zh, en = "免运费", "free shipping"
    if benefit.off_fen is not None:
        zh = f"运费减 {money_zh(benefit.off_fen)}"
        en = f"{money_en(benefit.off_fen)} off the shipping"
    return _from(benefit.threshold_fen, zh, en, ("", ""))


def _from(fen: int, zh: str, en: str, without: tuple[str, str]) -> tuple[str, str]:
    if fen == 0:
        return f"{without[0]}{zh}", f"{without[1]}{en}"
    return f"满 {money_zh(fen)}{zh}", f"{en} from {money_en(fen)}"


def _window(promise: Promise, zone: str) -> tuple[str, str]:
    window = promise.window
    if isinstance(window, Fixed):
        since, until = _moment(window.from_at, zone), _moment(window.until_at, zone)
        return f"{since} 至 {until} 有效", f"valid from {since} to {until}"
    days = f"{window.days} day" + ("s" if window.days > 1 else "")
    if window.after_days == 0:
        if window.days == 1:
            return "领取当天有效", "valid on the day it is received"
        return f"领取后 {window.days} 天内有效", f"valid for {days} from receipt"
    after = f"{window.after_days} day" + ("s" if window.after_days > 1 else "")
    return (
        f"领取 {window.after_days} 天后生效，有效 {window.days} 天",
        f"valid for {days}, from {after} after receipt",
    )


def _times(promise: Promise) -> list[tuple[str, str]]:
    zh, en = "", ""
    if promise.weekdays:
        days = sorted(set(promise.weekdays))
        zh = "周" + "、".join(_DAYS_ZH[day - 1] for day in days)
        en = "on " + ", ".join(_DAYS_EN[day - 1] for day in days)
    if promise.hours:
        span = f"{_clock(promise.hours.from_minute)}–{_clock(promise.hours.until_minute)}"
        zh, en = f"{zh} {span}".strip(), f"{en} {span}".strip()
    return [(f"限{zh}" if promise.weekdays else f"限每天 {zh}", f"only {en}")] if zh else []


def _places(promise: Promise, names: Mapping[str, str]) -> list[tuple[str, str]]:
    parts = []
    if promise.units:
        zh, en = _named(promise.units, names, "、", "and")
        parts.append((f"限{zh}使用", f"only at {en}"))
    if promise.channels:
        words = [_CHANNELS[channel] for channel in sorted(set(promise.channels), reverse=True)]
        zh, en = "、".join(each for each, _ in words), " or ".join(each for _, each in words)
        parts.append((f"限{zh}使用", f"only {en}"))
    return parts


def _goods(goods: Goods, names: Mapping[str, str]) -> list[tuple[str, str]]:
    parts = []
    if goods.skus or goods.categories:
        zh, en = _named((*goods.categories, *goods.skus), names, "、", "and")
        parts.append((f"限购买{zh}", f"for {en} only"))
    if goods.except_skus:
        zh, en = _named(goods.except_skus, names, "、", "and")
        parts.append((f"{zh}除外", f"except {en}"))
    return parts


def _limits(promise: Promise) -> list[tuple[str, str]]:
    parts = []
    if promise.per_customer is not None:
        most = promise.per_customer
        parts.append((f"每人限领 {most} 张", f"at most {most} per customer"))
    if promise.per_day is not None:
        parts.append((f"每天限量 {promise.per_day} 张", f"at most {promise.per_day} a day"))
    if promise.stock is not None:
        parts.append((f"共 {promise.stock} 张", f"{promise.stock} in total"))
    if promise.is_transferable:
        parts.append(("可转赠", "may be given away"))
    if promise.is_combinable:
        parts.append(("可与其他券同用", "together with other coupons"))
    return parts


def _named(codes: Sequence[str], names: Mapping[str, str], zh: str, en: str) -> tuple[str, str]:
    words = [names.get(code, code) for code in codes]
    shown, more = words[:_NAMED_MAX], len(words) - _NAMED_MAX
    if more > 0:
        return f"{'、'.join(shown)}等 {len(words)} 项", f"{', '.join(shown)} and {more} more"
    return zh.join(shown), f" {en} ".join(shown)


def _moment(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    is_midnight = local.hour == local.minute == 0
    return local.strftime("%Y-%m-%d") if is_midnight else local.strftime("%Y-%m-%d %H:%M")


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _plain(fen: int) -> str:
    whole, cents = divmod(fen, 100)
    return f"{whole}" if cents == 0 else f"{whole}.{cents:02d}".rstrip("0")


def _share(pay_bp: int) -> str:
    return f"{pay_bp / 1_000:.3f}".rstrip("0").rstrip(".")


def _percent(off_bp: int) -> str:
    return f"{off_bp / 100:.2f}".rstrip("0").rstrip(".") + "%"
