"""What becomes of tasks: made, sent, edited, dismissed, closed by what happens outside."""

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from huitou.associate import reads, rules
from huitou.associate.store import tasks as store
from huitou.associate.types import (
    DismissReason,
    NewTask,
    NoSuchTask,
    State,
    Task,
    TaskChanged,
    TaskClosed,
    TaskPaused,
    TaskShown,
    TasksSent,
    TooLate,
    UnknownSku,
    Verb,
)
from huitou.base.db import Tx
from huitou.catalog import reads as catalog
from huitou.content import actions as content
from huitou.content import reads as texts
from huitou.content.types import Filling, Item
from huitou.event import actions as events
from huitou.event.types import Recorded
from huitou.identity import reads as identity
from huitou.kernel.ids import new_id
from huitou.opportunity import actions as opportunity
from huitou.reach.actions import messages as reach
from huitou.reach.types.gate import Candidate

_NOTICE_MAX = 1_000


def add_tasks(tx: Tx, tasks: Sequence[NewTask]) -> dict[UUID, UUID]:
    """Make tasks, in one statement; returns customer → task for the new ones.

    A campaign makes one task a customer, however often it is asked. Opportunities become taken.
    """
    if not tasks:
        return {}
    added = store.add_tasks(tx, [(new_id(), task) for task in tasks])
    made = {change.customer_id: change.id for change in added}
    taken = [
        task.opportunity_id
        for task in tasks
        if task.opportunity_id is not None and task.customer_id in made
    ]
    opportunity.take(tx, taken)
    _show_many(tx, added)
    events.record(tx, [_recorded(tx, change, "task.created") for change in added])
    return made


def send(tx: Tx, task_id: UUID, *, copy: str | None = None) -> TaskShown:
    """The associate's tap: plan the message in their WeCom, where they will confirm it.

    Again is no change. A gate that says no closes the task with its reason. Refuses NoSuchTask,
    TaskClosed, TaskPaused, TooLate, and texts that content refuses.
    """
    task = _locked(tx, task_id)
    if task.state in ("awaiting_confirmation", "sent"):
        return reads.get_task(tx, task_id)
    _require(task, "send")
    if task.is_paused:
        raise TaskPaused()
    if tx.now >= task.closes_at:
        raise TooLate()
    text = task.copy if copy is None else copy
    if text != task.copy:
        _check_text(text)
        store.set_text(tx, task_id, copy=text, skus=task.skus, version=task.version)
    list_id = task.product_list_id
    if list_id is None and task.skus:
        list_id = content.add_list(
            tx, texts.list_title(len(task.skus)), [Item(sku) for sku in task.skus]
        )
    decision = reach.plan(tx, [_candidate(task, text, list_id)])[0]
    if decision.message_id is None:
        _show(tx, store.set_state(tx, "block", "blocked", [task_id], decision.code))
    else:
        store.set_planned(tx, task_id, message_id=decision.message_id, product_list_id=list_id)
        _show(tx, [_changed(task, "awaiting_confirmation")])
    return reads.get_task(tx, task_id)


def edit(
    tx: Tx, task_id: UUID, *, copy: str | None, skus: Sequence[str] | None, version: int
) -> TaskShown:
    """Other words or products. Refuses NoSuchTask, TaskClosed, TaskChanged, UnknownSku."""
    task = _locked(tx, task_id)
    if task.state != "open":
        raise TaskClosed(state=task.state)
    text = task.copy if copy is None else copy
    if text != task.copy:
        _check_text(text)
    chosen = task.skus if skus is None else list(dict.fromkeys(skus))
    known = catalog.products_by_sku(tx, chosen)
    for sku in chosen:
        if sku not in known:
            raise UnknownSku(sku=sku)
    if not store.set_text(tx, task_id, copy=text, skus=chosen, version=version):
        raise TaskChanged()
    return reads.get_task(tx, task_id)


def dismiss(tx: Tx, task_id: UUID, reason: DismissReason) -> TaskShown:
    """The associate will not do it; again is no change. Refuses NoSuchTask, TaskClosed."""
    task = _locked(tx, task_id)
    if task.state != "dismissed":
        _require(task, "dismiss")
        changed = store.set_state(tx, "dismiss", "dismissed", [task_id], reason)
        _show(tx, changed)
        events.record(tx, [_recorded(tx, change, "task.dismissed") for change in changed])
    return reads.get_task(tx, task_id)


def mark_delivered(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """Receipts came: these messages are with the customers."""
    changed = store.set_delivered(tx, message_ids)
    _show(tx, changed)
    for first in range(0, len(changed), _NOTICE_MAX):
        part = changed[first : first + _NOTICE_MAX]
        tx.tell(TasksSent(tuple(change.id for change in part)))


def mark_failed(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """These messages will not go out: try again while there is time, unless that is pointless."""
    outcomes: dict[tuple[Verb, str], list[UUID]] = {}
    for task_id, code, closes_at in store.list_failures(tx, message_ids):
        verb = rules.after_failure(code, tx.now, closes_at)
        outcomes.setdefault((verb, code), []).append(task_id)
    for (verb, code), task_ids in outcomes.items():
        state: State = "open" if verb == "reopen" else "failed"
        _show(tx, store.set_state(tx, verb, state, task_ids, code))


def close_bought(tx: Tx, after: int, upto: int) -> None:
    """Purchases at (after, upto] close tasks that nobody has acted on yet."""
    _show_many(tx, store.set_bought(tx, after, upto))


def expire(tx: Tx) -> None:
    """Close open tasks of no campaign when they are over."""
    _show_many(tx, store.set_state(tx, "expire", "expired", store.list_expiring(tx)))


def fall_back(tx: Tx, task_ids: Sequence[UUID]) -> int:
    """Another channel takes over."""
    changed = store.set_state(tx, "fall_back", "fallback", task_ids)
    _show_many(tx, changed)
    return len(changed)


def expire_these(tx: Tx, task_ids: Sequence[UUID]) -> int:
    """Their time is over and nothing takes over: close those that were not sent."""
    changed = store.set_state(tx, "expire", "expired", task_ids)
    _show_many(tx, changed)
    return len(changed)


def cancel_of_campaign(tx: Tx, campaign_id: UUID) -> int:
    """A campaign was ended: close what was not sent; what fails from now on is not tried again."""
    store.set_closing(tx, campaign_id)
    ids = store.list_open_of_campaign(tx, campaign_id)
    changed = store.set_state(tx, "cancel", "cancelled", ids, "campaign_ended")
    _show_many(tx, changed)
    return len(changed)


def set_paused(tx: Tx, campaign_id: UUID, *, is_paused: bool) -> None:
    """A campaign is held back, or goes on: its open tasks with it."""
    _show_many(tx, store.set_paused(tx, campaign_id, is_paused=is_paused))


def move_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """After merges or splits among these customers: each task is of who answers now."""
    first = {*store.first_customers(tx, customer_ids), *customer_ids}
    store.set_customers(tx, identity.canonical(tx, first))


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Nothing personal is left in these customers' tasks; open ones are over."""
    _show(tx, store.set_forgotten(tx, customer_ids))


def _locked(tx: Tx, task_id: UUID) -> Task:
    task = store.lock_task(tx, task_id)
    if task is None:
        raise NoSuchTask()
    return task


def _require(task: Task, verb: Verb) -> None:
    if rules.next_state(task.state, verb) is None:
        raise TaskClosed(state=task.state)


def _check_text(text: str) -> None:
    """Words, no placeholders, and short enough for WeCom."""
    texts.fill(text, Filling(), "wecom")


def _candidate(task: Task, text: str, list_id: UUID | None) -> Candidate:
    return Candidate(
        customer_id=task.customer_id,
        channel="wecom",
        content_key=f"campaign:{task.campaign_id}" if task.campaign_id else f"task:{task.id}",
        text=text,
        staff_id=task.staff_id,
        unit_id=task.unit_id,
        campaign_id=task.campaign_id,
        opportunity_id=task.opportunity_id,
        task_id=task.id,
        product_list_id=list_id,
        category=task.category,
        expires_at=task.closes_at,
    )


def _changed(task: Task, state: State) -> store.Changed:
    return store.Changed(task.id, task.staff_id, task.unit_id, task.customer_id, state)


def _recorded(tx: Tx, change: store.Changed, type_: str) -> Recorded:
    properties = {"task": str(change.id), "staff": str(change.staff_id)}
    return Recorded(
        f"{type_}:{change.id}", type_, change.customer_id, tx.now, properties, change.unit_id
    )


def _show(tx: Tx, changes: Iterable[store.Changed]) -> None:
    """One live note a task to its associate and its store."""
    for change in changes:
        note = {"kind": "task", "task": str(change.id), "state": change.state}
        tx.show(f"staff:{change.staff_id}", {**note, "staff": str(change.staff_id)})
        tx.show(f"unit:{change.unit_id}", {**note, "staff": str(change.staff_id)})


def _show_many(tx: Tx, changes: Sequence[store.Changed]) -> None:
    """One live note an associate and a store, however many tasks changed."""
    if len(changes) <= 20:
        _show(tx, changes)
        return
    for staff_id, count in Counter(change.staff_id for change in changes).items():
        tx.show(f"staff:{staff_id}", {"kind": "tasks", "count": count})
    for unit_id, count in Counter(change.unit_id for change in changes).items():
        tx.show(f"unit:{unit_id}", {"kind": "tasks", "count": count})
