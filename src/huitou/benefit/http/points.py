"""Points over HTTP: the plan, what a customer has, the points mall."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, Field
from starlette.requests import Request

from huitou.base.http import (
    Asking,
    Body,
    Moment,
    NeededKey,
    OtherBody,
    Reading,
    RequestHash,
    Router,
    Storing,
    Writing,
    idempotency_key,
    needs,
)
from huitou.benefit.actions import ledger, mall, points, systems
from huitou.benefit.reads import mall as mall_reads
from huitou.benefit.reads import points as reads
from huitou.benefit.types.ledger import OtherBody as PostedOtherwise
from huitou.benefit.types.points import (
    Exchange,
    MallItem,
    PointsMoved,
    PointsOf,
    PointsPlan,
    PointsPlanVersion,
)
from huitou.kernel.ids import new_id
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1", tags=["points"])

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
Id = Annotated[UUID, Field(strict=False)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]


class Draft(Body):
    """`revision` is the one the change was made on; 0 for a new draft."""

    plan: PointsPlan
    revision: Annotated[int, Field(ge=0)] = 0


class Publishing(Body):
    revision: Annotated[int, Field(ge=1)]


class NewItem(Body):
    """`template` is a coupon template; without one it is goods of the house. `stock` is what is left."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    points: Count
    template: Id | None = None
    stock: Annotated[int, Field(ge=0, le=1_000_000_000)] | None = None
    each_max: Annotated[int, Field(ge=1, le=10_000)] | None = None
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    state: Literal["open", "closed"] = "open"
    picture_url: Annotated[str, Field(max_length=500, pattern=r"^(https?://[^\s]+)?$")] = ""


class ItemChange(NewItem):
    version: Annotated[int, Field(ge=1)]


class MovePoints(Body):
    """`points` given to the customer or taken from them; `reason` is what the customer reads. What is given may end
    at `expires_at`; left out: as the points plan says."""

    customer: Id
    direction: Literal["give", "take"]
    points: Count
    reason: Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]
    expires_at: Annotated[AwareDatetime, Field(strict=False)] | None = None


class Exchanging(Body):
    item: Id
    customer: Id
    quantity: Annotated[int, Field(ge=1, le=100)] = 1


class HandingOver(Body):
    unit: Annotated[str, Field(min_length=1, max_length=64)]


@router.get("/points-plans", dependencies=[needs("benefit.read")])
def list_points_plans(tx: Reading) -> Page[PointsPlanVersion]:
    """All versions of the plan, latest first, each as a document and as a sentence."""
    return Page(reads.list_plans(tx))


@router.put("/points-plans/draft", dependencies=[needs("benefit.edit")])
def set_points_draft(tx: Writing, body: Draft) -> PointsPlanVersion:
    """Keep the draft; there is one at a time."""
    return points.set_draft(tx, body.plan, body.revision)


@router.delete("/points-plans/draft", status_code=204, dependencies=[needs("benefit.edit")])
def remove_points_draft(tx: Writing) -> None:
    """Throw the draft away."""
    points.remove_draft(tx)


@router.post("/points-plans/{version}/publish", dependencies=[needs("benefit.edit")])
def publish_points_plan(tx: Writing, version: int, body: Publishing) -> PointsPlanVersion:
    """Orders paid from now on earn by it."""
    return points.publish(tx, version, body.revision)


@router.get("/customers/{customer_id}/points", dependencies=[needs("customer.read")])
def get_points(tx: Reading, customer_id: UUID) -> PointsOf:
    """What a customer has in points, and in which lots."""
    return reads.points_of(tx, customer_id)


@router.post("/points/movements", status_code=201, dependencies=[needs("benefit.grant")])
def move_points(
    database: Storing,
    asking: Asking,
    key: NeededKey,
    request_hash: RequestHash,
    body: MovePoints,
) -> PointsMoved:
    """Another system gives or takes a customer's points, once for its Idempotency-Key, which is kept for ever."""
    sign = 1 if body.direction == "give" else -1
    movement = systems.Movement(
        body.customer, sign * body.points, body.reason, body.expires_at, key, request_hash
    )
    with database.read(asking.merchant, scope=asking.scope, principal=asking.principal) as tx:
        posting = systems.posting_of(tx, movement)
    try:
        posted = ledger.post_alone(database, asking.merchant, posting)
    except PostedOtherwise as refusal:
        raise OtherBody() from refusal
    return PointsMoved(posted.transaction_id)


@router.get("/points-mall/items", dependencies=[needs("benefit.use")])
def list_mall_items(tx: Reading, is_open: bool = False) -> Page[MallItem]:
    """What points are exchanged for, the cheapest first; with `is_open` what can be had now."""
    return Page(mall_reads.list_items(tx, is_open_only=is_open))


@router.post("/points-mall/items", status_code=201, dependencies=[needs("benefit.edit")])
def add_mall_item(tx: Writing, body: NewItem) -> MallItem:
    """Put an item into the mall."""
    return mall.add_item(tx, _item(tx, new_id(), body, 1))


@router.put("/points-mall/items/{item_id}", dependencies=[needs("benefit.edit")])
def set_mall_item(tx: Writing, item_id: UUID, body: ItemChange) -> MallItem:
    """Change it; exchanges made stay as they were. 409 when somebody changed it meanwhile."""
    return mall.set_item(tx, _item(tx, item_id, body, body.version))


@router.get("/points-mall/exchanges", dependencies=[needs("benefit.use")])
def list_exchanges(
    tx: Reading,
    customer: UUID | None = None,
    item: UUID | None = None,
    state: Literal["waiting", "done", "cancelled"] | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[Exchange]:
    """Exchanges, latest first."""
    return mall_reads.exchanges(
        tx, customer_id=customer, item_id=item, state=state, cursor=cursor, limit=limit
    )


@router.post("/points-mall/exchanges", status_code=201, dependencies=[needs("benefit.use")])
def exchange_points(request: Request, tx: Writing, asking: Asking, body: Exchanging) -> Exchange:
    """Points go, stock goes, a coupon comes; all or nothing."""
    key = idempotency_key(request, asking) or str(new_id())
    return mall.exchange(tx, body.item, body.customer, body.quantity, key=key)


@router.post("/points-mall/exchanges/{exchange_id}/hand-over", dependencies=[needs("benefit.use")])
def hand_over(tx: Writing, exchange_id: UUID, body: HandingOver) -> Exchange:
    """The goods were handed over at a unit."""
    return mall.hand_over(tx, exchange_id, body.unit)


@router.post("/points-mall/exchanges/{exchange_id}/cancel", dependencies=[needs("benefit.use")])
def cancel_exchange(tx: Writing, exchange_id: UUID) -> Exchange:
    """Points go back to their own lots, the item into stock."""
    return mall.cancel(tx, exchange_id)


def _item(tx: Reading, item_id: UUID, body: NewItem, version: int) -> MallItem:
    return MallItem(
        id=item_id,
        name=body.name,
        kind="goods" if body.template is None else "coupon",
        points=body.points,
        template_id=body.template,
        stock=body.stock,
        each_max=body.each_max,
        opens_at=body.opens_at or tx.now,
        closes_at=body.closes_at,
        state=body.state,
        version=version,
        picture_url=body.picture_url,
    )
