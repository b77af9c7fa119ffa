"""Giving and taking by hand: with a reason, on the record, and above a limit by two people."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import approvals, ledger, tiers
from huitou.benefit.actions.growth import LOCK as TIERS_LOCK
from huitou.benefit.reads import stored
from huitou.benefit.rules import stored as stored_rules
from huitou.benefit.store import approvals as store
from huitou.benefit.store.stored import lock_stored
from huitou.benefit.types.approvals import Adjusted, AdjustedAsset, Adjustment, Approval, BadEnd
from huitou.benefit.types.ledger import BONUS, POINTS, PRINCIPAL, Leg, Posting, Terms
from huitou.benefit.types.tier_plans import GROWTH
from huitou.identity import reads as identities
from huitou.identity.types import NoSuchCustomer
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.merchant import reads as settings

ADJUST = "adjust"
"""The approvals' kind, and the ledger's."""
_WINDOW = timedelta(days=1)


def adjust(
    tx: Tx,
    customer_id: UUID,
    asset: AdjustedAsset,
    amount: int,
    reason: str,
    expires_at: datetime | None = None,
) -> Adjusted:
    """Give (`amount` above zero) or take by hand. What one person moves in a day without another is
    limited by `benefit.adjust_limit`, so that many small ones are no way round it.

    Refuses `benefit.below_floor`, `stored.over_cap`, `adjustment.bad_end`,
    `identity.no_such_customer`.
    """
    tx.lock(f"benefit.adjust:{tx.principal}")
    if identities.get_root(tx, customer_id).state != "live":
        raise NoSuchCustomer()
    if expires_at is not None and (
        amount < 0 or asset not in (POINTS, BONUS) or expires_at <= tx.now
    ):
        raise BadEnd()
    adjustment = Adjustment(
        new_id(), customer_id, asset, amount, reason, expires_at, tx.principal, tx.now, None, None
    )
    limit = settings.setting(tx, "benefit.adjust_limit")
    alone = store.sum_alone(tx, asset, tx.now - _WINDOW)
    if alone + abs(amount) <= limit:
        done = replace(adjustment, transaction_id=_post(tx, adjustment))
        store.add_adjustment(tx, done)
        return Adjusted(done, None)
    approval = approvals.ask(
        tx,
        ADJUST,
        {
            "adjustment": str(adjustment.id),
            "asset": asset,
            "amount": amount,
            "reason": reason,
            "expires_at": expires_at.isoformat() if expires_at else None,
        },
        customer_id=customer_id,
    )
    waiting = replace(adjustment, approval_id=approval.id)
    store.add_adjustment(tx, waiting)
    return Adjusted(waiting, approval)


def _carry_out(tx: Tx, approval: Approval) -> None:
    adjustment = store.find_adjustment(tx, UUID(approval.body["adjustment"]))
    store.set_posted(tx, adjustment.id, _post(tx, adjustment))


def _post(tx: Tx, adjustment: Adjustment) -> UUID:
    asset, amount = adjustment.asset, adjustment.amount
    if asset == GROWTH:
        tx.lock(TIERS_LOCK)
    if asset == PRINCIPAL and amount > 0:
        lock_stored(tx, adjustment.customer_id)
        found = stored.find_latest_plan(tx)
        if found is not None:
            balance = stored.prepaid_of(tx, adjustment.customer_id)
            stored_rules.check_cap(found, balance, amount)
    terms = None
    if adjustment.expires_at is not None:
        terms = Terms(tx.now, adjustment.expires_at)
    [posted] = ledger.post(
        tx,
        [
            Posting(
                f"{ADJUST}:{adjustment.id}",
                ADJUST,
                "adjustment",
                str(adjustment.id),
                tx.now,
                (
                    Leg("customer", adjustment.customer_id, asset, amount, terms),
                    Leg("merchant", tx.merchant, asset, -amount),
                ),
                {"reason": adjustment.reason, "by": adjustment.asked_by},
            )
        ],
    )
    merchants.audit(
        tx,
        "benefit.adjusted",
        f"customer:{adjustment.customer_id}",
        asset=asset,
        amount=amount,
        reason=adjustment.reason,
        adjustment=str(adjustment.id),
    )
    if asset == GROWTH:
        tiers.evaluate(tx, [adjustment.customer_id])
    return posted.transaction_id


approvals.declare(ADJUST, _carry_out)
