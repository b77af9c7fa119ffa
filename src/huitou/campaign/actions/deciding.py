"""Decisions about a chunk of candidates, and the tasks they become: the one code path of preview
and publishing. Reads only."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from huitou.associate import reads as associate
from huitou.associate.types import Colleague, NewTask
from huitou.base.db import ReadTx
from huitou.campaign.rules import verdicts
from huitou.campaign.store import candidates as store
from huitou.campaign.store import lists
from huitou.campaign.types.candidates import Person, Routes, Verdict
from huitou.campaign.types.plans import BadSource, Plan, Source, Step
from huitou.catalog import reads as catalog
from huitou.content import reads as texts
from huitou.content.types import EmptyText, Filling, TextChannel
from huitou.identity import reads as identity
from huitou.merchant import reads as merchant
from huitou.opportunity import reads as opportunity
from huitou.order import reads as orders
from huitou.reach.actions import messages as reach
from huitou.reach.types.gate import Candidate
from huitou.segment import reads as segment

CHUNK = 1_000
SHOWN_PRODUCTS = 3
Loads = dict[UUID, int]
"""Associate → tasks decided on but not yet made."""
Audience = list[tuple[UUID, UUID | None]]
"""Customer and the opportunity that named them."""


def audience(tx: ReadTx, source: Source) -> Audience:
    """Everyone the source names, by id, each with the opportunity that named them. Refuses BadSource, and what the
    segment room refuses of a rule, or of a segment that is being filled."""
    if source.opportunity_kind is not None:
        found = opportunity.open_candidates(tx, source.opportunity_kind, category=source.category)
        return [(item.customer_id, item.opportunity_id) for item in found]
    if source.segment_id is not None:
        members = segment.members(tx, source.segment_id)
    elif source.rule is not None:
        members = segment.customers_matching(tx, source.rule)
    elif source.list_id is not None:
        members = lists.list_members(tx, source.list_id)
    else:
        raise BadSource()
    roots = identity.canonical(tx, members)
    return [(customer_id, None) for customer_id in sorted(set(roots.values()))]


def in_order_of_worth(tx: ReadTx, plan: Plan, audience: Audience) -> Audience:
    """Where associates can have tasks enough: whoever spends most in an order first, so that they get one. An opportunity list
    is in the order of its own scores."""
    if not _tasks_most(tx, plan) or plan.source.opportunity_kind is not None:
        return audience
    worth: dict[UUID, float] = {}
    for start in range(0, len(audience), 10 * CHUNK):
        some = [customer_id for customer_id, _ in audience[start : start + 10 * CHUNK]]
        for customer_id, total in orders.totals(tx, some).items():
            worth[customer_id] = total.paid_fen / max(total.order_count, 1)
    return sorted(audience, key=lambda one: -worth.get(one[0], 0.0))


def deadline(tx: ReadTx, step: Step) -> datetime:
    """Until when associates are asked to send it, if it begins now."""
    if step.deadline is not None:
        return step.deadline
    assert step.within_minutes is not None
    return tx.now + timedelta(minutes=step.within_minutes)


def closes_at(tx: ReadTx, deadline: datetime, step: Step) -> datetime:
    """Until when associates may send: the deadline and the grace after it."""
    minutes = step.grace_minutes
    if minutes is None:
        minutes = merchant.setting(tx, "campaign.grace_minutes")
    return deadline + timedelta(minutes=minutes)


def decide(
    tx: ReadTx,
    plan: Plan,
    chunk: Sequence[tuple[UUID, UUID | None]],
    loads: Loads,
    campaign_id: UUID | None,
    each: int = 1,
) -> list[Verdict]:
    """A verdict for each `(customer, opportunity)`, in order; `loads` grows with the tasks, of a sample by as many as each one
    stands for."""
    most = _tasks_most(tx, plan)
    opportunities = _opportunities(tx, chunk)
    people = store.list_people(tx, [customer_id for customer_id, _ in chunk], campaign_id)
    staff = _assign(tx, people, loads) if plan.person else {}
    routes = _routes(tx, plan, people, staff, campaign_id)
    open_tasks = associate.open_counts(tx, set(staff.values())) if most else {}
    units = _units_of(tx)
    decided = []
    for person in people:
        staff_id = staff.get(person.customer_id)
        has_enough = False
        if most and staff_id is not None:
            has_enough = open_tasks.get(staff_id, 0) + loads.get(staff_id, 0) >= most
        verdict = verdicts.decide(
            person,
            routes[person.customer_id],
            has_person_step=plan.person is not None,
            staff_id=staff_id,
            has_enough=has_enough,
            unit_id=units.get(staff_id) if staff_id else None,
            opportunity_id=opportunities.get(person.customer_id),
            salt=plan.salt,
            holdout_bp=plan.holdout_bp,
        )
        if verdict.staff_id is not None:
            loads[verdict.staff_id] = loads.get(verdict.staff_id, 0) + each
        decided.append(verdict)
    return decided


def new_tasks(
    tx: ReadTx,
    plan: Plan,
    verdicts: Sequence[Verdict],
    campaign_id: UUID | None,
    due_at: datetime,
) -> list[NewTask]:
    """The tasks of those treated by an associate, who are asked to do them until `due_at`."""
    if plan.person is None:
        return []
    chosen = [v for v in verdicts if v.arm == "treated" and v.staff_id is not None]
    if not chosen:
        return []
    skus = lists_of(tx, plan, chosen)
    fillings = _fillings(tx, chosen, skus)
    shown = opportunity.by_id(tx, [v.opportunity_id for v in chosen if v.opportunity_id])
    all_skus = {sku for listed in skus.values() for sku in listed}
    category_of = catalog.category_of(tx, list(all_skus))
    until = closes_at(tx, due_at, plan.person)
    tasks = []
    for v in chosen:
        assert v.staff_id is not None and v.unit_id is not None
        found = shown.get(v.opportunity_id) if v.opportunity_id else None
        listed = skus[v.customer_id]
        if found is not None:
            categories = [found.category_code]
        elif plan.product_mode == "fixed":
            categories = sorted({category_of[sku] for sku in listed if sku in category_of})
        else:
            categories = []
        tasks.append(
            NewTask(
                customer_id=v.customer_id,
                staff_id=v.staff_id,
                unit_id=v.unit_id,
                title=plan.name,
                reason={
                    "zh": found.reason_zh if found else plan.goal,
                    "en": found.reason_en if found else plan.goal,
                },
                copy=texts.fill(plan.person.text, fillings[v.customer_id], "wecom"),
                skus=listed,
                categories=categories,
                deadline=due_at,
                closes_at=until,
                campaign_id=campaign_id,
                opportunity_id=v.opportunity_id,
                category=plan.category,
            )
        )
    return tasks


def words_of(
    tx: ReadTx, asked: Sequence[tuple[Step, Verdict, Sequence[str]]]
) -> list[tuple[str, dict[str, str]] | None]:
    """What each customer is told in a step about these products: text and parameters. None where
    something would be left empty."""
    skus = {verdict.customer_id: list(listed) for _, verdict, listed in asked}
    fillings = _fillings(tx, [verdict for _, verdict, _ in asked], skus)
    return [_words(step, fillings[verdict.customer_id]) for step, verdict, _ in asked]


def _words(step: Step, filling: Filling) -> tuple[str, dict[str, str]] | None:
    limit: TextChannel = "sms" if step.channel == "sms" else "wecom"
    try:
        return texts.fill(step.text, filling, limit), {
            name: texts.fill(value, filling, limit) for name, value in step.params.items()
        }
    except EmptyText:
        return None


def filling_of(tx: ReadTx, plan: Plan, verdict: Verdict) -> Filling:
    """What the placeholders stand for with one customer."""
    skus = lists_of(tx, plan, [verdict])
    return _fillings(tx, [verdict], skus)[verdict.customer_id]


def waiting(tx: ReadTx, plan: Plan, step: Step) -> dict[str, Any]:
    """How long a step's message may wait for a place: as long as the step lasts. An associate's does not wait."""
    if not plan.puts_off or step.within_minutes is None or step.is_person:
        return {}
    until = plan.begins_at(tx.now) + timedelta(minutes=step.within_minutes)
    return {"puts_off": True, "expires_at": until}


def content_key(campaign_id: UUID | None) -> str:
    """What one campaign says is one content, whatever the channel."""
    return f"campaign:{campaign_id}"


def _tasks_most(tx: ReadTx, plan: Plan) -> int:
    """How many open tasks an associate may have; 0: any number, or none are made."""
    most: int = merchant.setting(tx, "campaign.associate_tasks") if plan.person else 0
    return most


def _opportunities(
    tx: ReadTx, chunk: Sequence[tuple[UUID, UUID | None]]
) -> dict[UUID, UUID | None]:
    named: dict[UUID, UUID | None] = dict(chunk)
    unnamed = [customer_id for customer_id, opportunity_id in chunk if opportunity_id is None]
    return {**named, **opportunity.best_of(tx, unnamed)}


def _assign(tx: ReadTx, people: Sequence[Person], loads: Loads) -> dict[UUID, UUID]:
    """Customer → who would do it: the owner, or a colleague of an owner who is away."""
    chosen = {
        person.customer_id: person.owner_id
        for person in people
        if person.owner_id is not None and not person.is_owner_away
    }
    loose = [
        (person.customer_id, person.unit_id)
        for person in people
        if person.owner_id is not None and person.is_owner_away and person.unit_id is not None
    ]
    if loose:
        present = associate.colleagues(tx, {unit_id for _, unit_id in loose})
        weighed = [
            Colleague(each.staff_id, each.unit_id, each.open_count + loads.get(each.staff_id, 0))
            for each in present
        ]
        chosen.update(associate.covers(tx, loose, weighed))
    return chosen


def _routes(
    tx: ReadTx,
    plan: Plan,
    people: Sequence[Person],
    staff: dict[UUID, UUID],
    campaign_id: UUID | None,
) -> dict[UUID, Routes]:
    """What the gate would say now, of each step as if it were the only one."""
    by_step = [
        reach.rehearse(
            tx,
            [
                Candidate(
                    customer_id=person.customer_id,
                    channel=step.channel,
                    content_key=content_key(campaign_id),
                    text=step.text,
                    staff_id=staff.get(person.customer_id) if step.is_person else None,
                    campaign_id=campaign_id,
                    **waiting(tx, plan, step),
                    category=plan.category,
                    not_before=None if step.is_person else plan.begins_at(tx.now),
                )
                for person in people
            ],
        )
        for step in plan.steps
    ]
    codes = zip(*by_step, strict=True)
    return {person.customer_id: Routes(told) for person, told in zip(people, codes, strict=True)}


def _units_of(tx: ReadTx) -> dict[UUID, UUID]:
    return {staff.id: staff.unit_id for staff in merchant.list_staff(tx)}


def lists_of(tx: ReadTx, plan: Plan, chosen: Sequence[Verdict]) -> dict[UUID, list[str]]:
    """Each customer's product list: their opportunity's, else what they buy most; or the fixed."""
    if plan.product_mode == "none":
        return {v.customer_id: [] for v in chosen}
    if plan.product_mode == "fixed":
        return {v.customer_id: list(plan.skus) for v in chosen}
    shown = opportunity.by_id(tx, [v.opportunity_id for v in chosen if v.opportunity_id])
    without = [v.customer_id for v in chosen if v.opportunity_id not in shown]
    favourites = store.list_favourites(tx, without)
    return {
        v.customer_id: list(shown[v.opportunity_id].skus)
        if v.opportunity_id in shown
        else favourites.get(v.customer_id, list(plan.skus))
        for v in chosen
    }


def _fillings(
    tx: ReadTx, chosen: Sequence[Verdict], skus: dict[UUID, list[str]]
) -> dict[UUID, Filling]:
    """What the placeholders stand for, by customer."""
    salutations = associate.salutations(tx, [v.customer_id for v in chosen])
    staff = {each.id: each.name for each in merchant.list_staff(tx)}
    units = merchant.units_by_id(tx)
    products = catalog.products_by_sku(
        tx, list({sku for listed in skus.values() for sku in listed})
    )
    return {
        v.customer_id: Filling(
            name=salutations[v.customer_id],
            products=tuple(
                products[sku].name
                for sku in skus[v.customer_id][:SHOWN_PRODUCTS]
                if sku in products
            ),
            store=units[v.unit_id].name if v.unit_id in units else "",
            associate=staff.get(v.staff_id, "") if v.staff_id else "",
        )
        for v in chosen
    }
