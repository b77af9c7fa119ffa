"""Whom a campaign is about, and what was decided about them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from huitou.kernel.personal import Personal

Arm = Literal["pending", "treated", "holdout", "excluded"]
ARMS: tuple[Arm, ...] = get_args(Arm)
Outcome = Literal["succeeded", "blocked", "failed", "late", "stopped"]
"""`blocked`: the gate said no, or there is no associate; `failed`: it surely never arrived; `late`: the
time was over; `stopped`: nothing more is done about this customer."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Person:
    """What is asked about a customer before a decision."""

    customer_id: UUID
    ordinal: int
    is_forgotten: bool
    no_profiling: bool
    under_14: bool
    has_other_task: bool
    owner_id: UUID | None
    unit_id: UUID | None
    is_owner_away: bool


@dataclass(frozen=True, slots=True)
class Routes:
    """What the contact gate says now of each step: None for yes, otherwise its code."""

    codes: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a campaign does about a customer.

    Treated with an associate: a task. Treated with a `reason`: that is why the first step does not
    reach them, a later one does. Held out: nothing, on purpose. Excluded: nothing, because of `reason`.
    """

    customer_id: UUID
    arm: Arm
    reason: str | None = None
    staff_id: UUID | None = None
    unit_id: UUID | None = None
    opportunity_id: UUID | None = None
    is_covered: bool = False
    """The owner is away; `staff_id` is a colleague."""
    codes: tuple[str | None, ...] = ()
    """Of each step: why it does not reach them now; None when it does."""
    owner_id: UUID | None = None
    """In whose name they are written to where no associate does it."""


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A customer's way through one step: in it `since`, looked at in earnest at `due_at`.

    `outcome` is None while they are in it; `code` says why. `state` is the message's.
    """

    step: int
    channel: str
    since: datetime
    due_at: datetime
    left_at: datetime | None
    outcome: Outcome | None
    code: str | None
    reason_zh: str | None
    reason_en: str | None
    message_id: UUID | None
    state: str | None
    delivered_at: datetime | None
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """Why a customer did, or did not, get it; `steps` are those they have been in, the last one is
    where they are."""

    customer_id: UUID
    customer_ordinal: int
    name: Personal | None
    arm: Arm
    reason: str | None
    reason_zh: str | None
    reason_en: str | None
    associate_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    message_id: UUID | None
    at: datetime
    steps: list[StepTaken]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which arm a customer was put in, and when, for measuring."""

    customer_id: UUID
    arm: Literal["treated", "holdout"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """A customer who is to be reached: with whose words, about what. `skus`: of their task."""

    first_customer_id: UUID
    customer_id: UUID
    staff_id: UUID | None
    unit_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    skus: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Copy:
    """What is known of one message of the campaign to a customer. `step`: None for one that belongs to
    another candidate who is the same customer now, or to nobody's step any more. `bought_at`: the
    first order paid after it was delivered."""

    message_id: UUID
    step: int | None
    state: str
    failure: str | None = None
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    bought_at: datetime | None = None
    submitted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer is in the chain, and all that is known of the campaign's messages to them.

    `code`: why there is no task. `is_second`: another candidate, the same customer now, is in the
    chain too and was first.
    """

    first_customer_id: UUID
    customer_id: UUID
    step: int
    due_at: datetime
    code: str | None = None
    task_id: UUID | None = None
    task_state: str | None = None
    task_code: str | None = None
    is_second: bool = False
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """Stay, and look again at `until`; `take_back` these messages meanwhile."""

    until: datetime
    take_back: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """The step is over. `goes_on`: the next one begins, if there is one. `worked`: the step that worked
    after all, when it is an earlier one."""

    outcome: Outcome
    code: str | None
    goes_on: bool = False
    worked: int | None = None
    take_back: tuple[UUID, ...] = ()
