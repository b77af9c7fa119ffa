"""Points plans; points earned by orders and events; points given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import earnings, ledger
from huitou.benefit.reads import points as reads
from huitou.benefit.reads import tiers
from huitou.benefit.rules import points as rules
from huitou.benefit.rules.earnings import event_earnings, order_key
from huitou.benefit.rules.ledger import posting_hash
from huitou.benefit.rules.points import BoughtLine
from huitou.benefit.store import earnings as store
from huitou.benefit.store import plans
from huitou.benefit.types.earnings import Due, Earned, Earning, Earns
from huitou.benefit.types.ledger import POINTS, Leg, Posted, Posting, Terms
from huitou.benefit.types.points import (
    NotADraft,
    PointsPlan,
    PointsPlanChanged,
    PointsPlanVersion,
)
from huitou.event import reads as events
from huitou.identity import reads as identities
from huitou.kernel.time import day_of
from huitou.merchant import actions as merchants
from huitou.merchant import reads as merchant
from huitou.order import reads as orders
from huitou.order.types import Spent
from huitou.profile import reads as profiles

LOCK = "benefit.points"
"""Points of a merchant's orders are earned and taken back one after another: two who look at one
order would both take back what is due."""


@dataclass(frozen=True, slots=True)
class Gift:
    """Points given to a customer, once for `key`."""

    customer_id: UUID
    points: int
    key: str
    ref_kind: str
    ref_id: str
    detail: Mapping[str, Any]


def set_draft(tx: Tx, plan: PointsPlan, revision: int) -> PointsPlanVersion:
    """Keep a draft; `revision` is the one the change was made on, 0 for the first.

    Refuses `points.plan_changed`.
    """
    tx.lock(LOCK)
    version = plans.find_draft(tx, reads.KIND)
    if (version is None) != (revision == 0):
        raise PointsPlanChanged()
    if version is None:
        version = plans.add_plan(tx, reads.KIND, plan.model_dump())
    elif not plans.set_plan(tx, reads.KIND, version, plan.model_dump(), revision):
        raise PointsPlanChanged()
    return reads.get_plan(tx, version)


def remove_draft(tx: Tx) -> None:
    """Throw the draft away. Refuses `points.not_a_draft`."""
    tx.lock(LOCK)
    version = plans.find_draft(tx, reads.KIND)
    if version is None:
        raise NotADraft()
    plans.remove_draft(tx, reads.KIND, version)


def publish(tx: Tx, version: int, revision: int) -> PointsPlanVersion:
    """Orders paid from now on earn by it. Refuses `points.not_a_draft`, `points.plan_changed`,
    `points.bad_plan`."""
    tx.lock(LOCK)
    found = reads.get_plan(tx, version)
    if found.state != "draft":
        raise NotADraft()
    if found.revision != revision:
        raise PointsPlanChanged()
    rules.check_plan(found.document)
    plans.set_published(tx, reads.KIND, version)
    merchants.audit(tx, "points_plan.published", f"points_plan:{version}", revision=revision)
    return reads.get_plan(tx, version)


def take_orders(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Bring the points of these orders (≤ 1,000) up to what they are now: give what is due, take back
    the rest. The same however often it runs, and whichever notice comes first. An order earns by the
    plan in force when it was first seen, if it was paid after that was published."""
    tx.lock(LOCK)
    ids = {order_key(id_): id_ for id_ in order_ids}
    known = store.list_known(tx, POINTS, list(ids))
    plan = reads.find_plan(tx)
    since = plan.published_at if plan is not None and plan.document.orders else None
    # Where no order earns, only what earned once is looked at.
    spent = {
        order_key(each.order_id): each
        for each in orders.spending(tx, order_ids if since else [ids[key] for key in known])
    }
    if not spent:
        return
    bought = _lines(tx, spent.values())
    if plan is not None and since is not None:
        new = [each for key, each in spent.items() if key not in known and each.paid_at >= since]
        store.add_earnings(tx, _order_earnings(tx, plan.document, new, bought), plan.version)
    earned = store.lock_earned(tx, POINTS, list(spent))
    _settle(tx, earned, spent, bought)


def take_events(tx: Tx, after: int, upto: int) -> None:
    """Points that events of the log's positions `(after, upto]` earn."""
    plan = reads.find_plan(tx)
    if plan is None or plan.published_at is None or not plan.document.events:
        return
    document, since = plan.document, plan.published_at
    earns = [Earns(each.type, each.points, each.limit) for each in document.events]
    entries = [
        entry
        for entry in events.log_slice(tx, after, upto, [each.type for each in earns])
        if entry.occurred_at >= since
    ]
    if not entries:
        return
    tx.lock(LOCK)
    customers = {
        each.position: each.first_customer_id for each in identities.given(tx, after, upto)
    }
    zone = merchant.get_merchant(tx).zone
    found = event_earnings(
        POINTS,
        entries,
        customers,
        earns,
        terms_of=lambda at: rules.event_terms_of(document, at, zone),
        zone=zone,
    )
    store.add_earnings(tx, found, plan.version)
    earnings.settle(tx, store.lock_earned(tx, POINTS, [each.key for each in found]), {})


def follow_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Identity gave events to other customers: points go where they went."""
    tx.lock(LOCK)
    moved = earnings.follow(tx, POINTS, customer_ids)
    order_ids = [each.order_id for each in moved if each.order_id is not None]
    spent = {order_key(each.order_id): each for each in orders.spending(tx, order_ids)}
    _settle(tx, moved, spent, _lines(tx, spent.values()))


def give(tx: Tx, gifts: Sequence[Gift], *, kind: str, at: datetime) -> list[Posted]:
    """Give points by other reasons than a purchase, usable at once; each once for its key.

    They end as the plan in force says, never where there is none; told again under another plan they
    are the same gifts. Refuses `benefit.other_body`.
    """
    plan = reads.find_plan(tx)
    zone = merchant.get_merchant(tx).zone
    terms = rules.event_terms_of(plan.document, at, zone) if plan else None
    return ledger.post(tx, [_posting_of(gift, tx.merchant, kind, at, terms) for gift in gifts])


def _posting_of(gift: Gift, giver: UUID, kind: str, at: datetime, terms: Terms | None) -> Posting:
    given = Leg("customer", gift.customer_id, POINTS, gift.points)
    asked = Posting(
        gift.key,
        kind,
        gift.ref_kind,
        gift.ref_id,
        at,
        (given, Leg("merchant", giver, POINTS, -gift.points)),
        dict(gift.detail),
    )
    legs = (replace(given, terms=terms), asked.legs[1])
    return replace(asked, legs=legs, request_hash=posting_hash(asked))


def _order_earnings(
    tx: Tx,
    plan: PointsPlan,
    new: Sequence[Spent],
    bought: Mapping[UUID, Sequence[BoughtLine]],
) -> list[Earning]:
    first = store.list_first_given(tx, [each.position for each in new])
    known = [(order, first[order.position]) for order in new if order.position in first]
    zone = merchant.get_merchant(tx).zone
    # The order that lifts somebody to a tier does not earn by it yet, whichever is looked at first.
    rates = rules.tier_rates(tiers.tiers_before(tx, [(who, order.paid_at) for order, who in known]))
    roots = identities.canonical(tx, first.values())
    people = profiles.profiles(tx, set(roots.values()))
    found = []
    for (order, customer_id), tier_rate_bp in zip(known, rates, strict=True):
        person = people.get(roots.get(customer_id, customer_id))
        month = day_of(order.paid_at, zone).month
        rate_bp = rules.rate_of(
            plan,
            tier_rate_bp=tier_rate_bp,
            is_birthday_month=person is not None and person.birth_month == month,
        )
        lines = bought.get(order.order_id, ())
        basis = rules.basis_of(plan, lines, rate_bp)
        found.append(
            Earning(
                POINTS,
                order_key(order.order_id),
                customer_id,
                order.position,
                order.order_id,
                rules.points_of(basis, {line.line_no: line.paid_fen for line in lines}),
                basis,
                order.paid_at,
                rules.terms_of(plan, order.paid_at, zone),
            )
        )
    return found


def _settle(
    tx: Tx,
    earned: Sequence[Earned],
    spent: Mapping[str, Spent],
    bought: Mapping[UUID, Sequence[BoughtLine]],
) -> None:
    dues = {}
    for each in earned:
        order = spent.get(each.key)
        if order is None or not order.refund_ats:
            continue
        upto = rules.reversed_upto(
            each.basis,
            bought.get(order.order_id, ()),
            shipping_fen=order.shipping_fen,
            refunded_fen=order.refunded_fen,
        )
        dues[each.key] = [Due(order.refund_ats[-1], upto, is_forgiven=each.basis["forgives"])]
    earnings.settle(tx, earned, dues)


def _lines(tx: Tx, spent: Any) -> dict[UUID, list[BoughtLine]]:
    found = orders.lines_of(tx, [each.order_id for each in spent])
    return {
        order_id: [
            BoughtLine(line.line_no, line.category_code, line.paid_fen, line.refunded_fen)
            for line in lines
        ]
        for order_id, lines in found.items()
    }
