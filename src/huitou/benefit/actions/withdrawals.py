"""Giving the card back: what is left of the money paid in is paid out, once another person agrees."""

from uuid import UUID

import msgspec

from huitou.base.db import Tx
from huitou.benefit.actions import approvals, ledger, lots
from huitou.benefit.reads import payments
from huitou.benefit.reads import stored as reads
from huitou.benefit.store import lots as lot_store
from huitou.benefit.store.stored import lock_stored
from huitou.benefit.types.approvals import Approval
from huitou.benefit.types.ledger import BONUS, PRINCIPAL, Holding
from huitou.benefit.types.stored import NothingLeft
from huitou.kernel.ids import new_id

WITHDRAWAL = "withdrawal"
"""The approvals' kind, and the ledger's."""


def ask(tx: Tx, customer_id: UUID, unit: str, reason: str) -> Approval:
    """All a customer has in stored value is held, and waits for another person's word.

    The approval's body is the computation (see `Refundable`) with `why` in words. Refuses
    `stored.nothing_left`, `stored.not_offered`, `merchant.no_unit`, `identity.no_such_customer`.
    """
    unit_id = payments.unit_of(tx, unit).id
    lock_stored(tx, customer_id)
    found = reads.refundable(tx, customer_id)
    if not found.principal_fen:
        raise NothingLeft()
    lots.lock(tx, [customer_id], (PRINCIPAL, BONUS))
    ref = new_id()
    holds = [
        lots.hold(
            tx,
            Holding(
                f"{WITHDRAWAL}:{ref}:{asset}",
                customer_id,
                asset,
                amount,
                # It waits no longer than the approval, which lets it go.
                tx.now + 2 * approvals.LASTS,
                WITHDRAWAL,
                str(ref),
            ),
        )
        for asset, amount in ((PRINCIPAL, found.principal_fen), (BONUS, found.bonus_fen))
        if amount
    ]
    body = {
        **msgspec.to_builtins(found),
        "unit": str(unit_id),
        "reason": reason,
        "holds": [str(hold.id) for hold in holds],
    }
    return approvals.ask(tx, WITHDRAWAL, body, customer_id=customer_id)


def _carry_out(tx: Tx, approval: Approval) -> None:
    detail = {name: approval.body[name] for name in ("payout_fen", "fee_fen", "taken_back_fen")}
    held = lot_store.find_holds(tx, _holds(approval))
    ledger.post(
        tx,
        [
            lots.capturing(
                tx,
                hold,
                hold.quantity,
                kind=WITHDRAWAL,
                at=tx.now,
                detail={**detail, "approval": str(approval.id)},
            )
            for hold in held
        ],
    )


def _let_go(tx: Tx, approval: Approval) -> None:
    lots.void(tx, _holds(approval))


def _holds(approval: Approval) -> list[UUID]:
    return [UUID(each) for each in approval.body["holds"]]


approvals.declare(WITHDRAWAL, _carry_out, _let_go)
