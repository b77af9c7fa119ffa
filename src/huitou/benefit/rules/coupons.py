"""Who gets a coupon, and what may become of it. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.benefit.rules.templates import is_claimable, is_given
from huitou.benefit.types.coupons import (
    ASSET_PREFIX,
    Arc,
    Claim,
    Coupon,
    Had,
    Known,
    NewCoupons,
    Outcome,
    ShownState,
    State,
    Stock,
)
from huitou.benefit.types.ledger import Leg
from huitou.benefit.types.templates import Template
from huitou.kernel.ids import derived_id

STOCK = "stock"
"""The account that coupons come from: what it has given, below zero."""

ARCS: dict[Arc, tuple[frozenset[State], State]] = {
    "bind": (frozenset({"printed"}), "issued"),
    "freeze": (frozenset({"issued"}), "held"),
    "unfreeze": (frozenset({"held"}), "issued"),
    "use": (frozenset({"printed", "issued", "held"}), "used"),
    "use_late": (frozenset({"expired"}), "used"),
    "return": (frozenset({"used"}), "issued"),
    "expire": (frozenset({"printed", "issued"}), "expired"),
    "revoke": (frozenset({"printed", "issued", "held"}), "revoked"),
    "transfer": (frozenset({"issued"}), "transferred"),
}
"""From which states an arc leads, and where to. `use_late`: it was used in time, without a network, and
we hear of it after it was booked as expired."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What to answer each claim, with the serial of its coupon, and the coupons to make."""

    outcomes: list[Outcome]
    serials: list[int | None]
    new: NewCoupons


class _Person:
    """What a person has of the template, as claims are answered."""

    __slots__ = ("count", "nth", "root_id", "serials")

    def __init__(self, root_id: UUID) -> None:
        self.root_id = root_id
        self.count = self.nth = 0
        self.serials: dict[str, int] = {}


def decide(
    template: Template,
    stock: Stock,
    claims: Sequence[Claim],
    known: Known,
    at: datetime,
    *,
    is_given_by_us: bool,
) -> Decided:
    """Answer claims in their order: who came first gets it first.

    Limits count all that a person had, whoever of the merged it was given to. What is given by us
    (to a segment, by a game) does not ask whether customers may take it themselves. Never more than
    the stock, the day and the customer's limit allow. Some 2 microseconds a claim.
    """
    promise, people = template.promise, _people(known.had)
    is_open = (is_given if is_given_by_us else is_claimable)(template, at)
    left, left_today = _left(promise.stock, stock.issued), _left(promise.per_day, stock.today)
    most = promise.per_customer
    new = NewCoupons(stock.serial + 1, [], [], [])
    outcomes: list[Outcome] = []
    serials: list[int | None] = []
    for claim in claims:
        root_id: UUID | None = claim.customer_id
        if known.roots:
            root_id = known.roots.get(claim.customer_id, root_id)
        person = None if root_id is None else _person(people, root_id)
        serial = None if person is None else person.serials.get(claim.claim)
        outcome: Outcome
        if person is None:
            outcome = "no_customer"
        elif serial is not None:
            outcome = "already_has"
        elif not is_open:
            outcome = "not_open"
        elif most is not None and person.count >= most:
            outcome = "limit"
        elif left is not None and len(new.nths) >= left:
            outcome = "sold_out"
        elif left_today is not None and len(new.nths) >= left_today:
            outcome = "sold_out_today"
        else:
            outcome = "issued"
            serial = person.serials[claim.claim] = new.first + len(new.nths)
            person.count += 1
            person.nth += 1
            new.customer_ids.append(person.root_id)
            new.nths.append(person.nth)
            new.claims.append(claim.claim)
        outcomes.append(outcome)
        serials.append(serial)
    return Decided(outcomes, serials, new)


def claim_of(key: str, customer_id: UUID) -> str:
    """What tells one request for a customer from another, by the request's key."""
    return hashlib.blake2b(f"{customer_id.hex} {key}".encode(), digest_size=16).hexdigest()


def may(arc: Arc, state: State) -> bool:
    """Does the arc lead from this state?"""
    return state in ARCS[arc][0]


def after(arc: Arc, coupon: Coupon) -> State:
    """Where the arc leads.

    A printed code that was used and comes back is a printed code again; a coupon whose customer was
    forgotten comes back to nobody.
    """
    assert may(arc, coupon.state), f"no {arc} from {coupon.state}"
    if arc == "return" and coupon.customer_id is None:
        return "printed" if coupon.nth is None else "revoked"
    return ARCS[arc][1]


def state_at(coupon: Coupon, at: datetime) -> State:
    """The state that counts, booked or not: holds lapse and coupons expire by themselves."""
    state = coupon.state
    if state == "held" and coupon.held_until is not None and coupon.held_until <= at:
        state = "issued"
    is_over = coupon.expires_at is not None and coupon.expires_at <= at
    return "expired" if is_over and state in ("issued", "printed") else state


def shown_state(coupon: Coupon, at: datetime) -> ShownState:
    """The same in a customer's words."""
    state = state_at(coupon, at)
    if state == "issued" or state == "printed":
        is_waiting = coupon.active_at is None or at < coupon.active_at
        return "waiting" if is_waiting else "available"
    return state


def account_of(state: str) -> UUID:
    """The merchant's account of a template's coupons in one state (or `STOCK`)."""
    return derived_id("benefit.coupon", state)


def legs_of(template_id: UUID, moved: Mapping[str, int]) -> tuple[Leg, ...]:
    """Legs for accounts by state: so many come (above zero) or go."""
    asset = f"{ASSET_PREFIX}{template_id}"
    return tuple(
        Leg("merchant", account_of(state), asset, count)
        for state, count in sorted(moved.items())
        if count
    )


def _people(had: Sequence[Had]) -> dict[int, _Person]:
    people: dict[int, _Person] = {}
    for row in had:
        person = _person(people, row.root_id)
        person.count += 1
        if row.customer_id == row.root_id:
            person.nth = max(person.nth, row.nth)
        if row.claim is not None:
            person.serials[row.claim.hex] = row.serial
    return people


def _person(people: dict[int, _Person], root_id: UUID) -> _Person:
    # By its number: hashing an id itself costs more than all the rest.
    person = people.get(root_id.int)
    if person is None:
        person = people[root_id.int] = _Person(root_id)
    return person


def _left(most: int | None, given: int) -> int | None:
    return None if most is None else max(0, most - given)
