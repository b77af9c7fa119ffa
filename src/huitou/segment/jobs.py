"""When members enter and leave: with events, with other changes, with time."""

from huitou.base.db import Tx
from huitou.base.jobs import every, stream
from huitou.base.notices import listens
from huitou.catalog.types import ProductsMoved
from huitou.identity.types import CustomerForgotten
from huitou.segment import actions, reads


@stream(actions.STREAM, follows_feed=True)
def consume(tx: Tx, after: int, upto: int) -> None:
    """Members among the customers the events touch, and of whom anything else became different."""
    actions.consume(tx, after, upto)


@every(minutes=1)
def follow_time(tx: Tx) -> None:
    """Time alone moves members, too: windows pass, somebody has been away for long enough."""
    actions.follow_time(tx)


@every(minutes=1)
def fill(tx: Tx) -> None:
    """Large segments are filled some members at a time; a job that was lost is wanted again."""
    actions.go_on_filling(tx)


@every(minutes=5)
def note_sizes(tx: Tx) -> None:
    """How large segments are is remembered."""
    actions.note_sizes(tx)


@every(hours=24)
def check(tx: Tx) -> None:
    """Events, the feed and the clock suffice; this is how we would know if they did not."""
    for stored in reads.list_active(tx):
        tx.defer(actions.check, key=str(stored.id), segment_id=str(stored.id))


@listens(ProductsMoved)
def products_moved(tx: Tx, notice: ProductsMoved) -> None:
    """Events are of the category that their product has now."""
    actions.look_at_events_of(tx)


@listens(CustomerForgotten)
def customer_forgotten(tx: Tx, notice: CustomerForgotten) -> None:
    """No member, no history."""
    actions.forget(tx, [notice.customer_id, *notice.member_ids])
