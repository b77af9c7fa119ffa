"""A template's promise as a sentence, in Chinese and English. Pure."""

from collections.abc import Mapping

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
from huitou.kernel.words import fold_zh, listed, moment, money_en, money_zh, percent, week

_CHANNELS: dict[SaleChannel, tuple[str, str]] = {
    "store": ("门店", "in stores"),
    "online": ("线上", "online"),
}


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


def _benefit(promise: Promise, names: Mapping[str, str]) -> tuple[str, str]:
    benefit = promise.benefit
    if isinstance(benefit, FullReduction):
        zh, en = f"减 {money_zh(benefit.off_fen)}", f"{money_en(benefit.off_fen)} off"
        return _from(benefit.threshold_fen, zh, en, ("立", ""))
    if isinstance(benefit, Discount):
        zh = f"打 {fold_zh(benefit.pay_bp)} 折"
        en = f"{percent(BASIS_POINTS - benefit.pay_bp)} off"
        if benefit.cap_fen is not None:
            zh += f"（最多优惠 {money_zh(benefit.cap_fen)}）"
            en += f" (at most {money_en(benefit.cap_fen)})"
        return _from(benefit.threshold_fen, zh, en, ("", ""))
    if isinstance(benefit, Exchange):
        zh, en = listed(benefit.skus, names, "或", "or")
        if benefit.pay_fen == 0:
            return f"免费兑换{zh}", f"{en} for free"
        return f"{money_zh(benefit.pay_fen)}换购{zh}", f"{en} for {money_en(benefit.pay_fen)}"
    if isinstance(benefit, ProductOff):
        zh, en = listed(benefit.skus, names, "或", "or")
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
        since, until = moment(window.from_at, zone), moment(window.until_at, zone)
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
    hours = promise.hours
    found = week(promise.weekdays, (hours.from_minute, hours.until_minute) if hours else None)
    return [found] if found else []


def _places(promise: Promise, names: Mapping[str, str]) -> list[tuple[str, str]]:
    parts = []
    if promise.units:
        zh, en = listed(promise.units, names, "、", "and")
        parts.append((f"限{zh}使用", f"only at {en}"))
    if promise.channels:
        words = [_CHANNELS[channel] for channel in sorted(set(promise.channels), reverse=True)]
        zh, en = "、".join(each for each, _ in words), " or ".join(each for _, each in words)
        parts.append((f"限{zh}使用", f"only {en}"))
    return parts


def _goods(goods: Goods, names: Mapping[str, str]) -> list[tuple[str, str]]:
    parts = []
    if goods.skus or goods.categories:
        zh, en = listed((*goods.categories, *goods.skus), names, "、", "and")
        parts.append((f"限购买{zh}", f"for {en} only"))
    if goods.except_skus:
        zh, en = listed(goods.except_skus, names, "、", "and")
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
        parts.append((f"共 {promise.stock} 张", f"{promise.stock:,} in total"))
    if promise.is_transferable:
        parts.append(("可转赠", "may be given away"))
    if promise.is_combinable:
        parts.append(("可与其他券同用", "together with other coupons"))
    return parts
