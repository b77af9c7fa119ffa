"""Verbs of the opportunity room."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from huitou.base.db import Tx
from huitou.identity import reads as identity
from huitou.kernel.ids import new_id
from huitou.opportunity import rules
from huitou.opportunity.store import refresh as store
from huitou.opportunity.types import (
    CategoryHistory,
    CategoryPrior,
    Cycle,
    Found,
    Prior,
    Reach,
    Reason,
    Refreshed,
)

PRIOR_DAYS = 56
SUPPORT_MIN = 5
GROWTH_SHARE = 10
"""One in so many new positions of the log is enough to look at everybody anew."""
_CHUNK = 20_000


def refresh(tx: Tx) -> Refreshed:
    """Look at every customer's rhythm anew: open, renew and expire. Streamed, set-based."""
    tx.lock("opportunity.refresh")
    store.set_priors(tx, tx.now - timedelta(days=PRIOR_DAYS), support_min=SUPPORT_MIN)
    store.set_refreshed(tx, store.order_position(tx))
    return _refresh(tx, None)


def refresh_if_grown(tx: Tx) -> None:
    """Do not wait for the next turn when the orders have grown by a tenth, as after an import."""
    seen = store.refreshed_position(tx)
    if store.order_position(tx) > seen + seen // GROWTH_SHARE:
        refresh(tx)


def refresh_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """The same for these customers, with the categories' habits as last computed."""
    tx.lock("opportunity.refresh")
    if customer_ids:
        _refresh(tx, customer_ids)


def consume(tx: Tx, after: int, upto: int) -> None:
    """Purchases at (after, upto] win what was open and begin new rhythms."""
    tx.lock("opportunity.refresh")
    refresh_customers(tx, store.set_won(tx, after, upto))


def take(tx: Tx, opportunity_ids: Sequence[UUID]) -> int:
    """An associate has them as tasks now; those no longer open stay as they are."""
    return store.set_taken(tx, opportunity_ids)


def move_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """After merges or splits among these customers: rhythms are those of who answers now."""
    roots = identity.canonical(tx, customer_ids)
    store.set_over(tx, [id_ for id_, root in roots.items() if id_ != root])
    refresh_customers(tx, sorted(set(roots.values())))


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Nothing is left of these customers."""
    store.remove_customers(tx, customer_ids)


def _refresh(tx: Tx, customer_ids: Sequence[UUID] | None) -> Refreshed:
    priors = {prior.category_code: prior for prior in store.find_priors(tx)}
    refresh_id = new_id()
    open_count = 0
    waiting: list[Found] = []
    cycles = store.iter_cycles(tx, customer_ids)
    for _, of_customer in groupby(cycles, key=lambda cycle: cycle.customer_id):
        waiting += rules.strongest(_found(tx, list(of_customer), priors))
        if len(waiting) >= _CHUNK:
            open_count += _save(tx, waiting, refresh_id)
            waiting = []
    open_count += _save(tx, waiting, refresh_id)
    return Refreshed(open_count, store.set_expired(tx, refresh_id, customer_ids))


def _found(tx: Tx, cycles: Sequence[Cycle], priors: dict[str, Prior]) -> list[Found]:
    found = []
    for cycle in cycles:
        prior = priors.get(cycle.category_code)
        if prior is None:
            continue
        history = CategoryHistory(
            cycle.order_count, cycle.first_paid_at, cycle.last_paid_at, cycle.paid_fen
        )
        due = rules.due(history, CategoryPrior(prior.cycle_days), tx.now)
        if due is None:
            continue
        reach = Reach(cycle.is_contactable, cycle.contacted_at, cycle.opened_at)
        reason = Reason(
            due.cycle_days, history.count, history.last, due.expected_fen, due.expected_at
        )
        best = rules.best_bp(due.score_bp, reach, tx.now)
        found.append(Found(cycle.customer_id, cycle.category_code, due, best, reason))
    return found


def _save(tx: Tx, found: Sequence[Found], refresh_id: UUID) -> int:
    if not found:
        return 0
    store.load_found(tx, [(new_id(), item) for item in found])
    store.set_found_skus(tx)
    return store.add_found(tx, refresh_id)
