"""Customers go through the steps of a campaign: a thousand at a time, in one transaction each."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from huitou.associate.actions import managing
from huitou.associate.actions import tasks as associate
from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.campaign import reads
from huitou.campaign.actions import deciding, timing
from huitou.campaign.rules import chain
from huitou.campaign.store import campaigns as store
from huitou.campaign.store import candidates, passages
from huitou.campaign.types.candidates import Leave, Place, Target, Verdict, Wait
from huitou.campaign.types.plans import CampaignEnded, Plan, Stored
from huitou.content import actions as content
from huitou.content import reads as contents
from huitou.content.types import Item, NewList
from huitou.merchant import actions as merchant
from huitou.reach.actions import messages as reach
from huitou.reach.reads import mailings as reach_mailings
from huitou.reach.types.gate import Candidate, Decision


def keep(tx: Tx) -> None:
    """Look at every campaign that runs: urge, go on with whose time is over, end. Again is no change."""
    for found in [*store.list_in_state(tx, "publishing"), *store.list_in_state(tx, "live")]:
        stored = store.lock_campaign(tx, found.id)
        if stored is None or stored.state not in ("publishing", "live"):
            continue
        if stored.deadline and stored.deadline <= tx.now and stored.urged_at is None:
            managing.urge_staff(tx, candidates.list_workload(tx, stored.id))
            store.set_urged(tx, stored.id)
        if passages.has_open(tx, stored.id, is_due=True):
            tx.defer(advance_chunk, key=str(stored.id), campaign_id=str(stored.id))
        elif stored.state == "live" and _is_over(tx, stored):
            _end(tx, stored)


def take_news(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """What became known of messages: steps that were over may have worked, and those who are in a step
    are looked at now."""
    passages.set_late(tx, message_ids)
    for campaign_id in passages.set_news(tx, message_ids):
        tx.defer(advance_chunk, key=str(campaign_id), campaign_id=str(campaign_id))


@job
def advance_chunk(tx: Tx, *, campaign_id: str) -> None:
    """Decide about the next thousand who are to be looked at. Again is no change."""
    id_ = UUID(campaign_id)
    stored = store.lock_campaign(tx, id_)
    if stored is None or stored.state not in ("publishing", "live"):
        return
    looks = passages.lock_looks(tx, id_, deciding.CHUNK)
    if not looks:
        return
    # Held first: what the messages are now, they still are when the next ones are planned.
    reach.hold(tx, [customer_id for _, customer_id in looks])
    plan = reads.plan_of(stored)
    with_orders = any(step.until == "bought" for step in plan.steps)
    places = passages.list_places(
        tx, id_, [first_id for first_id, _ in looks], with_orders=with_orders
    )
    moves = [(place, chain.judge(plan.steps, plan.copies, place, tx.now)) for place in places]
    _move(tx, id_, plan, moves)
    if len(looks) == deciding.CHUNK:
        tx.defer(advance_chunk, key=campaign_id, campaign_id=campaign_id)


def begin(tx: Tx, stored: Stored, verdicts: Sequence[tuple[UUID, Verdict]]) -> None:
    """Everyone who is treated comes to the first step: `(first customer, verdict)`."""
    plan = reads.plan_of(stored)
    treated = [(first_id, v.reason) for first_id, v in verdicts if v.arm == "treated"]
    if plan.person is None:
        _enter(tx, stored.id, plan, [(first_id, 0) for first_id, _ in treated])
        return
    assert stored.deadline is not None
    closes_at = deciding.closes_at(tx, stored.deadline, plan.person)
    rows = [(first_id, 0, None, closes_at, reason, False) for first_id, reason in treated]
    passages.add_passages(tx, stored.id, rows)


def stop(tx: Tx, campaign_id: UUID) -> None:
    """Nobody goes on, and what can be taken back is."""
    messages = passages.list_open_messages(tx, campaign_id)
    passages.stop_campaign(tx, campaign_id, "campaign_ended")
    reach.cancel(tx, messages)


def _move(
    tx: Tx, campaign_id: UUID, plan: Plan, moves: Sequence[tuple[Place, Wait | Leave]]
) -> None:
    """Do what was decided. Messages are taken back after the next ones are planned: customers are held
    first, messages after, as everywhere."""
    waits = [(place, move) for place, move in moves if isinstance(move, Wait)]
    leaves = [(place, move) for place, move in moves if isinstance(move, Leave)]
    passages.set_looks(
        tx, campaign_id, [(place.first_customer_id, move.until) for place, move in waits]
    )
    passages.set_left(tx, campaign_id, [(place.first_customer_id, move) for place, move in leaves])
    passages.set_worked(
        tx,
        campaign_id,
        [(p.first_customer_id, move.worked) for p, move in leaves if move.worked is not None],
    )
    going = [
        (place.first_customer_id, place.step + 1)
        for place, move in leaves
        if move.goes_on and place.step + 1 < len(plan.steps)
    ]
    reached = _enter(tx, campaign_id, plan, going)
    _close_tasks(tx, [place for place, _ in leaves], reached)
    reach.cancel(tx, [id_ for _, move in moves for id_ in move.take_back])


def _close_tasks(tx: Tx, left: Sequence[Place], reached: set[UUID]) -> None:
    """The associates' time is over: another channel took over, or nothing does."""
    tasks = [(p.first_customer_id, p.task_id) for p in left if p.step == 0 and p.task_id]
    associate.fall_back(tx, [task_id for first_id, task_id in tasks if first_id in reached])
    associate.expire_these(tx, [task_id for first_id, task_id in tasks if first_id not in reached])


def _enter(
    tx: Tx, campaign_id: UUID, plan: Plan, entering: Sequence[tuple[UUID, int]]
) -> set[UUID]:
    """Bring `(first customer, step)` into their steps; whom the gate blocks there goes on at once.

    Returns those who get a message.
    """
    reached: set[UUID] = set()
    while entering:
        step_of = dict(entering)
        targets = passages.list_targets(tx, campaign_id, list(step_of))
        decisions = _plan(
            tx, campaign_id, plan, [(t, step_of[t.first_customer_id]) for t in targets]
        )
        rows = []
        for target, decision in zip(targets, decisions, strict=True):
            no = step_of[target.first_customer_id]
            minutes = plan.steps[no].within_minutes
            assert minutes is not None
            message_id = decision.message_id if decision else None
            code = decision.code if decision else "missing_variable"
            due_at = tx.now + timedelta(minutes=minutes)
            is_over = message_id is None
            rows.append((target.first_customer_id, no, message_id, due_at, code, is_over))
        passages.add_passages(tx, campaign_id, rows)
        reached |= {first_id for first_id, _, _, _, _, is_over in rows if not is_over}
        entering = [
            (first_id, no + 1)
            for first_id, no, _, _, _, is_over in rows
            if is_over and no + 1 < len(plan.steps)
        ]
    return reached


def _plan(
    tx: Tx, campaign_id: UUID, plan: Plan, asked: Sequence[tuple[Target, int]]
) -> list[Decision | None]:
    """The gate about each customer in their step; None where the text would have a hole."""
    wanted = compose(tx, campaign_id, plan, asked)
    decided = iter(reach.plan(tx, [one for one in wanted if one is not None]))
    return [None if one is None else next(decided) for one in wanted]


def compose(
    tx: Tx, campaign_id: UUID, plan: Plan, asked: Sequence[tuple[Target, int]]
) -> list[Candidate | None]:
    """What each customer is sent in their step; None where the text would have a hole."""
    verdicts = [
        Verdict(
            target.customer_id,
            "treated",
            staff_id=target.staff_id,
            unit_id=target.unit_id,
            opportunity_id=target.opportunity_id,
        )
        for target, _ in asked
    ]
    own = deciding.lists_of(tx, plan, verdicts)
    # Whoever had a task gets its list, as the associate left it.
    skus = [target.skus if target.task_id else own[target.customer_id] for target, _ in asked]
    words = deciding.words_of(
        tx,
        [
            (plan.steps[no], verdict, listed)
            for (_, no), verdict, listed in zip(asked, verdicts, skus, strict=True)
        ],
    )
    with_list = [n for n, listed in enumerate(skus) if listed and words[n] is not None]
    lists = content.add_lists(
        tx,
        [
            NewList(contents.list_title(len(skus[n])), [Item(sku) for sku in skus[n]])
            for n in with_list
        ],
    )
    list_of = dict(zip(with_list, lists, strict=True))
    waits = timing.moments(
        tx, plan, campaign_id, [(t.customer_id, plan.steps[no].channel) for t, no in asked]
    )
    return [
        None
        if said is None
        else Candidate(
            customer_id=target.customer_id,
            channel=plan.steps[no].channel,
            content_key=deciding.content_key(campaign_id),
            text=said[0],
            params=said[1],
            template=plan.steps[no].template,
            staff_id=target.staff_id,
            unit_id=target.unit_id,
            campaign_id=campaign_id,
            opportunity_id=target.opportunity_id,
            task_id=target.task_id,
            product_list_id=list_of.get(n),
            category=plan.category,
            not_before=waits[n],
            repeats=plan.copies == "all" and no > 0,
            **deciding.waiting(tx, plan, plan.steps[no]),
        )
        for n, ((target, no), said) in enumerate(zip(asked, words, strict=True))
    ]


def _is_over(tx: Tx, stored: Stored) -> bool:
    """Nobody is in a step or to come into one, and associates have no more time."""
    if reach_mailings.is_open(tx, stored.id) or passages.has_open(tx, stored.id, is_due=False):
        return False
    person = reads.plan_of(stored).person
    if person is None or stored.deadline is None:
        return True
    return tx.now >= deciding.closes_at(tx, stored.deadline, person)


def _end(tx: Tx, stored: Stored) -> None:
    store.set_state(tx, stored.id, "ended")
    merchant.audit(tx, "campaign.ended", f"campaign:{stored.id}")
    tx.show("merchant", {"kind": "campaign", "campaign": str(stored.id), "state": "ended"})
    tx.tell(CampaignEnded(stored.id))
