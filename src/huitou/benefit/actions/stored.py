"""Money paid in, and taking that back when it was a mistake."""

from datetime import timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import coupon_moves, coupons, ledger
from huitou.benefit.reads import payments
from huitou.benefit.reads import stored as reads
from huitou.benefit.rules import coupons as coupon_rules
from huitou.benefit.rules import stored as rules
from huitou.benefit.store import stored as store
from huitou.benefit.types.coupons import Ref
from huitou.benefit.types.ledger import BONUS, PRINCIPAL, Leg, Posting, Reversal, Terms
from huitou.benefit.types.stored import (
    PaymentReused,
    Recharge,
    Recharged,
    RechargeStep,
    StoredPlanVersion,
    UndoOver,
    Used,
)
from huitou.identity import reads as identities
from huitou.identity.types import NoSuchCustomer
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchant_actions
from huitou.merchant import reads as merchants

RECHARGE = "recharge"
"""`kind` and `ref_kind` of what a recharge posts."""


def recharge(tx: Tx, customer_id: UUID, unit: str, paid_fen: int, payment_no: str) -> Recharged:
    """Book money that was paid in, with what the plan gives on top; once for a payment number.

    The money may be used at once. Refuses `stored.not_offered`, `stored.not_a_step`,
    `stored.over_cap` (naming the rule), `stored.payment_reused`, `merchant.no_unit`,
    `identity.no_such_customer`.
    """
    tx.lock(f"benefit.recharge:{payment_no}")
    unit_id = payments.unit_of(tx, unit).id
    root = identities.get_root(tx, customer_id)
    if root.state != "live":
        raise NoSuchCustomer()
    known = store.find_recharge(tx, payment_no=payment_no)
    if known is not None:
        is_same_customer = identities.get_root(tx, known.customer_id).id == root.id
        if not is_same_customer or (known.paid_fen, known.unit_id) != (paid_fen, unit_id):
            raise PaymentReused()
        return Recharged(known, False, reads.balance_of(tx, root.id))
    store.lock_stored(tx, customer_id)
    offer = reads.offered(tx)
    rules.check_cap(offer.plan, reads.prepaid_of(tx, root.id), paid_fen)
    step = rules.step_for(offer.plan, paid_fen)
    made = _book(tx, customer_id, unit_id, paid_fen, payment_no, offer, step)
    store.add_recharge(tx, made)
    return Recharged(made, True, reads.balance_of(tx, root.id))


def undo(tx: Tx, recharge_id: UUID, reason: str) -> Recharge:
    """Take a recharge back whole: the money is given back outside, bonus and coupons go.

    Asked again, the same answer. Refuses `stored.undo_over` after the plan's days, `stored.used`
    when any of it was used or is held, `stored.no_recharge`.
    """
    found = reads.get_recharge(tx, recharge_id)
    tx.lock(f"benefit.recharge:{found.payment_no}")
    found = reads.get_recharge(tx, recharge_id)
    if found.state == "undone":
        return found
    store.lock_stored(tx, found.customer_id)
    days = reads.get_plan(tx, found.plan_version).plan.undo_days
    if tx.now > found.at + timedelta(days=days):
        raise UndoOver(days=days)
    originals = [found.principal_transaction_id]
    if found.bonus_transaction_id is not None:
        originals.append(found.bonus_transaction_id)
    posted = ledger.reverse(
        tx,
        [
            Reversal(original, f"{RECHARGE}:{found.id}:undo:{number}", tx.now)
            for number, original in enumerate(originals)
        ],
    )
    # Whatever was used would have been taken from elsewhere, or be owed.
    if store.count_other_lots(tx, [each.transaction_id for each in posted], originals):
        raise Used()
    _revoke_coupons(tx, found)
    store.set_undone(tx, found.id)
    merchant_actions.audit(tx, "recharge.undone", f"recharge:{found.id}", reason=reason)
    return reads.get_recharge(tx, recharge_id)


def _book(
    tx: Tx,
    customer_id: UUID,
    unit_id: UUID,
    paid_fen: int,
    payment_no: str,
    offer: StoredPlanVersion,
    step: RechargeStep | None,
) -> Recharge:
    id_, bonus_fen = new_id(), step.bonus_fen if step else 0
    ends = rules.bonus_ends(offer.plan, tx.now, merchants.get_merchant(tx).zone)
    parts = [(PRINCIPAL, paid_fen, Terms(tx.now))]
    if bonus_fen:
        parts.append((BONUS, bonus_fen, Terms(tx.now, ends)))
    posted = ledger.post(
        tx,
        [
            Posting(
                f"{RECHARGE}:{id_}:{asset}",
                RECHARGE,
                RECHARGE,
                str(id_),
                tx.now,
                (
                    Leg("customer", customer_id, asset, amount, terms),
                    Leg("merchant", tx.merchant, asset, -amount),
                ),
                {"plan": offer.version},
            )
            for asset, amount, terms in parts
        ],
    )
    # In the order of templates: whoever gives several waits for the others in one order.
    given = [
        {"template": str(template_id), "serial": answer.serial, "outcome": answer.outcome}
        for template_id in sorted(step.coupons if step else ())
        for answer in coupons.issue(tx, template_id, [customer_id], key=f"{RECHARGE}:{id_}").answers
    ]
    return Recharge(
        id=id_,
        payment_no=payment_no,
        customer_id=customer_id,
        unit_id=unit_id,
        plan_version=offer.version,
        paid_fen=paid_fen,
        bonus_fen=bonus_fen,
        principal_transaction_id=posted[0].transaction_id,
        bonus_transaction_id=posted[1].transaction_id if bonus_fen else None,
        coupons=given,
        state="done",
        at=tx.now,
        by=tx.principal,
        undone_at=None,
    )


def _revoke_coupons(tx: Tx, recharge: Recharge) -> None:
    """What it gave is taken back. Refuses when a coupon was used or given away."""
    why = Ref(RECHARGE, str(recharge.id), recharge.unit_id)
    for given in recharge.coupons:
        if given["outcome"] != "issued":
            continue
        coupon = coupon_moves.lock(tx, UUID(given["template"]), given["serial"])
        if coupon.state in ("used", "transferred"):
            raise Used()
        if coupon_rules.may("revoke", coupon.state):
            coupon_moves.move(tx, "revoke", coupon, why, ref=None)
