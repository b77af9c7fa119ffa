"""What others may ask about what an offer would do."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from huitou.base.db import ReadTx
from huitou.benefit.types.templates import Sentence
from huitou.identity import reads as identities
from huitou.merchant import reads as merchants
from huitou.offer.reads import offers
from huitou.offer.reads.boards import overlap
from huitou.offer.rules import check_words as words
from huitou.offer.rules import exposure
from huitou.offer.rules.replaying import add_taken
from huitou.offer.store import checks as store
from huitou.offer.store import offers as stored
from huitou.offer.types.checks import (
    Check,
    CheckedCart,
    Exposure,
    LowPrice,
    Met,
    NoCheck,
    OfferCheckShown,
)
from huitou.offer.types.contexts import Taken
from huitou.offer.types.offers import Offer

COUNTS_FOR_DAYS = 7
"""So long a check says what an offer would cost."""


def get_latest(tx: ReadTx, offer_id: UUID, *, version: int | None = None) -> Check:
    """The latest check of an offer, or of one of its versions. Refuses `offer.not_found`, `offer.no_check`."""
    offers.get_offer(tx, offer_id)
    found = store.find_latest(tx, offer_id, version=version)
    if found is None:
        raise NoCheck()
    return found


def shown(tx: ReadTx, check: Check) -> OfferCheckShown:
    """A check as pages show it; of orders those of units in the scope, and what all would cost only to whoever
    sees them all."""
    offer = offers.get_offer(tx, check.offer_id)
    carts = carts_of(tx, check)
    prices = msgspec.convert(check.found.get("prices", []), list[LowPrice])
    conflicts = msgspec.convert(check.found.get("conflicts", []), list[Met])
    replay = exposure.replay(carts)
    foreseen = _exposure(tx, check, carts)
    done = check.cursor + (len(check.skus) if check.stage == "carts" else 0)
    return OfferCheckShown(
        id=check.id,
        offer_id=check.offer_id,
        version=check.version,
        state=check.state,
        stage=check.stage,
        done=done,
        total=len(check.skus) + check.cart_count,
        seed=check.seed,
        since=check.since,
        until=check.until,
        order_count=check.order_count,
        cart_count=check.cart_count,
        product_count=check.sku_count,
        products_looked_at=len(check.skus) if check.stage == "carts" else check.cursor,
        budget_ms=check.budget_ms,
        queued_at=check.queued_at,
        ended_at=check.ended_at,
        by=check.by,
        is_current=_is_current(tx, offer, check),
        findings=words.findings(check, prices, conflicts, foreseen, replay),
        conflicts=conflicts,
        prices=prices,
        exposure=foreseen,
        replay=replay,
        takes_two=why_two(tx, offer) if offer.version == check.version else [],
        notes=words.notes(check),
    )


def carts_of(tx: ReadTx, check: Check) -> list[CheckedCart]:
    """Its orders of units in the scope that were looked at, in the order in which they were paid."""
    return store.list_carts(tx, check.id, is_scoped=True)


def why_two(tx: ReadTx, offer: Offer) -> list[Sentence]:
    """Why publishing an offer as it is written takes two people; empty: one may."""
    limit_fen = int(merchants.setting(tx, "offer.approval_fen"))
    done = store.find_latest(tx, offer.id, version=offer.version, states=("done",))
    if done is not None and (tx.now - done.queued_at).days >= COUNTS_FOR_DAYS:
        done = None
    return words.takes_two(offer.document, done, limit_fen)


def taken_by_root(tx: ReadTx, check: Check) -> dict[UUID, Taken]:
    """What customers took of the offer in its carts until now, by who answers for them."""
    rows = store.list_taken(tx, check)
    roots = identities.canonical(tx, [customer_id for customer_id, _ in rows])
    found: dict[UUID, Taken] = {}
    for customer_id, taken in rows:
        root_id = roots.get(customer_id)
        if root_id is not None:
            found[root_id] = add_taken(found.get(root_id), taken)
    return found


def _exposure(tx: ReadTx, check: Check, carts: Sequence[CheckedCart]) -> Exposure | None:
    is_everything = tx.scope.unit_path is None and tx.scope.staff_id is None
    if check.state != "done" or not is_everything:
        return None
    costs = exposure.day_costs(carts, check.since, check.until, check.order_count)
    return exposure.exposure(check.document, costs, check.queued_at)


def _is_current(tx: ReadTx, offer: Offer, check: Check) -> bool:
    """Are the offer and all that held beside it as they were?"""
    if offer.version != check.version:
        return False
    when = check.document.when
    there = {
        (each.id, each.version)
        for each in stored.list_in_force(tx, check.queued_at)
        if each.id != offer.id and overlap(when, each.document.when, check.queued_at)
    }
    return there == set(check.others)
