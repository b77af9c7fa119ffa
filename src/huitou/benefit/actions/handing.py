"""Printed codes, coupons given away, and coupons that are over."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import coupon_moves as moves
from huitou.benefit.actions.coupons import known_of
from huitou.benefit.reads import coupons as reads
from huitou.benefit.reads import templates as templates_of
from huitou.benefit.rules import coupons as rules
from huitou.benefit.rules import templates as template_rules
from huitou.benefit.store import coupons as store
from huitou.benefit.store import templates as stored
from huitou.benefit.types.coupon_refusals import (
    AlreadyTaken,
    Expired,
    LimitReached,
    NotAvailable,
    NotOpen,
    NotTransferable,
    SoldOut,
)
from huitou.benefit.types.coupons import STATE_NAMES, CodeBatch, CouponShown, Ref, Stock
from huitou.benefit.types.templates import NoTemplate, Template
from huitou.identity import reads as identities
from huitou.identity.types import NoSuchCustomer
from huitou.kernel.ids import new_id
from huitou.kernel.time import day_of
from huitou.merchant import actions as merchant_actions
from huitou.merchant import reads as merchants

SET_MAX = 10_000
"""Coupons moved by one run of a job."""


def print_codes(tx: Tx, template_id: UUID, count: int) -> CodeBatch:
    """Make so many codes that nobody has yet, out of the stock: all of them or none.

    Refuses `coupon.no_template`, `coupon.not_open`, `coupon.sold_out`.
    """
    stock, template, zone = _lock(tx, template_id)
    if not template_rules.is_given(template, tx.now):
        raise NotOpen()
    most = template.promise.stock
    if most is not None and stock.issued + count > most:
        raise SoldOut()
    first, last = stock.serial + 1, stock.serial + count
    transaction_id = moves.post_given(tx, template_id, (first, last), "printed")
    store.add_printed(
        tx,
        template_id,
        (first, last),
        template_rules.span_unreceived(template.promise),
        transaction_id,
    )
    after = replace(stock, serial=last, issued=stock.issued + count)
    stored.set_stock(tx, template_id, after, day_of(tx.now, zone))
    batch = CodeBatch(new_id(), template_id, first, last, tx.now, tx.principal)
    store.add_batch(tx, batch)
    merchant_actions.audit(tx, "coupon.codes_made", str(template_id), count=count, first=first)
    return batch


def bind(tx: Tx, text: str, customer_id: UUID) -> CouponShown:
    """The customer enters a printed code, and it is theirs. Entered again by them, the same answer.

    Refuses `coupon.mistyped`, `coupon.unknown`, `coupon.already_taken`, `coupon.limit`,
    `coupon.expired`, `identity.no_such_customer`.
    """
    template, serial = reads.resolve(tx, text)
    _, template, zone = _lock(tx, template.id)
    coupon = moves.lock(tx, template.id, serial)
    known = known_of(tx, template.id, [customer_id])
    root_id = known.roots.get(customer_id, customer_id)
    if root_id is None:
        raise NoSuchCustomer()
    if coupon.state != "printed":
        if coupon.serial in {each.serial for each in known.had}:
            return reads.shown(tx, [coupon], {template.id: template})[0]
        raise AlreadyTaken()
    if coupon.expires_at is not None and coupon.expires_at <= tx.now:
        raise Expired()
    most = template.promise.per_customer
    if most is not None and len(known.had) >= most:
        raise LimitReached()
    nth = 1 + max((each.nth for each in known.had if each.customer_id == root_id), default=0)
    active_at, expires_at = template_rules.span_of(template.promise, tx.now, zone)
    bound = moves.move(
        tx,
        "bind",
        coupon,
        Ref("coupon_template", str(template.id)),
        customer_id=root_id,
        nth=nth,
        active_at=active_at,
        expires_at=expires_at,
    )
    return reads.shown(tx, [bound], {template.id: template})[0]


def transfer(tx: Tx, text: str, to_customer_id: UUID, *, from_customer_id: UUID) -> CouponShown:
    """The customer gives the coupon to another: it gets a new code, the old one is over.

    Refuses `coupon.unknown` when it is not theirs, `coupon.not_transferable`, coupons that cannot
    be used, `identity.no_such_customer`.
    """
    found, serial = reads.resolve(tx, text)
    stock, template, zone = _lock(tx, found.id)
    coupon = moves.lock(tx, template.id, serial)
    giver = identities.get_root(tx, from_customer_id)
    taker = identities.get_root(tx, to_customer_id)
    if taker.state != "live":
        raise NoSuchCustomer()
    members = {each.id for each in identities.members_of(tx, giver.id)}
    state = rules.state_at(coupon, tx.now)
    if not template.promise.is_transferable or coupon.customer_id not in members:
        raise NotTransferable()
    if state == "expired":
        raise Expired()
    if state != "issued" or taker.id == giver.id:
        zh, en = STATE_NAMES[state]
        raise NotAvailable(state_zh=zh, state=en)
    if coupon.state == "held":
        coupon = moves.move(tx, "unfreeze", coupon, Ref("order", coupon.ref or ""), ref=None)
    fresh = replace(
        coupon, serial=stock.serial + 1, customer_id=taker.id, nth=None, issued_at=tx.now
    )
    moves.move(tx, "transfer", coupon, Ref("coupon", f"{template.id}/{fresh.serial}"))
    posted = moves.post_given(tx, template.id, (fresh.serial, fresh.serial), "issued")
    store.add_coupon(tx, fresh, posted)
    # It did not come out of the stock: only the serial moves on.
    stored.set_stock(tx, template.id, replace(stock, serial=fresh.serial), day_of(tx.now, zone))
    return reads.shown(tx, [fresh], {template.id: template})[0]


def revoke(tx: Tx, text: str, reason: str) -> CouponShown:
    """The merchant takes a coupon back for good. Asked again, the same answer. Refuses coupons that
    are used or over."""
    template, serial = reads.resolve(tx, text)
    coupon = moves.lock(tx, template.id, serial)
    if coupon.state != "revoked":
        state = rules.state_at(coupon, tx.now)
        if not rules.may("revoke", coupon.state) or state == "expired":
            zh, en = STATE_NAMES[state]
            raise NotAvailable(state_zh=zh, state=en)
        coupon = moves.move(tx, "revoke", coupon, Ref("reason", reason), ref=None)
        subject = f"{template.id}/{serial}"
        merchant_actions.audit(tx, "coupon.revoked", subject, reason=reason)
    return reads.shown(tx, [coupon], {template.id: template})[0]


def lapse(tx: Tx) -> int:
    """Holds whose time is over end; returns how many."""
    overdue = store.lock_overdue(tx, SET_MAX)
    moves.move_all(tx, "unfreeze", [(each, {"ref": None}) for each in overdue], Ref("job", "lapse"))
    return len(overdue)


def expire(tx: Tx) -> int:
    """Book coupons that are over, up to `SET_MAX`; returns how many."""
    over = store.lock_expired(tx, SET_MAX)
    moves.move_all(tx, "expire", [(each, {}) for each in over], Ref("job", "expire"))
    return len(over)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """What these customers can still use is revoked, and none of their coupons names them."""
    coupons = store.lock_coupons_of_customers(tx, customer_ids)
    nobody = {"customer_id": None, "nth": 0, "ref": None}
    open_ones = [each for each in coupons if rules.may("revoke", each.state)]
    moves.move_all(tx, "revoke", [(each, nobody) for each in open_ones], Ref("job", "forget"))
    done = [each for each in coupons if not rules.may("revoke", each.state)]
    if done:
        store.set_coupons(tx, [replace(each, customer_id=None, nth=0) for each in done])


def _lock(tx: Tx, template_id: UUID) -> tuple[Stock, Template, str]:
    zone = merchants.get_merchant(tx).zone
    stock = stored.lock_stock(tx, template_id, day_of(tx.now, zone))
    if stock is None:
        raise NoTemplate()
    return stock, templates_of.get_template(tx, template_id), zone
