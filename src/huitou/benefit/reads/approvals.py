"""What others may ask about approvals and adjustments."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.store import approvals as store
from huitou.benefit.types.approvals import Adjustment, Approval, ApprovalState, NoApproval
from huitou.identity import reads as identities
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.profile import reads as profile

_EXPORTED = 100_000


def get_approval(tx: ReadTx, approval_id: UUID) -> Approval:
    """Refuses `approval.none`, also where it is neither one's own nor about somebody one may see."""
    found = store.list_approvals(tx, ids=[approval_id])
    if not found:
        raise NoApproval()
    [approval] = found
    who = [approval.customer_id] if approval.customer_id else []
    if _own(tx, None) not in (None, approval.asked_by) and not profile.visible(tx, who):
        raise NoApproval()
    return approval


def approvals_by_id(tx: ReadTx, approval_ids: Sequence[UUID]) -> dict[UUID, Approval]:
    """These approvals, whoever asked; unknown ones are missing."""
    found = store.list_approvals(tx, ids=approval_ids, count_max=len(approval_ids))
    return {approval.id: approval for approval in found}


def list_approvals(
    tx: ReadTx,
    *,
    state: ApprovalState | None = None,
    kind: str | None = None,
    customer_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Approval]:
    """Latest asked first; who does not see everything sees what they asked for themselves, or what
    is about `customer_id`."""
    limit = min(limit, PAGE_MAX)
    found = store.list_approvals(
        tx,
        states=None if state is None else [state],
        kind=kind,
        customer_ids=_members(tx, customer_id),
        asked_by=_own(tx, customer_id),
        before=decode_moment(cursor, UUID),
        count_max=limit + 1,
    )
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(found[:limit], encode_cursor(last.asked_at.isoformat(), last.id) if last else None)


def list_adjustments(
    tx: ReadTx, *, customer_id: UUID | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Adjustment]:
    """What was given and taken by hand, and what waits for a second person, latest first; seen as
    approvals are."""
    limit = min(limit, PAGE_MAX)
    found = store.list_adjustments(
        tx,
        customer_ids=_members(tx, customer_id),
        asked_by=_own(tx, customer_id),
        before=decode_moment(cursor, UUID),
        count_max=limit + 1,
    )
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(found[:limit], encode_cursor(last.asked_at.isoformat(), last.id) if last else None)


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """What the customer was given and what was taken by hand, as plain values."""
    members = _members(tx, customer_id)
    found = store.list_adjustments(tx, customer_ids=members, count_max=_EXPORTED)
    return [
        {"asset": each.asset, "amount": each.amount, "at": each.asked_at.isoformat()}
        for each in found
        if each.transaction_id is not None
    ]


def _own(tx: ReadTx, customer_id: UUID | None) -> str | None:
    """Whose asking alone is shown: the caller's, unless they see everything, or the customer."""
    is_everything = tx.scope.unit_path is None and tx.scope.staff_id is None
    return None if is_everything or customer_id is not None else tx.principal


def _members(tx: ReadTx, customer_id: UUID | None) -> Sequence[UUID] | None:
    if customer_id is None:
        return None
    root_id = identities.get_root(tx, customer_id).id
    return sorted({member.id for member in identities.members_of(tx, root_id)} | {root_id})
