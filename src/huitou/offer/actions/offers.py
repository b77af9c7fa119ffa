"""Making, changing and publishing offers."""

from uuid import UUID

from huitou.base.db import Tx
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.offer.reads import offers as reads
from huitou.offer.store import offers as store
from huitou.offer.types.offers import (
    OFFERS_MAX,
    NoOffer,
    Offer,
    OfferChanged,
    OfferDocument,
    OfferState,
    OfferStateRefused,
    TooManyOffers,
)


def add(tx: Tx, document: OfferDocument) -> Offer:
    """Keep a draft. Refuses `offer.bad_document`, `merchant.no_unit`."""
    reads.check_document(tx, document)
    offer_id = new_id()
    store.add_offer(tx, offer_id, document)
    return reads.get_offer(tx, offer_id)


def edit(tx: Tx, offer_id: UUID, document: OfferDocument, *, version: int) -> Offer:
    """Write it anew. What was published holds until this is published too.

    Refuses `offer.changed`, `offer.state` once it ended, and as `add`.
    """
    offer = _lock(tx, offer_id)
    if offer.state == "ended":
        raise OfferStateRefused()
    reads.check_document(tx, document)
    if not store.set_document(tx, offer_id, document, version):
        raise OfferChanged()
    return reads.get_offer(tx, offer_id)


def publish(tx: Tx, offer_id: UUID, *, version: int) -> Offer:
    """From now on it holds as written in `version`, which may be a change of what was published before,
    or the end of a pause.

    Refuses `offer.changed` when there is another version by now, `offer.state` when nothing would change,
    `offer.too_many`, and as `add`: what it names may be gone.
    """
    offer = _lock(tx, offer_id)
    if offer.version != version:
        raise OfferChanged()
    is_same = offer.state == "published" and offer.in_force == version
    if offer.state == "ended" or is_same:
        raise OfferStateRefused()
    reads.check_document(tx, offer.document)
    if offer.state != "published":
        tx.lock("offer.published")
        if store.count_published(tx) >= OFFERS_MAX:
            raise TooManyOffers()
    store.add_version(tx, offer_id, version, offer.document)
    store.set_in_force(tx, offer_id, version)
    merchants.audit(tx, "offer.published", str(offer_id), name=offer.document.name, version=version)
    return reads.get_offer(tx, offer_id)


def pause(tx: Tx, offer_id: UUID) -> Offer:
    """It does not hold for now. Orders that were placed keep what they have."""
    return _move(tx, offer_id, "paused", "published")


def end(tx: Tx, offer_id: UUID) -> Offer:
    """It never holds again."""
    return _move(tx, offer_id, "ended", "draft", "published", "paused")


def _move(tx: Tx, offer_id: UUID, state: OfferState, *froms: OfferState) -> Offer:
    offer = _lock(tx, offer_id)
    if offer.state not in froms:
        raise OfferStateRefused()
    store.set_state(tx, offer_id, state)
    merchants.audit(tx, f"offer.{state}", str(offer_id), name=offer.document.name)
    return reads.get_offer(tx, offer_id)


def _lock(tx: Tx, offer_id: UUID) -> Offer:
    offer = store.lock_offer(tx, offer_id)
    if offer is None:
        raise NoOffer()
    return offer
