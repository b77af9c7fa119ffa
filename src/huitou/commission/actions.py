"""Giving commissions and taking them back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from huitou.attribution import reads as attribution
from huitou.attribution.types import Credit
from huitou.base.db import Tx
from huitou.benefit.actions import ledger
from huitou.benefit.types.ledger import COMMISSION, Leg, Posting, Reversal
from huitou.commission import rules, store
from huitou.commission.types import Line
from huitou.kernel.ids import new_id
from huitou.merchant import reads as merchants

_LOCK = "commission.settle"
_NEWS = timedelta(days=1)
"""Older sales are not shown as they happen: an import of history would flood the pages."""


def settle_credits(tx: Tx, credit_ids: Sequence[UUID]) -> None:
    """Bring commissions up to what these credits are now: give what is due, take back the rest.

    The same however often it runs and whichever notice comes first. Open pages of the associate
    hear of it with the commit.
    """
    # One at a time: giving to one associate and taking from another would lock accounts crosswise.
    tx.lock(_LOCK)
    credits_ = [c for c in attribution.credits(tx, credit_ids) if c.staff_id is not None]
    _add_missing(tx, credits_)
    lines = store.lock_lines(tx, [credit.id for credit in credits_])
    # Read again under the locks: another transaction may have reduced them meanwhile.
    now_ = attribution.credits(tx, list(lines))
    given = _give(tx, list(lines.values()))
    taken = _take_back(tx, given, {credit.id: credit for credit in now_})
    changed = [line for line in taken if line != lines[line.credit_id]]
    if changed:
        store.set_lines(tx, changed)
    for line in changed:
        _show(tx, lines[line.credit_id], line)


def settle_due(tx: Tx) -> None:
    """Commissions whose refund window has passed may be settled."""
    store.set_settleable(tx, tx.now - rules.SETTLE_AFTER)


def move_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Customers were merged or split: lines follow their orders."""
    tx.lock(_LOCK)
    store.move_customers(tx, customer_ids)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Lines no longer say whose orders they were."""
    tx.lock(_LOCK)
    store.remove_customers(tx, customer_ids)


def _add_missing(tx: Tx, credits_: Sequence[Credit]) -> None:
    rates: dict[UUID, int] = {}
    lines = []
    for credit in credits_:
        unit = credit.credited_unit_id
        if unit not in rates:
            rates[unit] = merchants.setting(tx, "commission.rate_bp", unit)
        assert credit.staff_id is not None
        lines.append(
            Line(
                id=new_id(),
                credit_id=credit.id,
                staff_id=credit.staff_id,
                order_id=credit.order_id,
                customer_id=credit.customer_id,
                unit_id=unit,
                campaign_id=credit.campaign_id,
                rate_bp=rates[unit],
                base_fen=credit.amount_fen,
                amount_fen=rules.amount(credit.amount_fen, rates[unit]),
                reversed_fen=0,
                state="pending",
                at=credit.paid_at,
                transaction_id=None,
            )
        )
    store.add_lines(tx, lines)


def _give(tx: Tx, lines: Sequence[Line]) -> list[Line]:
    due = [line for line in lines if line.transaction_id is None and line.amount_fen]
    postings = [
        Posting(
            idempotency_key=f"commission:{line.credit_id}",
            kind="commission",
            ref_kind="order",
            ref_id=str(line.order_id),
            at=line.at,
            legs=(
                Leg("staff", line.staff_id, COMMISSION, line.amount_fen),
                Leg("merchant", tx.merchant, COMMISSION, -line.amount_fen),
            ),
            detail={"credit": str(line.credit_id), "line": str(line.id), "rate_bp": line.rate_bp},
        )
        for line in due
    ]
    posted = {
        line.id: done.transaction_id
        for line, done in zip(due, ledger.post(tx, postings), strict=True)
    }
    return [
        replace(line, transaction_id=posted.get(line.id, line.transaction_id)) for line in lines
    ]


def _take_back(tx: Tx, lines: Sequence[Line], credits_: dict[UUID, Credit]) -> list[Line]:
    reversals, after = [], []
    for line in lines:
        upto = rules.reversed_upto(credits_[line.credit_id], line.rate_bp)
        if line.transaction_id is not None and upto > line.reversed_fen:
            reversals.append(
                Reversal(
                    original_id=line.transaction_id,
                    idempotency_key=f"commission:{line.credit_id}:{upto}",
                    at=tx.now,
                    amount=upto - line.reversed_fen,
                    detail={"credit": str(line.credit_id), "line": str(line.id)},
                )
            )
            state = rules.state(line.state, line.amount_fen, upto)
            after.append(replace(line, reversed_fen=upto, state=state))
        else:
            after.append(line)
    ledger.reverse(tx, reversals)
    return after


def _show(tx: Tx, before: Line, line: Line) -> None:
    if tx.now - line.at > _NEWS:
        return
    is_new = before.transaction_id is None
    tx.show(
        f"staff:{line.staff_id}",
        {
            "kind": "commission" if is_new else "commission_reversed",
            "order": line.order_id,
            "customer": line.customer_id,
            "paid_fen": line.base_fen,
            "amount_fen": line.amount_fen - line.reversed_fen
            if is_new
            else before.reversed_fen - line.reversed_fen,
            "at": line.at,
        },
    )
