"""Looking at what an offer would do, block by block, in the background.

A block is an effect: what it needs is read in one transaction, worked out in none, and kept in another that looks
whether the check is still where it was. So one that was cancelled keeps nothing more, and of two that did the same
block one is kept.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec

from huitou.base.db import Tx
from huitou.catalog import reads as catalog
from huitou.catalog.types import ProductCost
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.offer.actions.offers import lock
from huitou.offer.reads import boards, offers, past_carts
from huitou.offer.reads import checks as reads
from huitou.offer.reads.boards import Board
from huitou.offer.rules import check_words as words
from huitou.offer.rules import exposure, replaying
from huitou.offer.rules.lowest import Shelf, Tried, alike, as_of, lowest
from huitou.offer.rules.meeting import common, met, touches, unit_of
from huitou.offer.rules.situations import meets, situations
from huitou.offer.rules.solving import Clock
from huitou.offer.rules.usable import offer_of
from huitou.offer.store import checks as store
from huitou.offer.store import offers as stored
from huitou.offer.types.carts import Rules, UsableCoupon, UsableOffer
from huitou.offer.types.checks import (
    PRODUCTS_MAX,
    Check,
    CheckOver,
    Compared,
    LowPrice,
    Met,
    NoCheck,
    PastCart,
    Stage,
)
from huitou.offer.types.contexts import Taken
from huitou.offer.types.offers import OfferChanged, OfferInForce, OfferStateRefused

PRODUCTS_AT_ONCE = 20
CARTS_AT_ONCE = 40
SITUATIONS_MAX = 6
"""That lowest prices are looked for in, those where most holds first."""
_LOW_MAX = 200


@dataclass(frozen=True, slots=True)
class Block:
    """What is to be worked out next: lowest prices of `products`, or `carts` bought again."""

    check: Check
    draft: OfferInForce
    board: Board | None
    products: tuple[ProductCost, ...]
    carts: tuple[PastCart, ...]
    taken: Mapping[UUID, Taken]
    groups: tuple[str, ...]
    coupon_limits: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Worked:
    conflicts: list[Met] | None
    prices: list[LowPrice]
    compared: list[Compared]


def start(tx: Tx, offer_id: UUID, *, version: int, carts_max: int, budget_ms: int) -> Check:
    """Begin to look at a version of an offer; while that is looked at, the same check.

    A check of another version that is under way is cancelled. Refuses `offer.not_found`, `offer.changed`,
    `offer.state` once it ended.
    """
    offer = lock(tx, offer_id)
    if offer.version != version:
        raise OfferChanged()
    if offer.state == "ended":
        raise OfferStateRefused()
    going = store.find_latest(tx, offer_id, states=("queued", "running"))
    if going is not None and going.version == version:
        return going
    if going is not None:
        store.set_ended(tx, going.id, "cancelled")
    draft = OfferInForce(offer.id, offer.number, version, offer.document)
    others = [
        each
        for each in stored.list_in_force(tx, tx.now)
        if each.id != offer.id and boards.overlap(offer.document.when, each.document.when, tx.now)
    ]
    usable = offer_of(draft, Taken(offer.id, 0, 0))
    products = [
        product
        for product in catalog.on_sale(tx, boards.SHELF_MAX)
        if touches(usable, unit_of(product))
    ]
    id_ = new_id()
    check = Check(
        id=id_,
        offer_id=offer.id,
        version=version,
        document=offer.document,
        own=offer.in_force if offer.in_force != version else None,
        others=[(each.id, each.version) for each in others],
        skus=[product.sku for product in products[:PRODUCTS_MAX]],
        sku_count=len(products),
        state="queued",
        stage="prices",
        cursor=0,
        seed=id_.int & 0x7FFFFFFF,
        since=tx.now - timedelta(days=exposure.DAYS),
        until=tx.now,
        order_count=0,
        cart_count=0,
        budget_ms=budget_ms,
        found={},
        exposure_high_fen=None,
        blocking=0,
        queued_at=tx.now,
        ended_at=None,
        by=tx.principal,
    )
    store.add_check(tx, check)
    store.add_carts(tx, id_, carts_max)
    merchants.audit(tx, "offer.checked", str(offer_id), version=version)
    return reads.get_latest(tx, offer_id)


def cancel(tx: Tx, offer_id: UUID) -> Check:
    """Stop the check under way; what it found stays. Refuses `offer.not_found`, `offer.no_check`,
    `offer.check_over`."""
    check = reads.get_latest(tx, offer_id)
    if not store.set_ended(tx, check.id, "cancelled"):
        raise CheckOver()
    return reads.get_latest(tx, offer_id)


def claim(tx: Tx, check_id: UUID) -> Block | None:
    """What is next; None when nothing is."""
    check = store.lock_check(tx, check_id)
    if check is None or check.state not in ("queued", "running"):
        return None
    draft, others = boards.drafted(tx, check), boards.others_of(tx, check)
    groups, limits = offers.groups(tx), boards.coupon_limits(tx)
    if check.stage == "prices":
        skus = check.skus[check.cursor : check.cursor + PRODUCTS_AT_ONCE]
        known = catalog.costs_of(tx, skus)
        products = tuple(known[sku] for sku in skus if sku in known and known[sku].price_fen)
        shown = boards.board(tx, draft, others)
        return Block(check, draft, shown, products, (), {}, groups, limits)
    asked = store.list_order_ids(tx, check.id, check.cursor, CARTS_AT_ONCE)
    carts = past_carts.past_carts(tx, asked, draft, boards.own_of(tx, check), others)
    taken = reads.taken_by_root(tx, check)
    return Block(check, draft, None, (), tuple(carts), taken, groups, limits)


def work_out(block: Block, clock: Clock) -> Worked:
    """It. Nothing is read or kept."""
    check = block.check
    if block.board is None:
        compared = replaying.compare(
            block.carts,
            block.draft,
            block.groups,
            block.coupon_limits,
            block.taken,
            clock,
            check.budget_ms,
        )
        return Worked(None, [], compared)
    conflicts = _conflicts(block.board, check) if check.cursor == 0 else None
    return Worked(conflicts, _prices(block, block.board, clock), [])


def settle(tx: Tx, block: Block, worked: Worked) -> bool:
    """Keep what was worked out; returns whether there is more to do."""
    check = store.lock_check(tx, block.check.id)
    if check is None:
        raise NoCheck()
    was = block.check.stage, block.check.cursor
    if check.state not in ("queued", "running") or (check.stage, check.cursor) != was:
        return False
    found = dict(check.found)
    if worked.conflicts is not None:
        found["conflicts"] = msgspec.to_builtins(worked.conflicts)
    if check.stage == "prices":
        found |= _with_prices(found, worked.prices)
        stage, cursor = _after(check, "prices", len(check.skus), PRODUCTS_AT_ONCE)
    else:
        store.set_compared(tx, check.id, worked.compared)
        stage, cursor = _after(check, "carts", check.cart_count, CARTS_AT_ONCE)
    store.set_running(tx, check.id, stage, cursor, found)
    is_done = stage == "carts" and cursor >= check.cart_count
    if is_done:
        _finish(tx, check, found)
    return not is_done


def _after(check: Check, stage: Stage, count: int, at_once: int) -> tuple[Stage, int]:
    cursor = min(count, check.cursor + at_once)
    return ("carts", 0) if stage == "prices" and cursor >= count else (stage, cursor)


def _finish(tx: Tx, check: Check, found: Mapping[str, object]) -> None:
    carts = store.list_carts(tx, check.id, is_scoped=False)
    costs = exposure.day_costs(carts, check.since, check.until, check.order_count)
    foreseen = exposure.exposure(check.document, costs, tx.now)
    prices = msgspec.convert(found.get("prices", []), list[LowPrice])
    store.set_told(
        tx,
        check.id,
        foreseen.high_fen if foreseen else None,
        sum(words.is_blocking(low) for low in prices),
    )
    store.set_ended(tx, check.id, "done")


def _with_prices(found: Mapping[str, object], prices: list[LowPrice]) -> dict[str, object]:
    """Those with a problem first, then those nearest to what they list at; no more than are read."""
    known = msgspec.convert(found.get("prices", []), list[LowPrice])
    every = sorted(
        [*known, *prices],
        key=lambda low: (
            words.rank(low.problem),
            low.paid_fen / (low.pieces * low.list_fen),
            low.sku,
        ),
    )
    return {"prices": msgspec.to_builtins(every[:_LOW_MAX])}


def _conflicts(board: Board, check: Check) -> list[Met]:
    draft = board.held[0].instrument
    assert isinstance(draft, UsableOffer)
    codes = [rule.code for rule in board.tiers]
    found = []
    for n, other in enumerate(board.held[1:], 1):
        if not meets(board.held, 0, n, check.queued_at, board.zone, board.spots, codes):
            continue
        sample = common(draft, other.instrument, board.products)
        if sample is not None:
            name = board.names[other.instrument.id]
            found.append(met(draft, other.instrument, name, sample, board.groups))
    return sorted(found, key=lambda each: (each.relation, each.kind, each.name))


def _prices(block: Block, board: Board, clock: Clock) -> list[LowPrice]:
    codes = [rule.code for rule in board.tiers]
    tier_names = {rule.code: (rule.zh, rule.en) for rule in board.tiers}
    instruments = [each.instrument for each in board.held]
    tried = []
    for situation in situations(
        board.held, 0, block.check.queued_at, board.zone, board.spots, codes
    )[:SITUATIONS_MAX]:
        there = [instruments[n] for n in situation.held]
        rules = Rules(
            tuple(each for each in there if isinstance(each, UsableOffer)),
            tuple(each for each in there if isinstance(each, UsableCoupon)),
            board.groups,
            board.coupon_limits,
        )
        where = words.where(situation, tier_names, board.zone)
        tried.append(Tried(rules, where, board.names))
    draft, shelf = instruments[0], Shelf(board.products)
    assert isinstance(draft, UsableOffer)
    found: list[LowPrice] = []
    known: dict[Hashable, LowPrice | None] = {}
    for product in block.products:
        sort = alike(product, tried)
        former = known.get(sort)
        low = as_of(former, product) if former else None
        if low is None and (former or sort not in known):
            low = lowest(product, draft, tried, shelf, clock, block.check.budget_ms)
            known[sort] = low
        if low is not None:
            found.append(low)
    return found
