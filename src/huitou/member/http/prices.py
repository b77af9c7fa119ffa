"""What products cost a customer, on the phone of the associate who speaks to them."""

from time import monotonic
from typing import Annotated
from uuid import UUID

from fastapi import Query

from huitou.base.http import Asking, Reading, Router, needs
from huitou.member.reads import prices as reads
from huitou.member.types import AssociatePrices

router = Router(prefix="/v1", tags=["member"])

Skus = Annotated[str, Query(min_length=1, max_length=4_000)]
"""With commas between."""


@router.get("/tasks/{task_id}/prices", dependencies=[needs("task.read")])
def get_task_prices(tx: Reading, task_id: UUID, skus: Skus) -> AssociatePrices:
    """The customer's own best price of each product (SKUs with commas between), as the page behind the task's
    message will show it, and about what the sale would earn if it is credited to the associate."""
    return reads.of_task(tx, task_id, skus.split(","), clock=monotonic)


@router.get("/counter/prices", dependencies=[needs("benefit.use")])
def get_counter_prices(tx: Reading, asking: Asking, visit: UUID, skus: Skus) -> AssociatePrices:
    """The same for whoever stands at the counter, where they stand. Refuses `member.visit_over`."""
    return reads.at_counter(tx, visit, skus.split(","), staff_id=asking.staff_id, clock=monotonic)
