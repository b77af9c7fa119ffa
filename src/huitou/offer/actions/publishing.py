"""Publishing offers: by one person, or, where it may cost much or goes too low, by two."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import approvals
from huitou.benefit.types.approvals import Approval
from huitou.benefit.types.templates import Sentence
from huitou.merchant import actions as merchants
from huitou.offer.actions.offers import lock
from huitou.offer.reads import checks
from huitou.offer.reads import offers as reads
from huitou.offer.store import offers as store
from huitou.offer.types.offers import (
    OFFERS_MAX,
    Offer,
    OfferChanged,
    OfferStateRefused,
    TooManyOffers,
)

KIND = "offer"


def publish(tx: Tx, offer_id: UUID, *, version: int) -> Offer:
    """From now on it holds as written in `version`, which may be a change of what was published before,
    or the end of a pause. Where that takes two people (`checks.why_two`), it waits for another one; asked
    again, the same answer.

    Refuses `offer.changed` when there is another version by now, `offer.state` when nothing would change,
    `offer.too_many`, and as `offers.add`: what it names may be gone.
    """
    offer = lock(tx, offer_id)
    _check(tx, offer, version)
    if offer.approval_id is not None:
        return offer
    # The end of a pause is nothing new.
    why = [] if offer.in_force == version else checks.why_two(tx, offer)
    if why:
        _ask(tx, offer, why)
    else:
        _put_in_force(tx, offer)
    return reads.get_offer(tx, offer_id)


def _check(tx: Tx, offer: Offer, version: int) -> None:
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


def _ask(tx: Tx, offer: Offer, why: Sequence[Sentence]) -> None:
    body = {
        "offer": str(offer.id),
        "name": offer.document.name,
        "version": offer.version,
        "budget_fen": offer.document.limits.budget_fen,
        "why": [{"zh": each.zh, "en": each.en} for each in why],
    }
    store.set_approval(tx, offer.id, approvals.ask(tx, KIND, body).id)


def _put_in_force(tx: Tx, offer: Offer, asked_by: str | None = None) -> None:
    store.add_version(tx, offer.id, offer.version, offer.document)
    store.set_in_force(tx, offer.id, offer.version)
    merchants.audit(
        tx,
        "offer.published",
        str(offer.id),
        name=offer.document.name,
        version=offer.version,
        asked_by=asked_by,
    )


def _carry_out(tx: Tx, approval: Approval) -> None:
    """Another person agreed. Refuses as `publish`."""
    offer = lock(tx, UUID(approval.body["offer"]))
    if offer.approval_id != approval.id:
        raise OfferChanged()
    _check(tx, offer, approval.body["version"])
    _put_in_force(tx, offer, approval.asked_by)
    store.set_approval(tx, offer.id, None)


def _let_go(tx: Tx, approval: Approval) -> None:
    offer = lock(tx, UUID(approval.body["offer"]))
    if offer.approval_id == approval.id:
        store.set_approval(tx, offer.id, None)


approvals.declare(KIND, _carry_out, _let_go, permission="offer.publish")
