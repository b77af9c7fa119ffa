"""What may be used together. Pure."""

from collections.abc import Sequence

from huitou.offer.types.carts import UsableCoupon, UsableOffer
from huitou.offer.types.documents import Activity, PriceOffer

Instrument = UsableOffer | UsableCoupon


def go_together(one: Instrument, other: Instrument) -> bool:
    """Does each allow a tag of the other?"""
    return _allows(one, _tags_of(other)) and _allows(other, _tags_of(one))


def apart_of(instruments: Sequence[Instrument]) -> list[int]:
    """For each, as bits, those that it does not go together with."""
    tags = [_tags_of(each) for each in instruments]
    found = [0] * len(instruments)
    for n, one in enumerate(instruments):
        if one.allows is None:
            continue
        for o, own in enumerate(tags):
            if not _allows(one, own):
                found[n] |= 1 << o
                found[o] |= 1 << n
    return found


def _tags_of(instrument: Instrument) -> frozenset[str]:
    own = frozenset(instrument.tags)
    if isinstance(instrument, UsableCoupon):
        return own | {"coupon"}
    terms = instrument.terms
    if isinstance(terms, PriceOffer):
        return own | {"price"}
    if isinstance(terms, Activity):
        return own | {"activity", terms.group}
    return own | {"piece"}


def _allows(one: Instrument, tags: frozenset[str]) -> bool:
    return one.allows is None or not tags.isdisjoint(one.allows)
