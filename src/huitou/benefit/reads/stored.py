"""What others may ask about stored value."""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import ledger
from huitou.benefit.reads import templates as coupons
from huitou.benefit.rules import ledger as ledger_rules
from huitou.benefit.rules import stored as rules
from huitou.benefit.rules import stored_law, stored_words
from huitou.benefit.store import plans
from huitou.benefit.store import stored as store
from huitou.benefit.types.ledger import BONUS, POINTS, PRINCIPAL, Leg
from huitou.benefit.types.payments import SpendOrder
from huitou.benefit.types.plans import PlanKind, PlanRow
from huitou.benefit.types.stored import (
    Balance,
    NoRecharge,
    NoStoredPlan,
    NotOffered,
    Prepaid,
    Quarter,
    Recharge,
    Refundable,
    StoredPlan,
    StoredPlanPreview,
    StoredPlanVersion,
)
from huitou.benefit.types.tier_plans import GROWTH
from huitou.identity import reads as identities
from huitou.kernel.money import BASIS_POINTS
from huitou.kernel.page import (
    PAGE_MAX,
    Page,
    decode_moment,
    decode_number,
    encode_cursor,
)
from huitou.kernel.time import day_of, day_start
from huitou.merchant import reads as merchants

KIND: PlanKind = "stored"
_QUARTERS = 8
_EXPORTED = 100_000


def offered(tx: ReadTx) -> StoredPlanVersion:
    """The plan by which money can be paid in now. Refuses `stored.not_offered`."""
    found = plans.find_published(tx, KIND)
    if found is None:
        raise NotOffered()
    return _version(found)


def get_plan(tx: ReadTx, version: int) -> StoredPlanVersion:
    """Refuses `stored.no_plan`."""
    found = plans.find_plan(tx, KIND, version)
    if found is None:
        raise NoStoredPlan()
    return _version(found)


def list_plans(
    tx: ReadTx, *, cursor: str | None = None, limit: int = 50
) -> Page[StoredPlanVersion]:
    """All versions, latest first."""
    limit = min(limit, PAGE_MAX)
    before = decode_number(cursor)
    found = plans.list_plans(tx, KIND, before=before, count_max=limit + 1)
    items = [_version(row) for row in found[:limit]]
    return Page(items, encode_cursor(items[-1].version) if len(found) > limit else None)


def preview(tx: ReadTx, plan: StoredPlan) -> StoredPlanPreview:
    """A plan in words and what is wrong with it. Refuses `coupon.no_template`."""
    check_coupons(tx, plan)
    return StoredPlanPreview(
        stored_words.sentence(plan), stored_law.unlawful(plan), stored_law.warnings(plan)
    )


def check_coupons(tx: ReadTx, plan: StoredPlan) -> None:
    """Refuses `coupon.no_template` when a step gives a coupon that is not there."""
    for template_id in sorted({each for step in plan.steps for each in step.coupons}):
        coupons.get_template(tx, template_id)


def find_latest_plan(tx: ReadTx) -> StoredPlan | None:
    """The plan in force, or else the last one that was: what customers have goes by it."""
    found = plans.find_latest(tx, KIND)
    return _plan(found) if found else None


def spend_order(tx: ReadTx) -> SpendOrder:
    """How stored value is taken: by the plan in force."""
    found = find_latest_plan(tx)
    return found.spend_order if found else "pro_rata"


def balance_of(tx: ReadTx, customer_id: UUID) -> Balance:
    """What a customer has of everything. Refuses `identity.no_such_customer`."""
    root_id = identities.get_root(tx, customer_id).id
    points, principal, bonus = (
        ledger.standing(tx, root_id, asset) for asset in (POINTS, PRINCIPAL, BONUS)
    )
    return Balance(
        customer_id=root_id,
        points=points.available,
        points_pending=points.pending,
        points_held=points.held,
        points_next_expiring=points.next_expiring,
        points_next_expiry_at=points.next_expiry_at,
        principal_fen=principal.available,
        bonus_fen=bonus.available,
        stored_fen=principal.available + bonus.available,
        stored_held_fen=principal.held + bonus.held,
        bonus_next_expiring_fen=bonus.next_expiring,
        bonus_next_expiry_at=bonus.next_expiry_at,
        growth=ledger.balance(tx, ("customer", root_id), GROWTH),
    )


def prepaid_of(tx: ReadTx, customer_id: UUID) -> int:
    """All the prepaid money a customer has, what orders hold and what they owe included, in fen."""
    standing = ledger.standing(tx, customer_id, PRINCIPAL)
    return standing.available + standing.pending + standing.held


def get_recharge(tx: ReadTx, recharge_id: UUID) -> Recharge:
    """Refuses `stored.no_recharge`, also at a unit out of the scope."""
    found = store.find_recharge(tx, recharge_id=recharge_id)
    if found is None:
        raise NoRecharge()
    path = merchants.get_unit(tx, found.unit_id).path
    if tx.scope.unit_path is not None and not path.startswith(tx.scope.unit_path):
        raise NoRecharge()
    return found


def list_recharges(
    tx: ReadTx, *, customer_id: UUID | None = None, cursor: str | None = None, limit: int = 50
) -> Page[Recharge]:
    """Latest first: a customer's, or all at the scope's units."""
    limit = min(limit, PAGE_MAX)
    members = None if customer_id is None else _members(tx, customer_id)
    before = decode_moment(cursor, UUID)
    found = store.list_recharges(tx, customer_ids=members, before=before, count_max=limit + 1)
    if len(found) <= limit:
        return Page(found)
    return Page(found[:limit], encode_cursor(found[limit - 1].at.isoformat(), found[limit - 1].id))


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """What the customer paid in, as plain values."""
    found = store.list_recharges(
        tx, customer_ids=_members(tx, customer_id), before=None, count_max=_EXPORTED
    )
    return [
        {
            "payment_no": each.payment_no,
            "at": each.at.isoformat(),
            "paid_fen": each.paid_fen,
            "bonus_fen": each.bonus_fen,
            "state": each.state,
        }
        for each in found
    ]


def refundable(tx: ReadTx, customer_id: UUID) -> Refundable:
    """What the customer would get who gives the card back now, by the plan in force.

    Refuses `stored.not_offered` when there never was a plan.
    """
    found = find_latest_plan(tx)
    if found is None:
        raise NotOffered()
    members = _members(tx, customer_id)
    accounts = [
        ledger_rules.account_id(tx.merchant, Leg("customer", each, PRINCIPAL, 0))
        for each in members
    ]
    principal = max(0, ledger.standing(tx, customer_id, PRINCIPAL).available)
    bonus = max(0, ledger.standing(tx, customer_id, BONUS).available)
    run = store.get_run(tx, accounts, members)
    return rules.refundable(found.withdrawal, run, principal, bonus)


def prepaid(tx: ReadTx) -> Prepaid:
    """Prepaid money now and by quarter (the merchant's days), what of it belongs into custody, and
    when the bonus ends."""
    zone = merchants.get_merchant(tx).zone
    starts = rules.quarter_starts(day_of(tx.now, zone), _QUARTERS)
    account = ledger_rules.account_id(tx.merchant, Leg("merchant", tx.merchant, PRINCIPAL, 0))
    moments = [day_start(start, zone) for start in starts]
    moved: dict[object, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in store.sum_by_quarter(tx, account, moments):
        moved[row.since if row.since in moments else None][row.kind] += row.fen
    balance, quarters = sum(moved[None].values()), []
    for start, moment in zip(starts, moments, strict=True):
        kinds = moved[moment]
        balance += sum(kinds.values())
        following = (start + timedelta(days=93)).replace(day=1)
        quarters.append(
            Quarter(
                name=rules.quarter_name(start),
                ends_on=following - timedelta(days=1),
                balance_fen=balance,
                recharged_fen=kinds["recharge"],
                used_fen=-kinds["payment"],
                withdrawn_fen=-kinds["withdrawal"],
            )
        )
    principal, accounts = store.sum_customers(tx, PRINCIPAL)
    custody_bp, base = merchants.setting(tx, "benefit.custody_bp"), quarters[-2].balance_fen
    return Prepaid(
        principal_fen=principal,
        bonus_fen=store.sum_customers(tx, BONUS)[0],
        accounts=accounts,
        custody_bp=custody_bp,
        custody_base_fen=base,
        custody_fen=-(-base * custody_bp // BASIS_POINTS),
        quarters=quarters[::-1],
        bonus_by_month=store.sum_bonus_by_month(tx, zone),
    )


def _version(row: PlanRow) -> StoredPlanVersion:
    plan = _plan(row)
    return StoredPlanVersion(
        version=row.version,
        state=row.state,
        revision=row.revision,
        plan=plan,
        created_at=row.created_at,
        created_by=row.created_by,
        published_at=row.published_at,
        published_by=row.published_by,
        sentence=stored_words.sentence(plan),
        unlawful=stored_law.unlawful(plan),
        warnings=stored_law.warnings(plan),
    )


def _plan(row: PlanRow) -> StoredPlan:
    return StoredPlan.model_validate(row.document)


def _members(tx: ReadTx, customer_id: UUID) -> list[UUID]:
    root_id = identities.get_root(tx, customer_id).id
    return sorted({member.id for member in identities.members_of(tx, root_id)} | {root_id})
