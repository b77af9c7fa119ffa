"""Giving coupons."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import coupon_moves as moves
from huitou.benefit.rules import coupons as rules
from huitou.benefit.rules import templates as template_rules
from huitou.benefit.store import coupons as store
from huitou.benefit.store import templates as stored
from huitou.benefit.types.coupons import Claim, Claimed, Issued, NewCoupon, Stock
from huitou.benefit.types.templates import NoTemplate, Template
from huitou.kernel.time import day_of
from huitou.merchant import reads as merchants


def issue(tx: Tx, template_id: UUID, customer_ids: Sequence[UUID], *, key: str) -> Issued:
    """Give each customer one coupon, in one go for thousands; each gets one for a `key`, ever.

    A repeated call with the same key gives to those who have none by it yet (after more stock, say).
    Limits hold: see each answer. Give in the order of templates when several are given in one
    transaction. Refuses `coupon.no_template`.
    """
    answers = claim(
        tx,
        template_id,
        [Claim(customer, rules.claim_of(key, customer)) for customer in customer_ids],
        is_given_by_us=True,
    )
    return Issued(sum(each.outcome == "issued" for each in answers), answers)


def claim(
    tx: Tx, template_id: UUID, claims: Sequence[Claim], *, is_given_by_us: bool = False
) -> list[Claimed]:
    """Answer each claim, in order: all of them in a fixed number of statements.

    Whoever gives coupons of this template waits for the end of the transaction. Refuses
    `coupon.no_template`.
    """
    zone = merchants.get_merchant(tx).zone
    today = day_of(tx.now, zone)
    stock = stored.lock_stock(tx, template_id, today)
    found = stored.find_templates(tx, [template_id])
    if stock is None or not found:
        raise NoTemplate()
    had = store.list_had(tx, template_id, [each.customer_id for each in claims])
    decided = rules.decide(found[0], stock, claims, had, tx.now, is_given_by_us=is_given_by_us)
    if decided.new:
        _give(tx, found[0], stock, decided.new, zone)
    return decided.answers


def _give(tx: Tx, template: Template, stock: Stock, new: Sequence[NewCoupon], zone: str) -> None:
    count = len(new)
    first, last = stock.serial + 1, stock.serial + count
    transaction_id = moves.post_given(tx, template.id, (first, last), "issued")
    span = template_rules.span_of(template.promise, tx.now, zone)
    kept = store.add_coupons(tx, template.id, new, span, transaction_id)
    assert kept == count, "under the lock of the stock every coupon is new"
    stored.set_stock(
        tx,
        template.id,
        Stock(last, stock.issued + count, stock.today + count),
        day_of(tx.now, zone),
    )
