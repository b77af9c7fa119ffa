"""What products cost the customer an associate has before them, and what the sale would earn."""

from collections.abc import Callable, Sequence
from uuid import UUID

from huitou.associate import reads as tasks
from huitou.base.db import ReadTx
from huitou.commission import reads as commission
from huitou.content import reads as content
from huitou.member.actions import visits
from huitou.member.types import AssociatePrice, AssociatePrices
from huitou.merchant import reads as merchants
from huitou.offer.reads import shelves
from huitou.offer.reads.shelves import WantedShelf

BUDGET_MS = 120


def of_task(
    tx: ReadTx, task_id: UUID, skus: Sequence[str], *, clock: Callable[[], float]
) -> AssociatePrices:
    """As the customer will see them on the page that the task's message leads to.

    Refuses `associate.no_task`, `offer.bad_cart`.
    """
    task = tasks.get_task(tx, task_id)
    wanted = WantedShelf(
        content.sells_at(tx, task.unit.id),
        dict.fromkeys(skus),
        customer=task.customer.id,
        promoter=task.associate.id,
    )
    return _prices(tx, wanted, task.associate.id, clock)


def at_counter(
    tx: ReadTx,
    visit_id: UUID,
    skus: Sequence[str],
    *,
    staff_id: UUID | None,
    clock: Callable[[], float],
) -> AssociatePrices:
    """As the till would have them now for whoever stands at the counter. Refuses `member.visit_over`,
    `offer.bad_cart`."""
    visit, unit = visits.get_present(tx, visit_id)
    wanted = WantedShelf(unit, dict.fromkeys(skus), customer=visit.customer_id)
    return _prices(tx, wanted, staff_id, clock)


def _prices(
    tx: ReadTx, wanted: WantedShelf, staff_id: UUID | None, clock: Callable[[], float]
) -> AssociatePrices:
    shelf = shelves.shelf(tx, wanted, clock=clock, budget_ms=BUDGET_MS)
    rate_bp, earned = 0, [0] * len(shelf.items)
    if staff_id is not None:
        unit_id = merchants.get_staff(tx, staff_id).unit_id
        rate_bp, earned = commission.estimate(
            tx, unit_id, [each.payable_fen for each in shelf.items]
        )
    return AssociatePrices(
        items=[
            AssociatePrice(on_shelf=item, commission_fen=fen)
            for item, fen in zip(shelf.items, earned, strict=True)
        ],
        tier=shelf.tier,
        next_tier=shelf.next_tier,
        rate_bp=rate_bp,
    )
