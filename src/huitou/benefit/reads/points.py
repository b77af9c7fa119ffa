"""The points plan, and what customers have and earned."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import ledger
from huitou.benefit.rules import points_words
from huitou.benefit.store import earnings
from huitou.benefit.store import plans as store
from huitou.benefit.types.ledger import POINTS
from huitou.benefit.types.plans import PlanKind, PlanRow
from huitou.benefit.types.points import NoPointsPlan, PointsOf, PointsPlan, PointsPlanVersion
from huitou.catalog import reads as catalog
from huitou.profile import reads as profile

KIND: PlanKind = "points"


def find_plan(tx: ReadTx) -> PointsPlanVersion | None:
    """The plan in force."""
    found = store.find_published(tx, KIND)
    return _shown(tx, found) if found else None


def get_plan(tx: ReadTx, version: int) -> PointsPlanVersion:
    """Refuses `points.no_plan`."""
    found = store.find_plan(tx, KIND, version)
    if found is None:
        raise NoPointsPlan()
    return _shown(tx, found)


def list_plans(tx: ReadTx) -> list[PointsPlanVersion]:
    """All versions, latest first."""
    return [_shown(tx, row) for row in store.list_plans(tx, KIND)]


def _shown(tx: ReadTx, row: PlanRow) -> PointsPlanVersion:
    """A plan with its sentence."""
    plan = PointsPlan.model_validate(row.document)
    codes = {code for rule in plan.orders for code in rule.categories}
    zh, en = points_words.sentence(plan, catalog.category_names(tx, codes) if codes else {})
    return PointsPlanVersion(
        row.version,
        row.state,
        row.revision,
        plan,
        zh,
        en,
        row.created_at,
        row.created_by,
        row.published_at,
        row.published_by,
    )


def points_of(tx: ReadTx, customer_id: UUID) -> PointsOf:
    """A customer's points and the lots they are in. Refuses `NoSuchCustomer` (also unseen)."""
    root = profile.get_visible_root(tx, customer_id)
    has = ledger.standing(tx, root, POINTS)
    return PointsOf(
        has.available,
        has.pending,
        has.held,
        has.owed,
        has.next_expiry_at,
        has.next_expiring,
        ledger.lots_of(tx, root, POINTS),
    )


def earned_of_orders(tx: ReadTx, order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Order → the points it earned, less what was taken back."""
    return {
        each.order_id: each.amount - each.reversed
        for each in earnings.list_of_orders(tx, POINTS, order_ids)
        if each.order_id is not None
    }
