"""Decisions that take two people, and what is given or taken by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, Forbidden, Invalid, NotFound

if TYPE_CHECKING:
    from huitou.base.db import Tx

ApprovalState = Literal["open", "approved", "refused", "withdrawn", "lapsed"]
AdjustedAsset = Literal["points", "principal", "bonus", "growth"]


@dataclass(frozen=True, slots=True)
class Approval:
    """Something that waits for, or got, the word of another person than who asked.

    `body` is what is asked for, as its `kind` reads it. It lapses at `expires_at`.
    """

    id: UUID
    kind: str
    body: dict[str, Any]
    customer_id: UUID | None
    state: ApprovalState
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What happens with an approval of a kind: `carry_out` in the transaction that approves,
    `let_go` when it is refused, withdrawn or lapses. Who decides needs `permission` as well."""

    carry_out: "Callable[[Tx, Approval], None]"
    let_go: "Callable[[Tx, Approval], None]"
    permission: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """`amount` (signed) given or taken by hand. It waits for `approval_id`, or was posted."""

    id: UUID
    customer_id: UUID
    asset: AdjustedAsset
    amount: int
    reason: str
    expires_at: datetime | None
    asked_by: str
    asked_at: datetime
    approval_id: UUID | None
    transaction_id: UUID | None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The answer: posted at once, or `approval` that waits for a second person."""

    adjustment: Adjustment
    approval: Approval | None


class NoApproval(NotFound):
    code = "approval.none"
    zh, en = "没有找到这条审批", "There is no such approval"


class Decided(Conflict):
    code = "approval.decided"
    zh, en = "这条审批已有结果", "This was decided already"


class SamePerson(Forbidden):
    code = "approval.same_person"
    zh, en = "不能审批自己发起的申请", "Who asked cannot approve"


class NotTheAsker(Forbidden):
    code = "approval.not_the_asker"
    zh, en = "只有申请人可以撤回", "Only who asked can withdraw it"


class BadEnd(Invalid):
    code = "adjustment.bad_end"
    zh, en = (
        "到期时间须在将来，且只用于积分和赠金",
        "An end lies ahead, and is for points and bonus",
    )
