"""What a preview and the progress of a campaign show."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from huitou.campaign.types.plans import Counts, State
from huitou.kernel.personal import Personal

BarKind = Literal["candidates", "lost", "held_out", "reached"]


@dataclass(frozen=True, slots=True)
class ReasonCount:
    reason: str
    title_zh: str
    title_en: str
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A step from everyone to those reached: `candidates` are exactly the sum of all others. `code` says
    why they are lost, or the channel that reaches them first."""

    kind: BarKind
    code: str
    title_zh: str
    title_en: str
    count: int


@dataclass(frozen=True, slots=True)
class AssociateLoad:
    staff_id: UUID
    name: str
    tasks: int


@dataclass(frozen=True, slots=True)
class StoreLoad:
    unit_id: UUID
    code: str
    name: str
    tasks: int
    associates: list[AssociateLoad]


@dataclass(frozen=True, slots=True)
class SampleTask:
    """A task as the associate would see it."""

    customer_id: UUID
    name: Personal | None
    associate: str
    store: str
    reason_zh: str
    reason_en: str
    copy: str
    skus: list[str]


@dataclass(frozen=True, slots=True)
class StepForeseen:
    """Of those who would be treated: whom the step reaches `first`, whom it could reach at all as
    things are now, and why not the others. `text`: as the first of them would get it."""

    step: int
    channel: str
    first: int
    reachable: int
    blocked: list[ReasonCount]
    text: str | None


@dataclass(frozen=True, slots=True)
class StepFunnel:
    """What became of those who came to a step. `waiting` are in it now; `sent` messages were handed to
    the channel; `passed_on` went on to the next step. The reasons: of whoever left it without success."""

    step: int
    channel: str
    until: str
    entered: int
    waiting: int
    sent: int
    delivered: int
    opened: int
    succeeded: int
    passed_on: int
    blocked: int
    failed: int
    late: int
    stopped: int
    reasons: list[ReasonCount]


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing would do now, to `candidates`: all of the `audience`, or so many evenly out of it
    as were asked about. `without_associate` are treated by later steps only, by reason
    (`fallback_only`); `covered` tasks go to a colleague of an associate who is away."""

    audience: int
    candidates: int
    treated: int
    held_out: int
    holdout_bp: int
    excluded: list[ReasonCount]
    associates: int
    covered: int
    without_associate: int
    fallback_only: list[ReasonCount]
    per_store: list[StoreLoad]
    sample: list[SampleTask]
    salt: str
    waterfall: list[Bar]
    steps: list[StepForeseen]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is. `share` (0-1) is of publishing; `tasks`, and the `messages` that went by
    themselves, by state."""

    state: State
    share: float
    counts: Counts
    excluded: list[ReasonCount]
    tasks: dict[str, int]
    messages: dict[str, int]
    reached: int
    associates: int
    associates_unsent: int
    steps: list[StepFunnel]
