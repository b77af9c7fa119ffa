"""Who gets a coupon, and what may become of it. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.benefit.rules.templates import is_claimable, is_given
from huitou.benefit.types.coupons import (
    ASSET_PREFIX,
    Arc,
    Claim,
    Claimed,
    Coupon,
    Had,
    NewCoupon,
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
    """What to answer each claim, and the coupons to make."""

    answers: list[Claimed]
    new: list[NewCoupon]


def decide(
    template: Template,
    stock: Stock,
    claims: Sequence[Claim],
    had: Sequence[Had],
    at: datetime,
    *,
    is_given_by_us: bool,
) -> Decided:
    """Answer claims in their order: who came first gets it first.

    `had` are all coupons of the customers, whoever of the merged they were given to; limits count
    them all. What is given by us (to a segment, by a game) does not ask whether customers may take
    it themselves. Never more than the stock, the day and the customer's limit allow.
    """
    roots = {row.asked_id: row.root_id for row in had}
    counts: dict[UUID, int] = defaultdict(int)
    nths: dict[UUID, int] = defaultdict(int)
    known: dict[tuple[UUID, UUID], int] = {}
    for row in {row.serial: row for row in had if row.serial is not None}.values():
        assert row.serial is not None and row.nth is not None and row.customer_id is not None
        counts[row.root_id] += 1
        nths[row.customer_id] = max(nths[row.customer_id], row.nth)
        if row.claim is not None:
            known[row.root_id, row.claim] = row.serial
    promise = template.promise
    is_open = (is_given if is_given_by_us else is_claimable)(template, at)
    left = _left(promise.stock, stock.issued)
    left_today = _left(promise.per_day, stock.today)
    most = promise.per_customer
    answers: list[Claimed] = []
    new: list[NewCoupon] = []
    for claim in claims:
        root_id = roots.get(claim.customer_id)
        outcome: Outcome
        if root_id is None:
            outcome = "no_customer"
        elif (root_id, claim.claim) in known:
            serial = known[root_id, claim.claim]
            answers.append(Claimed("already_has", claim.customer_id, serial))
            continue
        elif not is_open:
            outcome = "not_open"
        elif most is not None and counts[root_id] >= most:
            outcome = "limit"
        elif left is not None and len(new) >= left:
            outcome = "sold_out"
        elif left_today is not None and len(new) >= left_today:
            outcome = "sold_out_today"
        else:
            serial = stock.serial + len(new) + 1
            counts[root_id] += 1
            nths[root_id] += 1
            known[root_id, claim.claim] = serial
            new.append(NewCoupon(serial, root_id, nths[root_id], claim.claim))
            answers.append(Claimed("issued", claim.customer_id, serial))
            continue
        answers.append(Claimed(outcome, claim.customer_id))
    return Decided(answers, new)


def claim_of(key: str, customer_id: UUID) -> UUID:
    """What tells one request for a customer from another."""
    return derived_id("benefit.claim", key, str(customer_id))


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


def _left(most: int | None, given: int) -> int | None:
    return None if most is None else max(0, most - given)
