"""Whom a campaign is about, and what was decided about them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from huitou.kernel.personal import Personal

Arm = Literal["pending", "treated", "holdout", "excluded"]
ARMS: tuple[Arm, ...] = get_args(Arm)


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
    """What the contact gate says: None for yes, otherwise its code. `sms` is None too when no
    fallback is planned; `has_sms` tells."""

    wecom: str | None
    sms: str | None
    has_sms: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a campaign does about a customer.

    Treated with an associate: a task. Treated without: the fallback only, `reason` says why. Held
    out: nothing, on purpose. Excluded: nothing, because of `reason`.
    """

    customer_id: UUID
    arm: Arm
    reason: str | None = None
    staff_id: UUID | None = None
    unit_id: UUID | None = None
    opportunity_id: UUID | None = None
    is_covered: bool = False
    """The owner is away; `staff_id` is a colleague."""


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """Why a customer did, or did not, get it."""

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


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which arm a customer was put in, and when, for measuring."""

    customer_id: UUID
    arm: Literal["treated", "holdout"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """A treated customer whom nobody has reached by the deadline."""

    first_customer_id: UUID
    customer_id: UUID
    staff_id: UUID | None
    unit_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    skus: list[str] = field(default_factory=list)
