"""What others may ask about tiers."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from huitou.base.db import ReadTx
from huitou.benefit.reads import ledger
from huitou.benefit.rules import tier_facts as facts
from huitou.benefit.rules import tier_words as words
from huitou.benefit.rules.tiers import decide
from huitou.benefit.store import plans, tier_runs
from huitou.benefit.store import tier_gifts as given
from huitou.benefit.store import tiers as store
from huitou.benefit.store.tier_runs import RunRow
from huitou.benefit.types.plans import PlanKind, PlanRow
from huitou.benefit.types.tier_plans import GROWTH, Privilege, TierPlan, TierRule
from huitou.benefit.types.tiers import (
    Bought,
    CustomerTier,
    Fact,
    History,
    Moved,
    NoPlanInForce,
    NoTierPlan,
    NoTierRun,
    PlanVersion,
    Purchase,
    Run,
    Standing,
    TierChange,
    TierCount,
    TierFault,
    Tiers,
    TiersChecked,
)
from huitou.identity import reads as identities
from huitou.kernel.page import (
    PAGE_MAX,
    BadCursor,
    Page,
    decode_cursor,
    decode_moment,
    encode_cursor,
)
from huitou.merchant import reads as merchants
from huitou.order import reads as orders
from huitou.profile import reads as profiles

KIND: PlanKind = "tiers"


def find_plan_in_force(tx: ReadTx) -> PlanVersion | None:
    """The published plan."""
    found = plans.find_published(tx, KIND)
    return None if found is None else shown(found)


def get_plan(tx: ReadTx, version: int) -> PlanVersion:
    """A version of the plan. Refuses `NoTierPlan`."""
    found = plans.find_plan(tx, KIND, version)
    if found is None:
        raise NoTierPlan()
    return shown(found)


def list_plans(tx: ReadTx, *, cursor: str | None = None, limit: int = 50) -> Page[PlanVersion]:
    """All versions, latest first."""
    limit = min(limit, PAGE_MAX)
    try:
        before = int(decode_cursor(cursor, 1)[0]) if cursor is not None else None
    except ValueError as error:
        raise BadCursor() from error
    found = [shown(row) for row in plans.list_plans(tx, KIND, before=before, count_max=limit + 1)]
    more = len(found) > limit
    return Page(found[:limit], encode_cursor(found[limit - 1].version) if more else None)


def standings(
    tx: ReadTx, root_ids: Sequence[UUID], plan: TierPlan, version: int
) -> dict[UUID, Standing]:
    """Where these customers stand by their history at this moment; those without one are missing.

    Asks orders and the ledger, never what is stored.
    """
    zone = merchants.get_merchant(tx).zone
    return {
        root_id: decide(history, plan, tx.now, version=version, zone=zone)
        for root_id, history in _histories(tx, root_ids, plan).items()
    }


def tiers_of(tx: ReadTx, customer_ids: Sequence[UUID]) -> dict[UUID, TierRule]:
    """The stored tier of each customer with its privileges; the lowest one's for those without a
    history. Empty where no plan is in force."""
    plan = find_plan_in_force(tx)
    if plan is None:
        return {}
    by_code = {rule.code: rule for rule in plan.plan.tiers}
    roots = identities.canonical(tx, customer_ids)
    kept = store.list_memberships(tx, sorted(set(roots.values())))
    lowest = plan.plan.tiers[0]
    return {
        id_: by_code.get(kept[root].tier, lowest) if root in kept else lowest
        for id_, root in roots.items()
    }


def tiers_before(tx: ReadTx, wanted: Sequence[tuple[UUID, datetime]]) -> list[TierRule | None]:
    """The tier each customer had just before a moment, as it was known then; None without one in the
    plan in force."""
    plan = find_plan_in_force(tx)
    if plan is None or not wanted:
        return [None] * len(wanted)
    by_code = {rule.code: rule for rule in plan.plan.tiers}
    roots = identities.canonical(tx, {customer_id for customer_id, _ in wanted})
    codes = store.list_tiers_before(
        tx, [roots.get(who, who) for who, _ in wanted], [at for _, at in wanted]
    )
    return [by_code.get(code or "", plan.plan.tiers[0]) for code in codes]


def privileges_of(tx: ReadTx, customer_id: UUID) -> list[Privilege]:
    """What the customer's tier brings now."""
    rule = tiers_of(tx, [customer_id]).get(customer_id)
    return list(rule.privileges) if rule else []


def customer_tier(tx: ReadTx, customer_id: UUID) -> CustomerTier:
    """A customer's page: where they stand, why, and what is missing.

    Refuses `NoSuchCustomer` (also unseen), `NoPlanInForce`.
    """
    root_id = profiles.get_visible_root(tx, customer_id)
    found = find_plan_in_force(tx)
    if found is None:
        raise NoPlanInForce()
    known = standings(tx, [root_id], found.plan, found.version)
    zone = merchants.get_merchant(tx).zone
    standing = known.get(root_id) or decide(
        History(), found.plan, tx.now, version=found.version, zone=zone
    )
    rule = next(each for each in found.plan.tiers if each.code == standing.tier)
    zh, en = words.standing_sentence(found.plan, standing, zone)
    return CustomerTier(
        customer_id=root_id,
        zh=rule.zh,
        en=rule.en,
        standing=standing,
        privileges=_told(rule),
        growth=ledger.balance(tx, ("customer", root_id), GROWTH),
        sentence_zh=zh,
        sentence_en=en,
    )


def list_changes(
    tx: ReadTx, customer_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[TierChange]:
    """How the tier came to be, latest first. Refuses `NoSuchCustomer` (also unseen)."""
    members = _members(tx, profiles.get_visible_root(tx, customer_id))
    limit = min(limit, PAGE_MAX)
    found = store.list_changes(tx, members, decode_moment(cursor, UUID), limit + 1)
    more = len(found) > limit
    after = encode_cursor(found[limit - 1].at, found[limit - 1].id) if more else None
    return Page(found[:limit], after)


def list_purchases(tx: ReadTx, customer_id: UUID) -> list[Purchase]:
    """Tiers the customer bought. Refuses `NoSuchCustomer` (also unseen)."""
    return store.list_purchases(tx, _members(tx, profiles.get_visible_root(tx, customer_id)))


def tiers(tx: ReadTx) -> Tiers:
    """The ladder in force with how many customers of the scope stand on each step.

    The lowest step counts those with a history only.
    """
    found = find_plan_in_force(tx)
    if found is None:
        return Tiers(None, [], "还没有发布等级方案", "No tier plan has been published yet")
    counts = store.count_tiers(tx)
    return Tiers(
        found.version,
        [
            TierCount(
                rule.code, rule.zh, rule.en, rule.threshold, counts.get(rule.code, 0), _told(rule)
            )
            for rule in found.plan.tiers
        ],
        found.sentence_zh,
        found.sentence_en,
    )


def get_run(tx: ReadTx, run_id: UUID) -> Run:
    """A look at everybody, and how far it is. Refuses `NoTierRun`."""
    found = tier_runs.find_run(tx, run_id)
    if found is None:
        raise NoTierRun()
    return shown_run(found)


def find_latest_run(tx: ReadTx, kind: str, version: int) -> Run | None:
    """The latest preview or application of a version."""
    found = tier_runs.find_latest_run(tx, kind, version)
    return None if found is None else shown_run(found)


def check(tx: ReadTx, *, cursor: str | None = None, limit: int = 1_000) -> TiersChecked:
    """Compare stored tiers with what history gives, for the next `limit` customers.

    A standing whose due moment has come is not wrong but waiting, and is left out.
    """
    found = find_plan_in_force(tx)
    if found is None:
        return TiersChecked(0, [], None)
    try:
        after = UUID(decode_cursor(cursor, 1)[0]) if cursor is not None else None
    except ValueError as error:
        raise BadCursor() from error
    ids = store.list_after(tx, after, limit)
    kept = store.list_memberships(tx, ids)
    computed = standings(tx, ids, found.plan, found.version)
    faults = [
        TierFault(id_, kept[id_].tier, computed[id_].tier if id_ in computed else "")
        for id_ in ids
        if ((due_at := kept[id_].due_at) is None or due_at > tx.now)
        and (id_ not in computed or kept[id_].tier != computed[id_].tier)
    ]
    return TiersChecked(len(ids), faults, encode_cursor(ids[-1]) if len(ids) == limit else None)


def export(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
    """Everything kept about a customer's tiers, as plain values."""
    members = _members(tx, customer_id)
    kept = store.list_memberships(tx, members)
    changes = store.list_changes(tx, members, None, PAGE_MAX)
    found: dict[str, Any] = msgspec.to_builtins(
        {
            "tier": [row.tier for row in kept.values()],
            "changes": [
                {"from": each.from_tier, "to": each.to_tier, "at": each.at} for each in changes
            ],
            "bought": [
                {"tier": each.tier, "since": each.since, "until": each.until, "fen": each.price_fen}
                for each in store.list_purchases(tx, members)
            ],
            "gifts": given.list_gifts(tx, members),
        }
    )
    return found


def shown(row: PlanRow) -> PlanVersion:
    """A plan as it is told."""
    plan = TierPlan.model_validate(row.document)
    zh, en = words.plan_sentence(plan)
    return PlanVersion(
        version=row.version,
        state=row.state,
        revision=row.revision,
        plan=plan,
        sentence_zh=zh,
        sentence_en=en,
        created_at=row.created_at,
        created_by=row.created_by,
        published_at=row.published_at,
        published_by=row.published_by,
    )


def shown_run(row: RunRow) -> Run:
    """A run as it is told."""
    zh, en = words.run_sentence(row.kind, row.state, row.done, row.total, row.up, row.down)
    return Run(
        id=row.id,
        kind=row.kind,
        plan_version=row.plan_version,
        revision=row.revision,
        state=row.state,
        done=row.done,
        total=row.total,
        up=row.up,
        down=row.down,
        counts=row.counts,
        examples=[msgspec.convert(each, Moved) for each in row.examples],
        sentence_zh=zh,
        sentence_en=en,
        queued_at=row.queued_at,
        ended_at=row.ended_at,
        by=row.by,
    )


def _histories(tx: ReadTx, root_ids: Sequence[UUID], plan: TierPlan) -> dict[UUID, History]:
    root_of = store.list_members(tx, root_ids)
    members = sorted(root_of)
    found: dict[UUID, list[Fact]] = defaultdict(list)
    spent = defaultdict(list)
    for order in orders.spending_of(tx, members):
        assert order.customer_id is not None, "asked for by customer"
        spent[root_of[order.customer_id]].append(order)
    if plan.metric == "growth":
        lines = defaultdict(list)
        for entry in store.list_growth(tx, members):
            lines[root_of[entry.customer_id]].append(
                (entry.transaction_id, entry.reverses, entry.amount, entry.at)
            )
        for root_id, own in lines.items():
            found[root_id] = facts.of_growth(own)
    else:
        for root_id, bills in spent.items():
            found[root_id] = facts.of_orders(bills, plan)
    bought: dict[UUID, list[Bought]] = defaultdict(list)
    for row in store.list_bought(tx, members):
        bought[root_of[row.customer_id]].append(Bought(row.tier, row.since, row.until))
    return {
        root_id: History(tuple(found.get(root_id, ())), tuple(bought.get(root_id, ())))
        for root_id in {*spent, *found, *bought}
    }


def _told(rule: TierRule) -> list[dict[str, Any]]:
    told = []
    for privilege in rule.privileges:
        zh, en = words.privilege_words(privilege)
        told.append({**privilege.model_dump(), "zh": zh, "en": en})
    return told


def _members(tx: ReadTx, root_id: UUID) -> list[UUID]:
    return sorted({root_id, *(member.id for member in identities.members_of(tx, root_id))})
