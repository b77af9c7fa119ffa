"""Overview, results, the customers behind a number, and a store's day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from huitou.associate import reads as associates
from huitou.attribution import reads as attribution
from huitou.attribution.types import Lift
from huitou.base.db import ReadTx
from huitou.identity import reads as identities
from huitou.insight import rules, store
from huitou.insight.store import Filters
from huitou.insight.types import (
    Behind,
    BehindRow,
    CampaignFigures,
    CampaignRef,
    Day,
    Figures,
    Overview,
    ResultRow,
    Results,
    StaffToday,
    Stage,
    StoreToday,
    UnitFigures,
    Work,
)
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.kernel.time import day_of, day_range, day_start
from huitou.merchant import reads as merchants
from huitou.merchant.types import NoUnit
from huitou.order import reads as orders
from huitou.order.types import DaySales
from huitou.profile import reads as profiles

WEEK_DAYS, MONTH_DAYS = 7, 30
_CAMPAIGNS_MAX = 10
"""The latest campaigns measured together; each asks for every assigned customer's orders."""


def overview(tx: ReadTx, unit: str | None = None) -> Overview:
    """Today, the last 7 and 30 days (with today), in the scope; `unit` is a code: its subtree."""
    zone = merchants.get_merchant(tx).zone
    today = day_of(tx.now, zone)
    path = _path_of(tx, unit)
    since = day_start(today - timedelta(days=MONTH_DAYS - 1), zone)
    _, until = day_range(tx.now, zone)
    shown = {each.id for each in merchants.list_units(tx) if each.path.startswith(path or "")}
    sales = [sold for sold in orders.sales(tx, since, until) if sold.unit_id in shown]
    month = Filters(path, since=since, until=until)
    month_work = store.sum_work(tx, month)
    week = replace(month, since=day_start(today - timedelta(days=WEEK_DAYS - 1), zone))
    day = replace(month, since=day_start(today, zone))
    credited = store.sum_credited_days(tx, month, zone)
    campaigns = [
        _campaign_figures(tx, path, campaign)
        for campaign in store.list_campaigns(tx, since, _CAMPAIGNS_MAX)
    ]
    return Overview(
        as_of=tx.now,
        today=_figures(tx, day, sales, store.sum_work(tx, day), zone),
        week=_figures(tx, week, sales, store.sum_work(tx, week), zone),
        month=_figures(tx, month, sales, month_work, zone),
        series=_series(day_of(since, zone), today, sales, credited),
        units=_units(tx, path, sales, month_work, (day_of(since, zone), today)),
        campaigns=campaigns,
        incremental=rules.combined([campaign.lift for campaign in campaigns]),
    )


def results(
    tx: ReadTx,
    *,
    campaign_id: UUID | None = None,
    unit: str | None = None,
    staff_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Results:
    """The funnel by store and associate, the credited amount, and what was really added."""
    filters = Filters(_path_of(tx, unit), staff_id, campaign_id, since, until)
    units, staff = merchants.units_by_id(tx), merchants.staff_by_id(tx)
    lines = rules.joined(store.sum_work(tx, filters))
    rows = [
        _row(
            line,
            units[line.unit_id].name if line.unit_id else None,
            staff[line.staff_id].name if line.staff_id in staff else None,
        )
        for line in lines
    ]
    lifts = _lifts(tx, campaign_id, since)
    return Results(
        rows=sorted(rows, key=lambda row: (row.unit_name or "", -row.amount_fen, -row.tasks)),
        total=_row(rules.total(lines), None, None),
        incremental=rules.combined(lifts),
        lift=lifts[0] if campaign_id is not None else None,
    )


def behind(
    tx: ReadTx,
    stage: Stage,
    *,
    campaign_id: UUID | None = None,
    unit: str | None = None,
    staff_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Behind]:
    """The customers behind a number of the funnel, latest first; the same filters as `results`."""
    limit = min(limit, PAGE_MAX)
    filters = Filters(_path_of(tx, unit), staff_id, campaign_id, since, until)
    found = store.list_behind(tx, stage, filters, decode_moment(cursor, UUID), limit + 1)
    return _paged(tx, found, limit)


def new_customers(
    tx: ReadTx,
    *,
    since: datetime,
    until: datetime | None = None,
    unit: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Behind]:
    """The customers whose first order was paid in [since, until), with that order, latest first;
    those the overview counts."""
    limit = min(limit, PAGE_MAX)
    filters = Filters(_path_of(tx, unit), since=since, until=until or tx.now)
    found = store.list_new_customers(tx, filters, decode_moment(cursor, UUID), limit + 1)
    return _paged(tx, found, limit)


def store_today(tx: ReadTx, unit_id: UUID) -> StoreToday:
    """A store's day for its manager. Refuses `NoUnit`, also out of the scope."""
    tasks = associates.unit_tasks(tx, unit_id)
    unit = merchants.get_unit(tx, unit_id)
    zone = merchants.get_merchant(tx).zone
    since, until = day_range(tx.now, zone)
    inside = {each.id for each in merchants.list_units(tx) if each.path.startswith(unit.path)}
    sales = [sold for sold in orders.sales(tx, since, until) if sold.unit_id in inside]
    filters = Filters(unit.path, since=since, until=until)
    sold = store.sum_sold(tx, filters)
    work = rules.joined(store.sum_work(tx, filters))
    total = rules.total(work)
    of_staff = {line.staff_id: line for line in work}
    return StoreToday(
        unit_id=unit.id,
        code=unit.code,
        name=unit.name,
        day=day_of(tx.now, zone),
        sales_fen=_net(sales),
        orders=sold.orders,
        customers=sold.customers,
        new_customers=sold.new_customers,
        credited_fen=total.amount_fen,
        commission_fen=total.commission_fen,
        tasks=tasks,
        staff=[
            _staff_today(each.staff_id, each.name, of_staff.get(each.staff_id))
            for each in tasks.associates
        ],
    )


def _paged(tx: ReadTx, found: Sequence[BehindRow], limit: int) -> Page[Behind]:
    following = None
    if len(found) > limit:
        following = encode_cursor(found[limit - 1].at, found[limit - 1].id)
    return Page(_named(tx, found[:limit]), following)


def _figures(
    tx: ReadTx, span: Filters, sales: Sequence[DaySales], lines: Sequence[Work], zone: str
) -> Figures:
    assert span.since is not None
    assert span.until is not None
    first = day_of(span.since, zone)
    sold = store.sum_sold(tx, span)
    work = rules.total(lines)
    return Figures(
        since=span.since,
        until=span.until,
        sales_fen=_net([each for each in sales if each.day >= first]),
        orders=sold.orders,
        customers=sold.customers,
        new_customers=sold.new_customers,
        tasks=work.tasks,
        sent=work.sent,
        delivered=work.delivered,
        opened=work.opened,
        bought=work.bought,
        credited_orders=work.orders,
        credited_fen=work.amount_fen,
        commission_fen=work.commission_fen,
    )


def _units(
    tx: ReadTx,
    path: str | None,
    sales: Sequence[DaySales],
    lines: Sequence[Work],
    days: tuple[date, date],
) -> list[UnitFigures]:
    work: dict[UUID | None, list[Work]] = {}
    for line in lines:
        work.setdefault(line.unit_id, []).append(line)
    shown = []
    for unit in merchants.list_units(tx):
        if unit.kind not in ("store", "online") or not unit.path.startswith(path or ""):
            continue
        own = [sold for sold in sales if sold.unit_id == unit.id]
        done = rules.total(work.get(unit.id, []))
        shown.append(
            UnitFigures(
                unit_id=unit.id,
                code=unit.code,
                name=unit.name,
                kind=unit.kind,
                sales_fen=_net(own),
                orders=sum(sold.order_count for sold in own),
                tasks=done.tasks,
                sent=done.sent,
                delivered=done.delivered,
                opened=done.opened,
                bought=done.bought,
                credited_fen=done.amount_fen,
                commission_fen=done.commission_fen,
                days=[day.sales_fen for day in _series(*days, own, {})],
            )
        )
    return sorted(shown, key=lambda unit: -unit.sales_fen)


def _series(
    first: date, last: date, sales: Sequence[DaySales], credited: dict[date, int]
) -> list[Day]:
    net = ((s.day, s.paid_fen - s.refunded_fen, s.order_count) for s in sales)
    return rules.series(first, last, net, credited)


def _campaign_figures(tx: ReadTx, path: str | None, campaign: CampaignRef) -> CampaignFigures:
    work = store.sum_work(tx, Filters(path, campaign_id=campaign.id))
    return CampaignFigures(
        campaign_id=campaign.id,
        name=campaign.name,
        published_at=campaign.published_at,
        credited_fen=rules.total(work).amount_fen,
        lift=attribution.lift(tx, campaign.id),
    )


def _lifts(tx: ReadTx, campaign_id: UUID | None, since: datetime | None) -> list[Lift]:
    if campaign_id is not None:
        return [attribution.lift(tx, campaign_id)]
    campaigns = store.list_campaigns(tx, since, _CAMPAIGNS_MAX)
    return [attribution.lift(tx, campaign.id) for campaign in campaigns]


def _row(line: Work, unit_name: str | None, staff_name: str | None) -> ResultRow:
    return ResultRow(
        unit_id=line.unit_id,
        unit_name=unit_name,
        staff_id=line.staff_id,
        staff_name=staff_name,
        tasks=line.tasks,
        sent=line.sent,
        delivered=line.delivered,
        opened=line.opened,
        bought=line.bought,
        orders=line.orders,
        amount_fen=line.amount_fen,
        commission_fen=line.commission_fen,
    )


def _named(tx: ReadTx, rows: Sequence[BehindRow]) -> list[Behind]:
    customers = {row.customer_id for row in rows if row.customer_id is not None}
    names = profiles.names(tx, customers)
    known = identities.customers_by_id(tx, customers)
    return [
        Behind(
            customer_id=row.customer_id,
            ordinal=known[row.customer_id].ordinal if row.customer_id in known else None,
            name=names.get(row.customer_id) if row.customer_id is not None else None,
            unit_id=row.unit_id,
            staff_id=row.staff_id,
            campaign_id=row.campaign_id,
            task_id=row.task_id,
            message_id=row.message_id,
            order_id=row.order_id,
            order_no=row.order_no,
            channel=row.channel,
            amount_fen=row.amount_fen,
            at=row.at,
        )
        for row in rows
    ]


def _staff_today(staff_id: UUID, name: str, line: Work | None) -> StaffToday:
    done = line or Work(None, staff_id)
    return StaffToday(staff_id, name, done.sent, done.orders, done.amount_fen, done.commission_fen)


def _net(sales: Sequence[DaySales]) -> int:
    return sum(each.paid_fen - each.refunded_fen for each in sales)


def _path_of(tx: ReadTx, unit: str | None) -> str | None:
    if unit is None:
        return None
    found = merchants.find_unit_by_code(tx, unit)
    if found is None:
        raise NoUnit(code=unit)
    return found.path
