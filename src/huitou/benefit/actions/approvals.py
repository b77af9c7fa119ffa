"""Two-person decisions: one asks, another decides; what was asked for happens in the transaction that
approves.

A concern that needs one declares its kind with `declare` when it is imported, asks with `ask`, and is
called back.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.store import approvals as store
from huitou.benefit.types.approvals import (
    Approval,
    ApprovalState,
    Decided,
    Kind,
    NoApproval,
    NotTheAsker,
    SamePerson,
)
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants

LASTS = timedelta(days=30)
_AT_ONCE = 100
_KINDS: dict[str, Kind] = {}


def declare(
    name: str,
    carry_out: Callable[[Tx, Approval], None],
    let_go: Callable[[Tx, Approval], None] = lambda tx, approval: None,
    permission: str = "benefit.approve",
) -> None:
    """A kind of decision."""
    _KINDS[name] = Kind(carry_out, let_go, permission)


def permission_for(tx: ReadTx, approval_id: UUID) -> str:
    """What one has to be allowed to decide it. Refuses `approval.none`."""
    found = store.list_approvals(tx, ids=[approval_id])
    if not found:
        raise NoApproval()
    return _KINDS[found[0].kind].permission


def ask(tx: Tx, kind: str, body: dict[str, Any], *, customer_id: UUID | None = None) -> Approval:
    """Something waits for another person. `body` holds ids, codes, amounts and reasons."""
    assert kind in _KINDS, f"nobody declared {kind}"
    approval = Approval(
        new_id(),
        kind,
        body,
        customer_id,
        "open",
        tx.principal,
        tx.now,
        tx.now + LASTS,
        None,
        None,
        "",
    )
    store.add_approval(tx, approval)
    merchants.audit(tx, "approval.asked", f"approval:{approval.id}", kind=kind)
    return approval


def approve(tx: Tx, approval_id: UUID) -> Approval:
    """Another person agrees: it happens now, or (refused by its own rules) nothing does.

    Asked again by the same person, the same answer. Refuses `approval.none`, `approval.decided`,
    `approval.same_person`, and what the kind refuses.
    """
    approval = _lock(tx, approval_id)
    if approval.asked_by == tx.principal:
        raise SamePerson()
    if (approval.state, approval.decided_by) == ("approved", tx.principal):
        return approval
    _check_open(tx, approval)
    _decide(tx, approval, "approved", "")
    _KINDS[approval.kind].carry_out(tx, approval)
    return _get(tx, approval_id)


def refuse(tx: Tx, approval_id: UUID, reason: str) -> Approval:
    """Another person does not agree. Refuses `approval.none`, `approval.decided`,
    `approval.same_person`."""
    approval = _lock(tx, approval_id)
    if approval.asked_by == tx.principal:
        raise SamePerson()
    return _end(tx, approval, "refused", reason)


def withdraw(tx: Tx, approval_id: UUID) -> Approval:
    """Who asked thinks better of it. Refuses `approval.none`, `approval.decided`,
    `approval.not_the_asker`."""
    approval = _lock(tx, approval_id)
    if approval.asked_by != tx.principal:
        raise NotTheAsker()
    return _end(tx, approval, "withdrawn", "")


def hold(tx: Tx, approval_id: UUID) -> None:
    """Nobody decides it before the end of the transaction: for whoever then locks what it is about."""
    _lock(tx, approval_id)


def drop(tx: Tx, approval_id: UUID) -> None:
    """What it is about is no more what was asked for: it is over, if it was not decided."""
    approval = _lock(tx, approval_id)
    if approval.state == "open":
        _close(tx, approval, "lapsed", "")


def lapse(tx: Tx) -> int:
    """Nobody decided in time; returns how many."""
    overdue = store.list_overdue(tx, _AT_ONCE)
    for approval_id in overdue:
        approval = _lock(tx, approval_id)
        if approval.state == "open":
            _close(tx, approval, "lapsed", "")
    return len(overdue)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """What waits about these customers is over."""
    for approval_id in store.list_open_of(tx, customer_ids):
        approval = _lock(tx, approval_id)
        if approval.state == "open":
            _close(tx, approval, "lapsed", "")


def _end(tx: Tx, approval: Approval, state: ApprovalState, reason: str) -> Approval:
    if (approval.state, approval.decided_by) == (state, tx.principal):
        return approval
    _check_open(tx, approval)
    return _close(tx, approval, state, reason)


def _close(tx: Tx, approval: Approval, state: ApprovalState, reason: str) -> Approval:
    _decide(tx, approval, state, reason)
    _KINDS[approval.kind].let_go(tx, approval)
    return _get(tx, approval.id)


def _decide(tx: Tx, approval: Approval, state: ApprovalState, reason: str) -> None:
    store.set_decided(tx, approval.id, state, reason)
    merchants.audit(
        tx, f"approval.{state}", f"approval:{approval.id}", kind=approval.kind, reason=reason
    )


def _check_open(tx: Tx, approval: Approval) -> None:
    if approval.state != "open" or approval.expires_at <= tx.now:
        raise Decided()


def _lock(tx: Tx, approval_id: UUID) -> Approval:
    found = store.lock_approval(tx, approval_id)
    if found is None:
        raise NoApproval()
    return found


def _get(tx: Tx, approval_id: UUID) -> Approval:
    return store.list_approvals(tx, ids=[approval_id])[0]
