"""Making and changing offers, and taking them out of force."""

from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import approvals
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.offer.reads import offers as reads
from huitou.offer.store import offers as store
from huitou.offer.types.offers import (
    NoOffer,
    Offer,
    OfferChanged,
    OfferDocument,
    OfferState,
    OfferStateRefused,
)


def add(tx: Tx, document: OfferDocument) -> Offer:
    """Keep a draft. Refuses `offer.bad_document`, `merchant.no_unit`."""
    reads.check_document(tx, document)
    offer_id = new_id()
    store.add_offer(tx, offer_id, document)
    return reads.get_offer(tx, offer_id)


def edit(tx: Tx, offer_id: UUID, document: OfferDocument, *, version: int) -> Offer:
    """Write it anew. What was published holds until this is published too; nobody is asked about the former
    wording any more.

    Refuses `offer.changed`, `offer.state` once it ended, and as `add`.
    """
    offer = lock(tx, offer_id)
    if offer.state == "ended":
        raise OfferStateRefused()
    reads.check_document(tx, document)
    if not store.set_document(tx, offer_id, document, version):
        raise OfferChanged()
    _stop_asking(tx, offer)
    return reads.get_offer(tx, offer_id)


def pause(tx: Tx, offer_id: UUID) -> Offer:
    """It does not hold for now. Orders that were placed keep what they have."""
    return _move(tx, offer_id, "paused", "published")


def end(tx: Tx, offer_id: UUID) -> Offer:
    """It never holds again."""
    ended = _move(tx, offer_id, "ended", "draft", "published", "paused")
    _stop_asking(tx, ended)
    return reads.get_offer(tx, offer_id)


def lock(tx: Tx, offer_id: UUID) -> Offer:
    """An offer, held until the end of the transaction. Refuses `offer.not_found`.

    What it waits for is held first, as those who decide hold it before they come to the offer.
    """
    known = reads.get_offer(tx, offer_id)
    if known.approval_id is not None:
        approvals.hold(tx, known.approval_id)
    offer = store.lock_offer(tx, offer_id)
    if offer is None:
        raise NoOffer()
    return offer


def _move(tx: Tx, offer_id: UUID, state: OfferState, *froms: OfferState) -> Offer:
    offer = lock(tx, offer_id)
    if offer.state not in froms:
        raise OfferStateRefused()
    store.set_state(tx, offer_id, state)
    merchants.audit(tx, f"offer.{state}", str(offer_id), name=offer.document.name)
    return reads.get_offer(tx, offer_id)


def _stop_asking(tx: Tx, offer: Offer) -> None:
    if offer.approval_id is not None:
        approvals.drop(tx, offer.approval_id)
