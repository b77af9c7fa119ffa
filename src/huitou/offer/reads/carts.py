"""What a cart costs somebody, somewhere."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.actions import redeeming
from huitou.benefit.reads import payments
from huitou.benefit.types.templates import SaleChannel
from huitou.catalog import reads as catalog
from huitou.catalog.types import UNKNOWN
from huitou.identity import reads as identities
from huitou.identity.types import NoSuchCustomer
from huitou.merchant import reads as merchants
from huitou.merchant.types import NoStaff
from huitou.offer.reads.usable import usable
from huitou.offer.rules import proofs, telling
from huitou.offer.rules.choosing import check_usable, named_in, solve
from huitou.offer.rules.pricing import check, price
from huitou.offer.rules.reasons import reasons
from huitou.offer.rules.solving import Clock
from huitou.offer.types.answers import NoPrice, Priced
from huitou.offer.types.carts import Best, Cart, CartLine, Decision, PriceProof
from huitou.offer.types.contexts import Asked, Reason, Usable
from huitou.profile import reads as profile

BUDGET_MS_MAX = 500


@dataclass(frozen=True, slots=True)
class WantedLine:
    """`list_fen` None: the catalogue's price."""

    line_no: int
    sku: str
    quantity: int
    list_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cart at a unit: the code of one in the asker's scope; an id itself is of one that somebody answers for.
    `channel` None is the unit's, `at` None is now. `customer` is the text of an id or
    `kind:value[@scope]`, of somebody the asker may see; an id itself is of somebody who stands before them;
    None is nobody known. `promoter` is the code or the text of the id of the member of staff through whose
    link it comes; an id itself need not be of one who is still there."""

    unit: str | UUID
    lines: tuple[WantedLine, ...]
    shipping_fen: int = 0
    customer: str | UUID | None = None
    channel: SaleChannel | None = None
    at: datetime | None = None
    promoter: str | UUID | None = None


def best(
    tx: ReadTx,
    wanted: Wanted,
    *,
    clock: Clock,
    budget_ms: int,
    pinned: Sequence[str] = (),
    refused: Sequence[str] = (),
) -> Priced:
    """The cheapest way to buy it that was found in time, with `pinned` instruments and without `refused` ones.

    Refuses `offer.not_usable` for something pinned that does not hold here, `offer.cannot_use`,
    `offer.bad_cart`, `offer.cart_too_large`, `offer.no_price`, `merchant.no_unit`, `merchant.no_staff`,
    `identity.no_such_customer`.
    """
    asked = ask(tx, wanted)
    found = usable(tx, asked)
    check_usable(found, pinned)
    solved, why = solve(asked.cart, found, clock, budget_ms, pinned, refused)
    return answer(tx, asked, found, solved.proof, solved, refused, why)


def priced(tx: ReadTx, wanted: Wanted, decision: Decision) -> Priced:
    """What a decision costs. Refuses `offer.bad_decision`, and as `best`."""
    asked = ask(tx, wanted)
    found = usable(tx, asked)
    check_usable(found, named_in(decision))
    return answer(tx, asked, found, price(asked.cart, found.rules, decision), None, (), {})


def with_coupons(
    tx: ReadTx, wanted: Wanted, coupons: Sequence[str], *, clock: Clock, budget_ms: int
) -> Priced:
    """The cheapest way to buy it with exactly these coupons. Refuses as `best`."""
    asked = ask(tx, wanted)
    found = usable(tx, asked)
    check_usable(found, coupons)
    others = [each.id for each in found.rules.coupons if each.id not in coupons]
    solved, why = solve(asked.cart, found, clock, budget_ms, coupons, others)
    return answer(tx, asked, found, solved.proof, solved, others, why)


def ask(tx: ReadTx, wanted: Wanted, *, order_no: str | None = None) -> Asked:
    """The cart with its prices and categories, and who is asking. Refuses as `best`."""
    unit = merchants.get_unit(tx, wanted.unit) if isinstance(wanted.unit, UUID) else None
    place = redeeming.place_at(unit) if unit else redeeming.place_of(tx, str(wanted.unit))
    if wanted.channel is not None:
        place = replace(place, channel=wanted.channel)
    known = catalog.products_by_sku(tx, sorted({line.sku for line in wanted.lines}))
    lines = []
    for line in wanted.lines:
        product = known.get(line.sku)
        list_fen = line.list_fen
        if list_fen is None:
            list_fen = product.price_fen if product else None
        if list_fen is None:
            raise NoPrice(sku=line.sku)
        category = product.category_code if product else UNKNOWN
        lines.append(CartLine(line.line_no, line.sku, category, line.quantity, list_fen))
    cart = Cart(tuple(lines), wanted.shipping_fen)
    check(cart)
    root_id = None
    if isinstance(wanted.customer, UUID):
        root_id = identities.get_root(tx, wanted.customer).id
    elif wanted.customer is not None:
        root_id = customer_of(tx, wanted.customer)
    return Asked(
        place,
        unit.code if unit else str(wanted.unit),
        wanted.at or tx.now,
        root_id,
        cart,
        order_no,
        promoter_of(tx, wanted.promoter),
    )


def promoter_of(tx: ReadTx, told: str | UUID | None) -> UUID | None:
    """Who is told as in `Wanted`, if they work here still. Refuses `merchant.no_staff` for a text that
    names nobody who does."""
    if told is None:
        return None
    if isinstance(told, UUID):
        return told if merchants.get_staff(tx, told).is_active else None
    staff = merchants.find_staff_by_code(tx, told)
    if staff is None:
        with suppress(ValueError):
            staff = merchants.get_staff(tx, UUID(told))
    if staff is None or not staff.is_active:
        raise NoStaff()
    return staff.id


def customer_of(tx: ReadTx, text: str) -> UUID:
    """Who answers for an id or an identifier, if the asker may see them. Refuses
    `identity.no_such_customer`, `identity.bad_identifier`."""
    try:
        customer_id = UUID(text)
    except ValueError:
        kind, value, scope = identities.parse_identifier(text)
        found = identities.find_by_identifier(tx, kind, value, scope)
        if found is None:
            raise NoSuchCustomer() from None
        customer_id = found.id
    return profile.get_visible_root(tx, customer_id)


def answer(
    tx: ReadTx,
    asked: Asked,
    found: Usable,
    proof: PriceProof,
    solved: Best | None,
    refused: Sequence[str],
    why: dict[str, Reason],
) -> Priced:
    """A price with its reasons; `solved` is None where the decision was given."""
    names = catalog.products_by_sku(tx, sorted({gift.sku for gift in proof.gifts}))
    told = reasons(
        asked.cart,
        found.rules,
        proof,
        found.known,
        refused=refused,
        proven=solved is not None and solved.proven,
    )
    # What the search left out has a reason that holds whatever else is used.
    told |= {id_: each for id_, each in why.items() if id_ in told}
    payment = None
    if asked.customer_id is not None and proof.payable_fen > 0:
        payment = payments.quote(tx, asked.customer_id, asked.unit_code, proof.payable_fen)
    return Priced(
        payable_fen=proof.payable_fen,
        list_fen=proof.list_fen,
        shipping_fen=proof.shipping_fen,
        saved_fen=proof.list_fen + asked.cart.shipping_fen - proof.payable_fen,
        lines=telling.lines_of(proof),
        steps=telling.steps_of(
            proof, found.known, {sku: product.name for sku, product in names.items()}
        ),
        gifts=list(proof.gifts),
        decision=proof.decision,
        proven=solved.proven if solved else None,
        gap_fen=solved.gap_fen if solved else None,
        unused=telling.unused_of({**found.rejected, **told}, found.known),
        customer_id=asked.customer_id,
        payment=payment,
        rules_hash=proofs.hash_of(found.rules),
        at=asked.at,
    )
