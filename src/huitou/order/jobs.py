"""When orders are taken in, scored, and moved."""

from huitou.base.db import Tx
from huitou.base.jobs import every, stream
from huitou.base.notices import listens
from huitou.catalog.types import ProductsMoved
from huitou.identity.types import CustomerForgotten, CustomersMerged, CustomersSplit
from huitou.order import actions


@stream(actions.STREAM)
def consume(tx: Tx, after: int, upto: int) -> None:
    """Orders, refunds and reviews of the events."""
    actions.consume(tx, after, upto)


@every(minutes=10)
def score(tx: Tx) -> None:
    """RFM scores and stages."""
    actions.score(tx)


@every(minutes=1)
def score_new(tx: Tx) -> None:
    """The first scores."""
    actions.score_new(tx)


@listens(CustomersMerged)
def customers_merged(tx: Tx, notice: CustomersMerged) -> None:
    """Winners hold what losers held."""
    actions.move_customers(tx, [loser for _, loser in notice.pairs])


@listens(CustomersSplit)
def customers_split(tx: Tx, notice: CustomersSplit) -> None:
    """Each gets back the orders of its own events."""
    actions.reassign(tx, [notice.customer_id, notice.other_id])


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    """Totals go, the books stay."""
    actions.forget(tx, [notice.customer_id, *notice.member_ids])


@listens(ProductsMoved)
def products_moved(tx: Tx, notice: ProductsMoved) -> None:
    """Past purchases count in the category of now."""
    actions.recategorise(tx, notice.skus)
