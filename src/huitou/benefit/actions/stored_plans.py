"""Stored-value plans are drafted and published; what customers have stays as it was promised."""

from huitou.base.db import Tx
from huitou.benefit.reads import stored as reads
from huitou.benefit.rules import stored as rules
from huitou.benefit.store import plans
from huitou.benefit.store import stored as store
from huitou.benefit.types.stored import (
    NotAStoredDraft,
    NotOffered,
    StoredDraftThere,
    StoredPlan,
    StoredPlanChanged,
    StoredPlanVersion,
)
from huitou.merchant import actions as merchants


def add_plan(tx: Tx, plan: StoredPlan) -> StoredPlanVersion:
    """A draft; it may break rules, the checks come with publishing. Refuses `stored.draft_there`,
    `coupon.no_template`."""
    store.lock_plans(tx)
    reads.check_coupons(tx, plan)
    draft = plans.find_draft(tx, reads.KIND)
    if draft is not None:
        raise StoredDraftThere(version=draft)
    version = plans.add_plan(tx, reads.KIND, plan.model_dump(mode="json"))
    merchants.audit(tx, "stored_plan.added", f"stored_plan:{version}")
    return reads.get_plan(tx, version)


def set_plan(tx: Tx, version: int, plan: StoredPlan, revision: int) -> StoredPlanVersion:
    """Another wording of a draft. Refuses `stored.no_plan`, `stored.not_a_draft`,
    `stored.plan_changed`, `coupon.no_template`."""
    store.lock_plans(tx)
    _draft(tx, version)
    reads.check_coupons(tx, plan)
    if not plans.set_plan(tx, reads.KIND, version, plan.model_dump(mode="json"), revision):
        raise StoredPlanChanged()
    merchants.audit(tx, "stored_plan.changed", f"stored_plan:{version}", revision=revision + 1)
    return reads.get_plan(tx, version)


def remove_plan(tx: Tx, version: int) -> None:
    """Throw a draft away. Refuses `stored.no_plan`, `stored.not_a_draft`."""
    store.lock_plans(tx)
    _draft(tx, version)
    plans.remove_draft(tx, reads.KIND, version)
    merchants.audit(tx, "stored_plan.removed", f"stored_plan:{version}")


def publish(tx: Tx, version: int, revision: int) -> StoredPlanVersion:
    """From now on money is paid in by this plan.

    Refuses `stored.unlawful` (naming every rule it breaks), `stored.bad_plan`, `stored.no_plan`,
    `stored.not_a_draft`, `stored.plan_changed`.
    """
    store.lock_plans(tx)
    found = _draft(tx, version)
    if found.revision != revision:
        raise StoredPlanChanged()
    rules.check_plan(found.plan)
    plans.set_published(tx, reads.KIND, version)
    merchants.audit(tx, "stored_plan.published", f"stored_plan:{version}", revision=revision)
    return reads.get_plan(tx, version)


def retire(tx: Tx) -> None:
    """No money is paid in any more; what customers have is spent and paid back as before. Refuses
    `stored.not_offered`."""
    store.lock_plans(tx)
    if not plans.set_retired(tx, reads.KIND):
        raise NotOffered()
    merchants.audit(tx, "stored_plan.retired", "stored_plan")


def _draft(tx: Tx, version: int) -> StoredPlanVersion:
    found = reads.get_plan(tx, version)
    if found.state != "draft":
        raise NotAStoredDraft()
    return found
