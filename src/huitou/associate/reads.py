"""What others may ask about tasks and associates."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from huitou.associate import rules
from huitou.associate.store import lists
from huitou.associate.types import (
    DISMISS_REASONS,
    Colleague,
    CustomerRef,
    DaySales,
    Goal,
    Home,
    Loose,
    MonthSales,
    NoSuchTask,
    NotAnAssociate,
    ProductRef,
    StaffRef,
    State,
    TaskRow,
    TaskShown,
    UnitRef,
    UnitTasks,
)
from huitou.base.db import ReadTx
from huitou.catalog import reads as catalog
from huitou.kernel.page import PAGE_MAX, BadCursor, Page, decode_cursor, encode_cursor
from huitou.kernel.personal import Personal
from huitou.kernel.time import day_of, day_range, month_range
from huitou.merchant import reads as merchant
from huitou.merchant.types import NoStaff, NoUnit, Staff, Unit
from huitou.order import reads as order
from huitou.profile import reads as profile
from huitou.reach.reads import messages as reach

RECENT_DAYS = 30
_CLOSED = {"campaign_ended": ("任务所属的活动已结束", "The campaign has ended")}


def get_task(tx: ReadTx, task_id: UUID) -> TaskShown:
    """A task in the scope with its products. Refuses NoSuchTask."""
    found = lists.find_task(tx, task_id)
    if found is None:
        raise NoSuchTask()
    return _shown(tx, [found], with_products=True)[0]


def list_tasks(
    tx: ReadTx,
    *,
    staff_id: UUID | None = None,
    unit: str | None = None,
    customer_id: UUID | None = None,
    campaign_id: UUID | None = None,
    state: State | None = None,
    since: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[TaskShown]:
    """Newest first, in the scope; `unit` is a code and stands for its subtree."""
    unit_path = None
    if unit is not None:
        found_unit = merchant.find_unit_by_code(tx, unit)
        if found_unit is None:
            return Page([])
        unit_path = found_unit.path
    limit = min(limit, PAGE_MAX)
    found = lists.list_tasks(
        tx,
        staff_id=staff_id,
        unit_path=unit_path,
        customer_id=customer_id,
        campaign_id=campaign_id,
        state=state,
        since=since,
        before=_before(cursor),
        count_max=limit + 1,
    )
    items = _shown(tx, found[:limit], with_products=False)
    return Page(items, encode_cursor(items[-1].id) if len(found) > limit else None)


def unit_tasks(tx: ReadTx, unit_id: UUID) -> UnitTasks:
    """A unit's tasks by associate: unsent, sent, who is away. Refuses NoUnit, also out of scope."""
    unit = _visible_unit(tx, unit_id)
    staff = lists.list_staff_tasks(tx, unit.path, tx.now - timedelta(days=RECENT_DAYS))
    return UnitTasks(
        unit=UnitRef(unit.id, unit.code, unit.name),
        open=sum(each.open for each in staff),
        awaiting=sum(each.awaiting for each in staff),
        sent=sum(each.sent for each in staff),
        away=[StaffRef(each.staff_id, each.name) for each in staff if each.is_away],
        associates=staff,
    )


def home(tx: ReadTx, staff_id: UUID | None) -> Home:
    """An associate's first page: goal, today's sales of the book, tasks. Refuses NotAnAssociate."""
    if staff_id is None:
        raise NotAnAssociate()
    staff = get_associate(tx, staff_id)
    unit = merchant.get_unit(tx, staff.unit_id)
    zone = merchant.get_merchant(tx).zone
    month_start, _ = month_range(tx.now, zone)
    day_begin, _ = day_range(tx.now, zone)
    goal = goal_of(tx, staff_id)
    month_sales, today = (
        next((s for s in order.sales_by_staff(tx, since, tx.now) if s.staff_id == staff_id), None)
        for since in (month_start, day_begin)
    )
    sales_fen = month_sales.net_fen if month_sales else 0
    return Home(
        staff=StaffRef(staff.id, staff.name),
        store=UnitRef(unit.id, unit.code, unit.name),
        is_away=staff.is_away,
        month=MonthSales(
            target_fen=goal.target_fen,
            sales_fen=sales_fen,
            gap_fen=max(goal.target_fen - sales_fen, 0),
            orders=month_sales.order_count if month_sales else 0,
            customers=month_sales.customer_count if month_sales else 0,
        ),
        today=DaySales(
            sales_fen=today.net_fen if today else 0,
            orders=today.order_count if today else 0,
            customers=today.customer_count if today else 0,
        ),
        tasks=lists.count_tasks(tx, staff_id, day_begin),
    )


def get_associate(tx: ReadTx, staff_id: UUID) -> Staff:
    """A member of staff in the scope. Refuses NoStaff."""
    staff = merchant.get_staff(tx, staff_id)
    unit = merchant.get_unit(tx, staff.unit_id)
    if tx.scope.staff_id not in (None, staff_id) or not _in_scope(tx, unit):
        raise NoStaff()
    return staff


def goal_of(tx: ReadTx, staff_id: UUID) -> Goal:
    """This month's goal; the default one when none is kept yet."""
    month = _month(tx)
    found = lists.find_goal(tx, staff_id, month)
    if found is not None:
        return found
    sold = _last_month_fen(tx).get(staff_id, 0)
    return Goal(staff_id, month, rules.default_goal_fen(sold), True)


def default_goals(tx: ReadTx) -> list[Goal]:
    """This month's default goal of every active associate in the scope."""
    month, sold = _month(tx), _last_month_fen(tx)
    return [
        Goal(staff.id, month, rules.default_goal_fen(sold.get(staff.id, 0)), True)
        for staff in merchant.list_staff(tx, role="associate")
        if staff.is_active
    ]


def colleagues(tx: ReadTx, unit_ids: Iterable[UUID]) -> list[Colleague]:
    """Associates present in these units, with the number of their open tasks."""
    return lists.list_colleagues(tx, list(unit_ids))


def open_counts(tx: ReadTx, staff_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many open tasks these associates have; those without any are missing."""
    return lists.count_open(tx, list(staff_ids))


def entrusted(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """Of these customers, who answer for themselves, those the asking associate has a task for, or had
    within the last day: what `profile.types.ENTRUSTED` asks."""
    return lists.list_entrusted(tx, customer_ids, tx.now - rules.STILL_HELD)


def friends(tx: ReadTx, customer_ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Customer → staff they are WeCom friends with."""
    found: dict[UUID, set[UUID]] = {}
    for customer_id, staff_id in lists.list_friends(tx, customer_ids):
        found.setdefault(customer_id, set()).add(staff_id)
    return {customer_id: frozenset(staff) for customer_id, staff in found.items()}


def covers(
    tx: ReadTx, tasks: Sequence[tuple[UUID, UUID]], present: Sequence[Colleague]
) -> dict[UUID, UUID]:
    """Who takes over from associates who are away: `(customer, store)` → customer → colleague.

    WeCom friends of the customer first, then who has fewest open tasks.
    """
    befriended = friends(tx, [customer_id for customer_id, _ in tasks])
    loose = [
        Loose(customer_id, unit_id, befriended.get(customer_id, frozenset()))
        for customer_id, unit_id in tasks
    ]
    return rules.share_out(loose, present)


def salutations(tx: ReadTx, customer_ids: Sequence[UUID]) -> dict[UUID, str]:
    """How one speaks to each of these customers."""
    known = profile.profiles(tx, customer_ids)
    found = {}
    for customer_id in customer_ids:
        about = known.get(customer_id)
        name = about.name.plain if about and about.name else None
        found[customer_id] = rules.salutation(name, about.gender if about else None)
    return found


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """Everything this room keeps about a customer who answers for itself, as plain values."""
    return [
        {
            "id": str(task.id),
            "title": task.title,
            "state": task.state,
            "reason": task.reason,
            "copy": task.copy,
            "skus": task.skus,
            "created_at": task.created_at.isoformat(),
            "sent_at": task.sent_at.isoformat() if task.sent_at else None,
        }
        for task in lists.list_of_customers(tx, [customer_id])
    ]


def _shown(tx: ReadTx, rows: Sequence[TaskRow], *, with_products: bool) -> list[TaskShown]:
    skus = {sku for row in rows for sku in row.task.skus} if with_products else set()
    products = catalog.products_by_sku(tx, list(skus)) if skus else {}
    listed = {
        sku: ProductRef(sku, p.name, p.category_name, p.price_fen, p.picture)
        for sku, p in products.items()
    }
    return [_one(tx, row, listed) for row in rows]


def _one(tx: ReadTx, row: TaskRow, products: dict[str, ProductRef]) -> TaskShown:
    task = row.task
    name = tx.keys.open(row.name_sealed) if row.name_sealed else None
    code_zh, code_en = _words(task.code)
    return TaskShown(
        id=task.id,
        state=task.state,
        title=task.title,
        campaign_id=task.campaign_id,
        opportunity_id=task.opportunity_id,
        customer=CustomerRef(
            task.customer_id,
            row.customer_ordinal,
            Personal(name) if name else None,
            rules.salutation(name, row.gender),
        ),
        associate=StaffRef(task.staff_id, row.staff_name),
        unit=UnitRef(task.unit_id, row.unit_code, row.unit_name),
        reason_zh=task.reason.get("zh", ""),
        reason_en=task.reason.get("en", ""),
        copy=task.copy,
        skus=task.skus,
        message_id=task.message_id,
        code=task.code,
        code_zh=code_zh,
        code_en=code_en,
        deadline=task.deadline,
        closes_at=task.closes_at,
        created_at=task.created_at,
        sent_at=task.sent_at,
        closed_at=task.closed_at,
        urged_at=task.urged_at,
        is_paused=task.is_paused,
        version=task.version,
        products=[products[sku] for sku in task.skus if sku in products],
    )


def _words(code: str | None) -> tuple[str | None, str | None]:
    if code is None:
        return None, None
    if code in DISMISS_REASONS:
        return DISMISS_REASONS[code]
    if code in _CLOSED:
        return _CLOSED[code]
    return reach.reason_text(code, "zh"), reach.reason_text(code, "en")


def _before(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    try:
        return UUID(decode_cursor(cursor, 1)[0])
    except ValueError as error:
        raise BadCursor() from error


def _visible_unit(tx: ReadTx, unit_id: UUID) -> Unit:
    unit = merchant.get_unit(tx, unit_id)
    if not _in_scope(tx, unit):
        raise NoUnit(code=unit.code)
    return unit


def _in_scope(tx: ReadTx, unit: Unit) -> bool:
    return tx.scope.unit_path is None or unit.path.startswith(tx.scope.unit_path)


def _month(tx: ReadTx) -> date:
    return day_of(tx.now, merchant.get_merchant(tx).zone).replace(day=1)


def _last_month_fen(tx: ReadTx) -> dict[UUID, int]:
    zone = merchant.get_merchant(tx).zone
    this_start, _ = month_range(tx.now, zone)
    last_start, _ = month_range(this_start - timedelta(days=1), zone)
    return {s.staff_id: s.net_fen for s in order.sales_by_staff(tx, last_start, this_start)}
