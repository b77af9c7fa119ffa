"""What those who review identity are shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from huitou.identity.types import Policy, Quarantine, Run
from huitou.kernel.personal import Personal

Strength = Literal["strongly_for", "for", "hardly", "against", "strongly_against"]


@dataclass(frozen=True, slots=True)
class Regrouped:
    """Customers (canonical ones of today) that another rule would make one, or take apart."""

    kind: Literal["merge", "split"]
    customer_ids: list[UUID]
    into: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a rule would do: so many customers would go into others, so many fall apart."""

    merges: int
    splits: int
    customers_before: int
    customers_after: int
    examples: list[Regrouped]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A preview of a rule: looked for among `total` events, and what was found when it is done."""

    id: UUID
    state: Literal["queued", "running", "done", "failed"]
    total: int
    policy: Policy
    found: WhatIf | None


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """The rule, since when and by whom; `previous` is the one before it. `run` applies another, and
    `preview` is the latest of what another would do."""

    policy: Policy
    version: int
    at: datetime | None
    by: str | None
    previous: Policy | None
    run: Run | None
    preview: Foreseen | None


@dataclass(frozen=True, slots=True)
class QuarantinedIdentifier:
    """An identifier that speaks for nobody, why, and what a person said of it."""

    identifier_id: int
    kind: str
    scope: str
    value: Personal
    reason: Quarantine
    reason_zh: str
    reason_en: str
    customer_id: UUID | None
    used_with: int
    since: datetime
    verdict: Literal["confirmed"] | None
    verdict_by: str | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the two agree in a field, in words, and how much that says."""

    field: str
    level: str
    weight: int
    strength: Strength
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class SuggestionShown:
    """A suggestion as a person sees it; `precision_bp`: what decisions on such ones bear out."""

    id: UUID
    one_id: UUID
    other_id: UUID
    probability_bp: int
    state: Literal["open", "accepted", "rejected"]
    agreements: list[Agreement]
    found_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class Precision:
    """A band with what its decisions bear out with 95 % (`sure_bp`), and whether it merges itself."""

    from_bp: int
    open: int
    accepted: int
    rejected: int
    sure_bp: int
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class Review:
    """The state of the queue: the latest comparison, and how right suggestions proved to be."""

    run: Run | None
    precision: list[Precision]
