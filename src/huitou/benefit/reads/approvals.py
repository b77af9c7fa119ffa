"""What others may ask about approvals and adjustments."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.store import approvals as store
from huitou.benefit.types.approvals import Adjustment, Approval, ApprovalState, NoApproval
from huitou.identity import reads as identities
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor


def get_approval(tx: ReadTx, approval_id: UUID) -> Approval:
    """Refuses `approval.none`."""
    found = store.list_approvals(tx, ids=[approval_id])
    if not found:
        raise NoApproval()
    return found[0]


def list_approvals(
    tx: ReadTx,
    *,
    state: ApprovalState | None = None,
    kind: str | None = None,
    customer_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Approval]:
    """Latest asked first."""
    limit = min(limit, PAGE_MAX)
    found = store.list_approvals(
        tx,
        states=None if state is None else [state],
        kind=kind,
        customer_ids=_members(tx, customer_id),
        before=decode_moment(cursor, UUID),
        count_max=limit + 1,
    )
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(found[:limit], encode_cursor(last.asked_at.isoformat(), last.id) if last else None)


def list_adjustments(
    tx: ReadTx, *, customer_id: UUID | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Adjustment]:
    """What was given and taken by hand, and what waits for a second person, latest first."""
    limit = min(limit, PAGE_MAX)
    found = store.list_adjustments(
        tx,
        customer_ids=_members(tx, customer_id),
        before=decode_moment(cursor, UUID),
        count_max=limit + 1,
    )
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(found[:limit], encode_cursor(last.asked_at.isoformat(), last.id) if last else None)


def _members(tx: ReadTx, customer_id: UUID | None) -> Sequence[UUID] | None:
    if customer_id is None:
        return None
    root_id = identities.get_root(tx, customer_id).id
    return sorted({member.id for member in identities.members_of(tx, root_id)} | {root_id})
