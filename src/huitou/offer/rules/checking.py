"""What an offer may say. Pure."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from huitou.benefit.types.templates import Warned
from huitou.kernel.money import BASIS_POINTS
from huitou.offer.types.documents import Activity, AddOn, PriceOffer, Tier
from huitou.offer.types.offers import BadOffer, Fault, OfferDocument, When

KINDS = ("price", "piece", "activity", "coupon")
"""Tags that instruments have by what they are."""
_SMALL_BASE = 2
"""A reduction of a half or more of the threshold is asked about."""


def checked(document: OfferDocument, known_tags: Collection[str]) -> OfferDocument:
    """Refuses what cannot be meant: `BadOffer`. `known_tags` are those that other offers and coupons have."""
    own = {*document.tags, getattr(document.terms, "group", "activity")}
    faults = list(_faults(document, {*known_tags, *KINDS, *own}))
    if faults:
        raise refusal_of(faults)
    return document


def refusal_of(faults: Sequence[Fault]) -> BadOffer:
    """All faults in one refusal; `zh.<field>` and `en.<field>` tell them apart."""
    by_field: dict[str, list[Fault]] = {}
    for fault in faults:
        by_field.setdefault(fault.field, []).append(fault)
    told = {
        f"zh.{field}": "；".join(each.zh for each in found) for field, found in by_field.items()
    }
    told |= {
        f"en.{field}": "; ".join(each.en for each in found) for field, found in by_field.items()
    }
    return BadOffer(
        fields=",".join(by_field),
        zh="；".join(fault.zh for fault in faults),
        en="; ".join(fault.en for fault in faults),
        **told,
    )


def warnings(document: OfferDocument, now: datetime) -> list[Warned]:
    """What is allowed and probably not meant."""
    terms, when, found = document.terms, document.when, []
    if when.until_at is None:
        found.append(Warned("no_end", "没有结束时间", "It never ends"))
    elif when.until_at <= now:
        found.append(Warned("over", "活动时间已经结束", "Its time is over"))
    if document.limits.budget_fen is None and document.limits.budget_orders is None:
        found.append(Warned("no_budget", "没有预算上限", "There is no budget"))
    if isinstance(terms, Activity):
        if terms.cap_fen is None and any(tier.pay_bp is not None for tier in terms.tiers):
            found.append(Warned("no_cap", "折扣没有封顶金额", "The discount has no cap"))
        if terms.measure != "count" and any(
            tier.off_fen is not None and tier.at_least < _SMALL_BASE * tier.off_fen
            for tier in terms.tiers
        ):
            found.append(
                Warned(
                    "deep", "优惠达到门槛的一半以上", "It takes off half of the threshold or more"
                )
            )
    return found


def _faults(document: OfferDocument, known_tags: Collection[str]) -> Iterator[Fault]:
    yield from _when_faults(document.when)
    terms = document.terms
    if isinstance(terms, PriceOffer):
        yield from _price_faults(terms)
    elif isinstance(terms, Activity):
        yield from _activity_faults(terms)
    elif isinstance(terms, AddOn) and not (terms.goods.skus or terms.goods.categories):
        yield Fault("terms.goods", "加价购须指定商品", "an add-on names its goods")
    if set(document.tags) & set(KINDS):
        yield Fault("tags", "标签不能使用保留名称", "tags: a kind's own name is taken")
    unknown = sorted(set(document.allows or ()) - set(known_tags))
    if unknown:
        told = ", ".join(unknown)
        yield Fault("allows", f"未知的标签：{told}", f"allows: nothing has the tag {told}")
    if document.limits.customer_units is not None and isinstance(terms, Activity):
        yield Fault(
            "limits.customer_units",
            "满减类活动不能限制每人件数",
            "limits.customer_units: not for an activity",
        )
    parties = [each.party for each in document.funding]
    if sum(each.share_bp for each in document.funding) != BASIS_POINTS or len(parties) > len(
        set(parties)
    ):
        yield Fault(
            "funding",
            "费用分摊合计须为 100%，每方一行",
            "funding: shares of each party once, 100% in all",
        )


def _when_faults(when: When) -> Iterator[Fault]:
    if when.from_at and when.until_at and when.from_at >= when.until_at:
        yield Fault("when", "结束时间须晚于开始时间", "when: from_at < until_at")
    if when.hours and when.hours.from_minute >= when.hours.until_minute:
        yield Fault(
            "when.hours", "每天的结束时刻须晚于开始时刻", "when.hours: from_minute < until_minute"
        )


def _price_faults(terms: PriceOffer) -> Iterator[Fault]:
    ways = (terms.prices_fen, terms.pay_bp, terms.off_fen)
    if sum(way is not None for way in ways) != 1:
        yield Fault(
            "terms",
            "商品价、折扣、直降须且只能填一项",
            "terms: exactly one of prices_fen, pay_bp, off_fen",
        )
    if terms.prices_fen == {}:
        yield Fault("terms.prices_fen", "请填写商品价格", "terms.prices_fen: name a SKU")


def _activity_faults(terms: Activity) -> Iterator[Fault]:
    for tier in terms.tiers:
        yield from _tier_faults(terms, tier)
    for low, high in zip(terms.tiers, terms.tiers[1:], strict=False):
        if high.at_least <= low.at_least:
            yield Fault("terms.tiers", "门槛须逐级提高", "terms.tiers: at_least grows")
        if not _is_better(low, high):
            yield Fault(
                "terms.tiers", "优惠须逐级加大", "terms.tiers: each gives more than the last"
            )
    if terms.repeats:
        if len(terms.tiers) != 1 or terms.tiers[0].at_least == 0:
            yield Fault(
                "terms.repeats",
                "每满活动须只有一档且门槛大于 0",
                "terms.repeats: one tier with at_least > 0",
            )
        if terms.tiers[0].pay_bp is not None:
            yield Fault("terms.repeats", "折扣不能循环", "terms.repeats: not with pay_bp")
    elif terms.times_max is not None:
        yield Fault(
            "terms.times_max", "次数上限只用于每满活动", "terms.times_max: only with repeats"
        )


def _tier_faults(terms: Activity, tier: Tier) -> Iterator[Fault]:
    if tier.off_fen is not None and tier.pay_bp is not None:
        yield Fault(
            "terms.tiers", "一档不能同时减钱和打折", "terms.tiers: off_fen or pay_bp, not both"
        )
    if tier.off_fen is None and tier.pay_bp is None and not tier.gifts and not tier.free_shipping:
        yield Fault("terms.tiers", "每档须有优惠", "terms.tiers: a tier gives something")
    by_amount = terms.measure != "count"
    if by_amount and tier.off_fen is not None and 0 < tier.at_least < tier.off_fen:
        yield Fault("terms.tiers", "减免不能超过门槛", "terms.tiers: off_fen <= at_least")


def _is_better(low: Tier, high: Tier) -> bool:
    """Nothing less, and something more."""
    given = [
        (
            tier.off_fen or 0,
            BASIS_POINTS - (BASIS_POINTS if tier.pay_bp is None else tier.pay_bp),
            sum(gift.count * gift.worth_fen for gift in tier.gifts),
            sum(gift.count for gift in tier.gifts),
            int(tier.free_shipping),
        )
        for tier in (low, high)
    ]
    return given[1] != given[0] and all(
        more >= less for less, more in zip(given[0], given[1], strict=True)
    )
