"""Managers' verbs and goals: hand tasks over, urge, set what a month should bring."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from huitou.associate import reads, rules
from huitou.associate.store import lists
from huitou.associate.store import tasks as store
from huitou.associate.types import (
    Colleague,
    Goal,
    Loose,
    NotAColleague,
    NothingNamed,
    Reassigned,
    Urged,
)
from huitou.base.db import Tx
from huitou.kernel.ids import new_id
from huitou.merchant import actions as audit
from huitou.merchant import reads as merchant
from huitou.reach.actions import messages as reach


def reassign(
    tx: Tx,
    *,
    task_ids: Sequence[UUID] | None = None,
    from_staff: UUID | None = None,
    to_staff: UUID | None = None,
) -> Reassigned:
    """Give open tasks in the scope to a colleague of the same store who is present.

    Without `to_staff` they are shared out among those present so that loads stay even, a
    customer's WeCom friends first. Refuses NothingNamed, NotAColleague.
    """
    if task_ids is None and from_staff is None:
        raise NothingNamed()
    open_tasks = lists.list_open(tx, task_ids=task_ids, staff_id=from_staff, unit_path=None)
    colleagues = lists.list_colleagues(tx, list({task["unit_id"] for task in open_tasks}))
    if to_staff is not None:
        colleagues = _only(colleagues, to_staff, {task["unit_id"] for task in open_tasks})
    else:
        colleagues = [each for each in colleagues if each.staff_id != from_staff]
    friends = reads.friends(tx, [task["customer_id"] for task in open_tasks])
    loose = [
        Loose(task["id"], task["unit_id"], friends.get(task["customer_id"], frozenset()))
        for task in open_tasks
    ]
    takers = rules.share_out(loose, colleagues)
    moved = store.set_staff(tx, takers) if takers else []
    concerned = {task["staff_id"] for task in open_tasks} | {change.staff_id for change in moved}
    for staff_id in concerned:
        tx.show(f"staff:{staff_id}", {"kind": "tasks", "count": len(moved)})
    for unit_id in {change.unit_id for change in moved}:
        tx.show(f"unit:{unit_id}", {"kind": "tasks", "count": len(moved)})
    audit.audit(tx, "task.reassigned", "tasks", count=len(moved))
    return Reassigned(len(moved), len(open_tasks) - len(moved))


def urge(
    tx: Tx,
    *,
    unit: str | None = None,
    staff_id: UUID | None = None,
    task_ids: Sequence[UUID] | None = None,
) -> Urged:
    """Remind associates of their unsent tasks in WeCom, each at most once an hour.

    Names a unit (code), one associate, or tasks. Refuses NothingNamed.
    """
    if unit is None and staff_id is None and task_ids is None:
        raise NothingNamed()
    path = None
    if unit is not None:
        found = merchant.find_unit_by_code(tx, unit)
        if found is None:
            return Urged([], [])
        path = found.path
    open_tasks = lists.list_open(tx, task_ids=task_ids, staff_id=staff_id, unit_path=path)
    counts: dict[UUID, int] = {}
    for task in open_tasks:
        counts[task["staff_id"]] = counts.get(task["staff_id"], 0) + 1
    return urge_staff(tx, counts)


def urge_staff(tx: Tx, counts: dict[UUID, int]) -> Urged:
    """Remind these associates of so many unsent tasks, unless they were reminded within the hour."""
    since = tx.now - timedelta(minutes=rules.URGE_PAUSE_MINUTES)
    told = lists.list_urged_since(tx, list(counts), since)
    now = sorted(staff_id for staff_id in counts if staff_id not in told)
    if now:
        lists.add_urgings(tx, [(new_id(), staff_id, counts[staff_id]) for staff_id in now])
        store.set_urged(tx, now)
    for staff_id in now:
        count = counts[staff_id]
        reach.notify_staff(
            tx,
            staff_id,
            title="还有关怀任务没有发送",
            text=f"您还有 {count} 位顾客的关怀消息未发送，点击查看并一键发送。",
            path="/a",
            key=f"urge:{staff_id}:{int(tx.now.timestamp())}",
        )
        tx.show(f"staff:{staff_id}", {"kind": "urged", "count": count})
    return Urged(now, sorted(told))


def set_goal(tx: Tx, staff_id: UUID, month: date, target_fen: int) -> Goal:
    """What an associate's book should bring in a calendar month."""
    reads.get_associate(tx, staff_id)
    first = month.replace(day=1)
    before = lists.find_goal(tx, staff_id, first)
    lists.set_goal(tx, staff_id, first, target_fen)
    target = {"before": before.target_fen if before else None, "after": target_fen}
    audit.audit(tx, "goal.set", f"staff:{staff_id}", month=str(first), target_fen=target)
    return Goal(staff_id, first, target_fen, False)


def add_default_goals(tx: Tx) -> int:
    """Give every associate without a goal for this month the default one."""
    return lists.add_goals(tx, reads.default_goals(tx))


def _only(colleagues: Sequence[Colleague], staff_id: UUID, units: set[UUID]) -> list[Colleague]:
    chosen = [each for each in colleagues if each.staff_id == staff_id]
    if units and not chosen:
        raise NotAColleague()
    return chosen
