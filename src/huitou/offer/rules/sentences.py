"""An offer as a sentence, in Chinese and English. Pure."""

from collections.abc import Mapping
from typing import get_args

from huitou.benefit.types.templates import SaleChannel, Sentence
from huitou.kernel.money import BASIS_POINTS
from huitou.kernel.words import counted, fold_zh, listed, moment, money_en, money_zh, percent, week
from huitou.offer.types.documents import (
    EVERYTHING,
    Activity,
    AddOn,
    Bundle,
    BuyGet,
    Goods,
    PriceOffer,
    Tier,
)
from huitou.offer.types.offers import Limits, OfferDocument, When

Names = Mapping[str, str]
"""Of units, categories, SKUs, tiers and segments (by the text of their id); a code without a name stands for itself."""
Said = tuple[str, str]

_SORTS = {
    "member": ("会员价", "member price"),
    "limited": ("限时价", "limited-time price"),
    "flash": ("秒杀价", "flash price"),
    "group": ("拼团价", "group price"),
    "channel": ("渠道价", "channel price"),
}
_CHANNELS: dict[SaleChannel, Said] = {"store": ("门店", "in stores"), "online": ("线上", "online")}
_BOUGHT = {
    "new": ("限未下过单的新客", "for first orders only"),
    "old": ("限老客", "for customers who bought before"),
}


def sentence(document: OfferDocument, names: Names, zone: str) -> Sentence:
    """The whole offer, what it gives first."""
    parts = [
        *_terms(document, names),
        *_goods(document.terms.goods, names),
        *_audience(document, names),
        *_places(document, names),
        *_when(document.when, zone),
        *_limits(document.limits),
    ]
    return Sentence("，".join(zh for zh, _ in parts), ", ".join(en for _, en in parts))


def _terms(document: OfferDocument, names: Names) -> list[Said]:
    terms = document.terms
    if isinstance(terms, PriceOffer):
        return _price(terms, names)
    if isinstance(terms, BuyGet):
        return _buy_get(terms, names)
    if isinstance(terms, Bundle):
        fen = terms.price_fen
        found = [
            (f"任选 {terms.count} 件 {money_zh(fen)}", f"any {terms.count} for {money_en(fen)}")
        ]
        return found + _groups(terms.groups_max)
    if isinstance(terms, AddOn):
        return _add_on(terms, names)
    return _activity(terms, names)


def _price(terms: PriceOffer, names: Names) -> list[Said]:
    zh, en = _SORTS[terms.sort]
    if terms.prices_fen is not None:
        priced = {sku: names.get(sku, sku) for sku in terms.prices_fen}
        told_zh = {sku: f"{priced[sku]} {money_zh(fen)}" for sku, fen in terms.prices_fen.items()}
        told_en = {sku: f"{priced[sku]} {money_en(fen)}" for sku, fen in terms.prices_fen.items()}
        skus = tuple(terms.prices_fen)
        found = [
            (
                f"{zh}：{listed(skus, told_zh, '、', 'and')[0]}",
                f"{en}: {listed(skus, told_en, '、', 'and')[1]}",
            )
        ]
    elif terms.pay_bp is not None:
        found = [
            (
                f"{zh} {fold_zh(terms.pay_bp)} 折",
                f"{en}: {percent(BASIS_POINTS - terms.pay_bp)} off",
            )
        ]
    else:
        fen = terms.off_fen or 0
        found = [(f"{zh}直降 {money_zh(fen)}", f"{en}: {money_en(fen)} off each")]
    if terms.limit is not None:
        found.append(
            (f"每单限 {terms.limit} 件", f"at most {counted(terms.limit, 'piece')} an order")
        )
    return found


def _buy_get(terms: BuyGet, names: Names) -> list[Said]:
    goods = ("", "")
    if terms.get_goods is not None:
        goods = listed((*terms.get_goods.categories, *terms.get_goods.skus), names, "、", "and")
        goods = (goods[0] or "指定商品", goods[1] or "chosen goods")
    of_zh, of_en = goods[0], f" of {goods[1]}" if goods[1] else ""
    if terms.pay_bp == 0:
        zh = f"买 {terms.buy} 赠 {terms.get}" + (f" 件{of_zh}" if of_zh else "")
        en = f"buy {terms.buy}, get {terms.get}{of_en} for free"
    else:
        folds, off = fold_zh(terms.pay_bp), percent(BASIS_POINTS - terms.pay_bp)
        if terms.get == 1 and not of_zh:
            zh = f"第 {terms.buy + 1} 件 {folds} 折"
        else:
            zh = f"买 {terms.buy} 件，另 {terms.get} 件{of_zh} {folds} 折"
        en = f"buy {terms.buy}, get {terms.get}{of_en} at {off} off"
    return [(zh, en), *_groups(terms.groups_max)]


def _add_on(terms: AddOn, names: Names) -> list[Said]:
    trigger = listed((*terms.trigger.categories, *terms.trigger.skus), names, "、", "and")
    zh, en = f"加 {money_zh(terms.price_fen)}换购", f"add one for {money_en(terms.price_fen)}"
    if terms.threshold_fen:
        zh = f"购{trigger[0]}满 {money_zh(terms.threshold_fen)}，{zh}"
        en = f"{en} from {money_en(terms.threshold_fen)}" + (
            f" of {trigger[1]}" if trigger[1] else ""
        )
    elif terms.trigger != EVERYTHING:
        zh, en = f"购{trigger[0]}，{zh}", f"{en} with {trigger[1]}"
    return [(zh, en), (f"每单最多 {terms.count_max} 件", f"at most {terms.count_max} an order")]


def _activity(terms: Activity, names: Names) -> list[Said]:
    tiers = [_tier(terms, tier, names) for tier in terms.tiers]
    zh, en = "；".join(each for each, _ in tiers), "; ".join(each for _, each in tiers)
    found = [(zh, en)]
    if terms.times_max is not None:
        found.append((f"最多 {terms.times_max} 次", f"at most {terms.times_max} times"))
    if terms.cap_fen is not None:
        found.append(
            (f"最多优惠 {money_zh(terms.cap_fen)}", f"at most {money_en(terms.cap_fen)} off")
        )
    return found


def _tier(terms: Activity, tier: Tier, names: Names) -> Said:
    every = ("每满", "for every") if terms.repeats else ("满", "from")
    if terms.measure == "count":
        base = f"{tier.at_least} 件", f"{counted(tier.at_least, 'piece')}"
    else:
        base = money_zh(tier.at_least), money_en(tier.at_least)
        if terms.measure == "list_amount":
            base = f"原价 {base[0]}", f"{base[1]} at list prices"
    given: list[Said] = []
    if tier.off_fen is not None:
        given.append((f"减 {money_zh(tier.off_fen)}", f"{money_en(tier.off_fen)} off"))
    if tier.pay_bp is not None:
        given.append(
            (f"打 {fold_zh(tier.pay_bp)} 折", f"{percent(BASIS_POINTS - tier.pay_bp)} off")
        )
    for gift in tier.gifts:
        name = names.get(gift.sku, gift.sku)
        times = f" {gift.count} 件" if gift.count > 1 else ""
        given.append((f"赠{name}{times}", f"{gift.count} {name} as a gift"))
    if tier.free_shipping:
        given.append(("包邮", "free shipping"))
    zh, en = "、".join(each for each, _ in given), " and ".join(each for _, each in given)
    if tier.at_least == 0:
        return f"立{zh}" if zh.startswith("减") else zh, en
    return f"{every[0]} {base[0]}{zh}", f"{en} {every[1]} {base[1]}"


def _groups(most: int | None) -> list[Said]:
    return (
        []
        if most is None
        else [(f"每单最多 {most} 组", f"at most {counted(most, 'group')} an order")]
    )


def _goods(goods: Goods, names: Names) -> list[Said]:
    parts = []
    if goods.skus or goods.categories:
        zh, en = listed((*goods.categories, *goods.skus), names, "、", "and")
        parts.append((f"限{zh}", f"for {en} only"))
    if goods.except_skus:
        zh, en = listed(goods.except_skus, names, "、", "and")
        parts.append((f"{zh}除外", f"except {en}"))
    return parts


def _audience(document: OfferDocument, names: Names) -> list[Said]:
    audience, parts = document.audience, []
    if audience.tiers:
        zh, en = listed(audience.tiers, names, "、", "or")
        parts.append((f"限{zh}会员", f"for {en} members"))
    if audience.segments:
        zh, en = listed([str(each) for each in audience.segments], names, "、", "or")
        parts.append((f"限人群「{zh}」", f"for the segment {en}"))
    if audience.bought is not None:
        parts.append(_BOUGHT[audience.bought])
    if audience.by_promoter:
        parts.append(("限经导购专属链接购买", "only through an associate's own link"))
    return parts


def _places(document: OfferDocument, names: Names) -> list[Said]:
    parts = []
    if document.units:
        zh, en = listed(document.units, names, "、", "and")
        parts.append((f"限{zh}", f"only at {en}"))
    if len(set(document.channels)) in range(1, len(get_args(SaleChannel))):
        zh, en = _CHANNELS[document.channels[0]]
        parts.append((f"限{zh}", f"only {en}"))
    return parts


def _when(when: When, zone: str) -> list[Said]:
    parts: list[Said] = []
    since = moment(when.from_at, zone) if when.from_at else None
    until = moment(when.until_at, zone) if when.until_at else None
    if since and until:
        parts.append((f"{since} 至 {until}", f"from {since} to {until}"))
    elif since:
        parts.append((f"{since} 起", f"from {since}"))
    elif until:
        parts.append((f"{until} 止", f"until {until}"))
    if when.monthdays:
        days = [str(day) for day in sorted(set(when.monthdays))]
        parts.append((f"每月 {'、'.join(days)} 日", f"on day {', '.join(days)} of the month"))
    hours = when.hours
    found = week(when.weekdays, (hours.from_minute, hours.until_minute) if hours else None)
    return [*parts, found] if found else parts


def _limits(limits: Limits) -> list[Said]:
    parts = []
    if limits.customer_units is not None:
        most = limits.customer_units
        parts.append((f"每人限 {most} 件", f"at most {counted(most, 'piece')} a customer"))
    if limits.customer_orders is not None:
        most = limits.customer_orders
        parts.append((f"每人限 {most} 单", f"at most {counted(most, 'order')} a customer"))
    if limits.budget_orders is not None:
        parts.append(
            (f"共 {limits.budget_orders} 单", f"{counted(limits.budget_orders, 'order')} in all")
        )
    if limits.budget_fen is not None:
        fen = limits.budget_fen
        parts.append((f"总预算 {money_zh(fen)}", f"{money_en(fen)} in all"))
    return parts
