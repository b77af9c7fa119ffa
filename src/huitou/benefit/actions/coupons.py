"""Giving coupons."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.actions import coupon_moves as moves
from huitou.benefit.rules import codes
from huitou.benefit.rules import coupons as rules
from huitou.benefit.rules import templates as template_rules
from huitou.benefit.store import coupons as store
from huitou.benefit.store import templates as stored
from huitou.benefit.types.coupons import (
    Claim,
    Claimed,
    Had,
    Issued,
    Known,
    NewCoupons,
    Stock,
    Taken,
)
from huitou.benefit.types.templates import NoTemplate, Template
from huitou.identity import reads as identities
from huitou.kernel.time import day_of
from huitou.merchant import reads as merchants


def issue(tx: Tx, template_id: UUID, customer_ids: Sequence[UUID], *, key: str) -> Issued:
    """Give each customer one coupon, in one go for thousands; each gets one for a `key`, ever.

    A repeated call with the same key gives to those who have none by it yet (after more stock, say).
    Limits hold: see each answer. Give in the order of templates when several are given in one
    transaction. Refuses `coupon.no_template`.
    """
    claims = [Claim(customer, rules.claim_of(key, customer)) for customer in customer_ids]
    _, decided = _give(tx, template_id, claims, is_given_by_us=True)
    return Issued(
        len(decided.new.nths),
        [
            Claimed(outcome, customer, serial)
            for outcome, customer, serial in zip(
                decided.outcomes, customer_ids, decided.serials, strict=True
            )
        ],
    )


def take(tx: Tx, template_id: UUID, claims: Sequence[Claim]) -> list[Taken]:
    """Customers take it themselves: answers in order, all of them in a fixed number of statements.

    Whoever gives coupons of this template waits for the end of the transaction. Refuses
    `coupon.no_template`.
    """
    template, decided = _give(tx, template_id, claims, is_given_by_us=False)
    serials = [serial for serial in decided.serials if serial is not None]
    told = iter(codes.codes_of(tx.keys.codes, template.number, serials) if serials else ())
    return [
        Taken(outcome, None if serial is None else next(told))
        for outcome, serial in zip(decided.outcomes, decided.serials, strict=True)
    ]


def known_of(tx: ReadTx, template_id: UUID, customer_ids: Sequence[UUID]) -> Known:
    """What limits and repeated requests ask about these customers."""
    rows = store.list_had(tx, template_id, list(dict.fromkeys(customer_ids)))
    strangers = [row.root_id for row in rows if row.serial is None]
    roots: dict[UUID, UUID | None] = {}
    if strangers:
        merged = identities.canonical(tx, strangers)
        more = store.list_had(tx, template_id, sorted(set(merged.values())))
        nobody = {row.root_id for row in more if row.serial is None}
        rows += more
        for each in strangers:
            root_id = merged.get(each)
            roots[each] = None if root_id in nobody else root_id
    had = {
        row.serial: Had(row.root_id, row.customer_id, row.serial, row.nth, row.claim)
        for row in rows
        if row.customer_id is not None and row.serial is not None and row.nth is not None
    }
    return Known(roots, list(had.values()))


def _give(
    tx: Tx, template_id: UUID, claims: Sequence[Claim], *, is_given_by_us: bool
) -> tuple[Template, rules.Decided]:
    zone = merchants.get_merchant(tx).zone
    stock = stored.lock_stock(tx, template_id, day_of(tx.now, zone))
    found = stored.find_templates(tx, [template_id])
    if stock is None or not found:
        raise NoTemplate()
    known = known_of(tx, template_id, [each.customer_id for each in claims])
    decided = rules.decide(found[0], stock, claims, known, tx.now, is_given_by_us=is_given_by_us)
    if decided.new.nths:
        _keep(tx, found[0], stock, decided.new, zone)
    return found[0], decided


def _keep(tx: Tx, template: Template, stock: Stock, new: NewCoupons, zone: str) -> None:
    count = len(new.nths)
    last = stock.serial + count
    transaction_id = moves.post_given(tx, template.id, (new.first, last), "issued")
    span = template_rules.span_of(template.promise, tx.now, zone)
    kept = store.add_coupons(tx, template.id, new, span, transaction_id)
    assert kept == count, "under the lock of the stock every coupon is new"
    stored.set_stock(
        tx,
        template.id,
        Stock(last, stock.issued + count, stock.today + count),
        day_of(tx.now, zone),
    )
