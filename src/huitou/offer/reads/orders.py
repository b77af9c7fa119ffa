"""What others may ask about what orders cost."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.actions import redeeming
from huitou.benefit.types.templates import Sentence
from huitou.catalog import reads as catalog
from huitou.kernel.page import PAGE_MAX, BadCursor, Page, decode_cursor, encode_cursor
from huitou.offer.reads.usable import members_of
from huitou.offer.rules import proofs, refunds, telling
from huitou.offer.rules.uses import funded
from huitou.offer.store import offers
from huitou.offer.store import orders as store
from huitou.offer.types.contexts import Instrument
from huitou.offer.types.orders import (
    Kept,
    NoProof,
    OfferFault,
    OffersChecked,
    OrderShown,
    PlacedOrder,
    Replayed,
    ShownUse,
)
from huitou.offer.types.refunds import Refund, Returned
from huitou.profile import reads as profile


def get_order(tx: ReadTx, unit: str, order_no: str) -> OrderShown:
    """What an order cost, also one that was cancelled. Refuses `merchant.no_unit`, `offer.no_order`."""
    return shown(tx, get_kept(tx, unit, order_no), is_new=False)


def replay(tx: ReadTx, unit: str, order_no: str) -> Replayed:
    """The order priced again from what was kept of it. Refuses as `get_order`."""
    return replayed(get_kept(tx, unit, order_no))


def check(tx: ReadTx, *, cursor: str | None = None, limit: int = 100) -> OffersChecked:
    """Price the next `limit` orders again from what was kept; with the first of them, look whether tallies
    are the sums of uses."""
    found = store.list_after(tx, _after(cursor), limit)
    faults = [] if cursor is not None else store.list_wrong_tallies(tx)
    for kept in found:
        again = replayed(kept)
        if not again.is_same:
            faults.append(OfferFault("replay", kept.id, kept.payable_fen, again.payable_fen))
    return OffersChecked(
        len(found), faults, encode_cursor(found[-1].id) if len(found) == limit else None
    )


def replayed(kept: Kept) -> Replayed:
    """An order priced again from what was kept of it."""
    found = proofs.opened(kept.document)
    again = proofs.replayed(found)
    rules_hash = proofs.hash_of(found.rules)
    return Replayed(
        is_same=again == found.proof
        and again.payable_fen == kept.payable_fen
        and rules_hash == kept.rules_hash,
        payable_fen=again.payable_fen,
        kept_payable_fen=kept.payable_fen,
        rules_hash=rules_hash,
        kept_rules_hash=kept.rules_hash,
        engine=proofs.ENGINE,
        kept_engine=kept.engine,
    )


def refund(
    tx: ReadTx,
    unit: str,
    order_no: str,
    before: Mapping[int, Returned],
    now: Mapping[int, int],
) -> Refund:
    """What pieces (`now`, by line) that come back give back, after what came back `before`: by the refund
    policies that held when the order was placed.

    Nothing is kept of it. Refuses `offer.bad_return`, `offer.only_whole`, and as `get_order`.
    """
    kept = get_kept(tx, unit, order_no)
    policies = {str(use.offer_id): use.refund_policy for use in _uses(tx, kept.id)}
    names = {id_: each["name"] for id_, each in kept.document["known"].items()}
    return refunds.refund(proofs.opened(kept.document), policies, names, before, now)


def get_kept(tx: ReadTx, unit: str, order_no: str) -> Kept:
    """What was kept of an order of a unit in the scope. Refuses `merchant.no_unit`, `offer.no_order`."""
    kept = store.find_latest(tx, redeeming.place_of(tx, unit).unit_id, order_no)
    if kept is None:
        raise NoProof()
    return kept


def shown(tx: ReadTx, kept: Kept, *, is_new: bool) -> OrderShown:
    """An order as it is answered, in the words of when it was placed."""
    proof = proofs.opened(kept.document).proof
    known = {
        id_: Instrument(each["kind"], each["name"], Sentence(each["zh"], each["en"]))
        for id_, each in kept.document["known"].items()
    }
    gifts = catalog.products_by_sku(tx, sorted({gift.sku for gift in proof.gifts}))
    return OrderShown(
        id=kept.id,
        is_new=is_new,
        state=kept.state,
        unit_id=kept.unit_id,
        order_no=kept.order_no,
        customer_id=kept.customer_id,
        promoter_id=_promoter_of(kept),
        payable_fen=kept.payable_fen,
        list_fen=proof.list_fen,
        shipping_fen=proof.shipping_fen,
        lines=telling.lines_of(proof),
        steps=telling.steps_of(proof, known, {sku: each.name for sku, each in gifts.items()}),
        gifts=list(proof.gifts),
        decision=proof.decision,
        uses=_uses(tx, kept.id),
        rules_hash=kept.rules_hash,
        engine=kept.engine,
        placed_at=kept.placed_at,
        cancelled_at=kept.cancelled_at,
    )


def list_placed(
    tx: ReadTx, customer_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[PlacedOrder]:
    """A customer's orders that were priced here, latest first. Refuses `identity.no_such_customer`."""
    root_id = profile.get_visible_root(tx, customer_id)
    limit = min(limit, PAGE_MAX)
    found = store.list_placed(
        tx, members_of(tx, root_id), before=_after(cursor), count_max=limit + 1
    )
    items = found[:limit]
    return Page(items, encode_cursor(items[-1].id) if len(found) > limit else None)


def _after(cursor: str | None) -> UUID | None:
    try:
        return UUID(decode_cursor(cursor, 1)[0]) if cursor is not None else None
    except ValueError as error:
        raise BadCursor() from error


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """What a customer's orders cost by offers and coupons, as plain values."""
    return [
        row | {"placed_at": row["placed_at"].isoformat()}
        for row in store.list_orders_of(tx, members_of(tx, customer_id))
    ]


def _promoter_of(kept: Kept) -> UUID | None:
    told = kept.document.get("promoter")
    return UUID(told) if told else None


def _uses(tx: ReadTx, proof_id: UUID) -> list[ShownUse]:
    uses = store.list_uses(tx, proof_id)
    documents = offers.find_versions(tx, [(use.offer_id, use.version) for use in uses])
    found = []
    for use in uses:
        document = documents[use.offer_id, use.version]
        shares = {each.party: each.share_bp for each in document.funding}
        found.append(
            ShownUse(
                offer_id=use.offer_id,
                version=use.version,
                pieces=use.pieces,
                cost_fen=use.cost_fen,
                refund_policy=document.refund_policy,
                funding=funded(use.cost_fen, shares),
            )
        )
    return found
