"""Emergency stops over HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.kernel.page import Page
from huitou.reach.actions import stops as actions
from huitou.reach.reads import messages as reads
from huitou.reach.types.stops import NewStop, Stop, StopScope

router = Router(prefix="/v1/reach/stops", tags=["reach"])


class PostStop(Body):
    """`channel` or `campaign` with the scope of that name. `is_total`, of everything: transactional messages wait as well.
    `take_back`: what associates have not confirmed yet is asked back, and does not go on afterwards."""

    scope: StopScope
    channel: Annotated[str, Field(max_length=32)] | None = None
    campaign: Annotated[UUID, Field(strict=False)] | None = None
    is_total: bool = False
    take_back: bool = False
    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


@router.get("", dependencies=[needs("task.read")])
def list_stops(tx: Reading) -> Page[Stop]:
    """Those in force, with how many messages wait; then the latest that were lifted."""
    return Page(reads.list_stops(tx))


@router.post("", status_code=201, dependencies=[needs("reach.stop")])
def add_stop(tx: Writing, body: PostStop) -> Stop:
    """From the answer on nothing in the scope is handed to a channel; the same scope again is the same stop."""
    return actions.stop(
        tx,
        NewStop(
            body.scope, body.channel, body.campaign, body.is_total, body.take_back, body.reason
        ),
    )


@router.delete("/{stop_id}", dependencies=[needs("reach.stop")])
def lift_stop(tx: Writing, stop_id: UUID) -> Stop:
    """What waits goes on by itself, once, if it is not too late for it."""
    return actions.lift(tx, stop_id)
