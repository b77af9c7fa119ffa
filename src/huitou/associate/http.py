"""Tasks, associates' pages and managers' verbs over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.associate import reads
from huitou.associate.actions import managing, tasks
from huitou.associate.types import (
    DismissReason,
    Goal,
    Home,
    Reassigned,
    State,
    TaskShown,
    UnitTasks,
    Urged,
)
from huitou.base.http import Asking, Body, Moment, Reading, Router, Writing, needs
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1", tags=["associate"])

Ids = Annotated[list[UUID], Field(min_length=1, max_length=1_000, strict=False)]
Id = Annotated[UUID, Field(strict=False)]
Copy = Annotated[str, Field(min_length=1, max_length=2_000)]


class Send(Body):
    copy_: Annotated[Copy | None, Field(alias="copy")] = None


class Edit(Body):
    version: int
    copy_: Annotated[Copy | None, Field(alias="copy")] = None
    skus: Annotated[list[str], Field(max_length=20)] | None = None


class Dismiss(Body):
    reason: DismissReason


class Reassign(Body):
    """Tasks, or all open ones of a member of staff; to one colleague, or shared out."""

    task_ids: Ids | None = None
    from_staff: Id | None = None
    to_staff: Id | None = None


class Urge(Body):
    unit: str | None = None
    staff: Id | None = None
    task_ids: Ids | None = None


class SetGoal(Body):
    month: Annotated[date, Field(strict=False)]
    target_fen: Annotated[int, Field(ge=0, le=10**12)]


@router.get("/tasks", dependencies=[needs("task.read")])
def list_tasks(
    tx: Reading,
    associate: UUID | None = None,
    unit: str | None = None,
    customer: UUID | None = None,
    campaign: UUID | None = None,
    state: State | None = None,
    since: Moment | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[TaskShown]:
    """Tasks in the asker's scope, newest first; `products` are empty here."""
    return reads.list_tasks(
        tx,
        staff_id=associate,
        unit=unit,
        customer_id=customer,
        campaign_id=campaign,
        state=state,
        since=since,
        cursor=cursor,
        limit=limit,
    )


@router.post("/tasks/reassign", dependencies=[needs("task.manage")])
def reassign(tx: Writing, body: Reassign) -> Reassigned:
    """Hand open tasks to colleagues of the same store who are present."""
    return managing.reassign(
        tx, task_ids=body.task_ids, from_staff=body.from_staff, to_staff=body.to_staff
    )


@router.post("/tasks/urge", dependencies=[needs("task.manage")])
def urge(tx: Writing, body: Urge) -> Urged:
    """Remind associates of unsent tasks, each at most once an hour."""
    return managing.urge(tx, unit=body.unit, staff_id=body.staff, task_ids=body.task_ids)


@router.get("/tasks/{task_id}", dependencies=[needs("task.read")])
def get_task(tx: Reading, task_id: UUID) -> TaskShown:
    """A task with its customer, reason, words and products."""
    return reads.get_task(tx, task_id)


@router.patch("/tasks/{task_id}", dependencies=[needs("task.send")])
def edit(tx: Writing, task_id: UUID, body: Edit) -> TaskShown:
    """Other words or products; 409 when somebody changed it meanwhile."""
    return tasks.edit(tx, task_id, copy=body.copy_, skus=body.skus, version=body.version)


@router.post("/tasks/{task_id}/send", dependencies=[needs("task.send")])
def send(tx: Writing, task_id: UUID, body: Send | None = None) -> TaskShown:
    """One tap: the message waits for the associate's confirmation in WeCom; again is no change."""
    return tasks.send(tx, task_id, copy=body.copy_ if body else None)


@router.post("/tasks/{task_id}/dismiss", dependencies=[needs("task.send")])
def dismiss(tx: Writing, task_id: UUID, body: Dismiss) -> TaskShown:
    """The associate will not do it."""
    return tasks.dismiss(tx, task_id, body.reason)


@router.get("/associates/me/home", dependencies=[needs("task.read")])
def get_home(tx: Reading, asking: Asking) -> Home:
    """The asker's own first page."""
    return reads.home(tx, asking.staff_id)


@router.get("/associates/{staff_id}/goal", dependencies=[needs("task.read")])
def get_goal(tx: Reading, staff_id: UUID) -> Goal:
    """This month's goal of an associate in the asker's scope."""
    reads.get_associate(tx, staff_id)
    return reads.goal_of(tx, staff_id)


@router.put("/associates/{staff_id}/goal", dependencies=[needs("task.manage")])
def set_goal(tx: Writing, staff_id: UUID, body: SetGoal) -> Goal:
    """Set the goal of a month."""
    return managing.set_goal(tx, staff_id, body.month, body.target_fen)


@router.get("/units/{unit_id}/tasks", dependencies=[needs("task.read")])
def get_unit_tasks(tx: Reading, unit_id: UUID) -> UnitTasks:
    """A store's tasks by associate: unsent, sent, and who is away."""
    return reads.unit_tasks(tx, unit_id)
