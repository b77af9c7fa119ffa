"""Merchants' own systems tell single customers something."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Asking, Body, Moment, Reading, Router, Writing, needs
from huitou.identity import reads as identities
from huitou.identity.types import NoSuchCustomer
from huitou.kernel.page import PAGE_MAX, Page
from huitou.profile import reads as profiles
from huitou.reach.actions import notifications as actions
from huitou.reach.reads import notifications as reads
from huitou.reach.types.notifications import (
    Asked,
    BadNotification,
    NewNotification,
    Notification,
    NotificationPurpose,
    NotificationState,
    Way,
    WayChannel,
)

router = Router(prefix="/v1/notifications", tags=["reach"])


class WayIn(Body):
    """Final words, or a template of the channel's with its variables."""

    channel: WayChannel
    text: Annotated[str, Field(max_length=1_000)] = ""
    template: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    params: dict[str, Annotated[str, Field(max_length=200)]] = Field({}, max_length=20)


class NotificationIn(Body):
    """`key` names what is told of, as `order:20261129-7:shipped`; one of `customer` and `identifier` (`kind:value[@scope]`).
    After `within_minutes` it is too late to tell it."""

    key: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    customer: Annotated[UUID, Field(strict=False)] | None = None
    identifier: Annotated[str, Field(max_length=300)] | None = None
    purpose: NotificationPurpose = "transactional"
    ways: Annotated[tuple[WayIn, ...], Field(max_length=20, strict=False)]
    within_minutes: Annotated[int, Field(ge=1, le=10_080)] = 1_440


@router.post("", status_code=201, dependencies=[needs("message.send")])
def add_notification(tx: Writing, asking: Asking, body: NotificationIn) -> Notification:
    """Tell one customer something, by the first way that can; the answer says which it is, and of those before it why not. The
    same key with the same body is told once."""
    if (body.customer is None) == (body.identifier is None):
        raise BadNotification(
            zh="customer 与 identifier 须且只能给一个",
            en="one of customer and identifier is needed",
        )
    customer_id = body.customer
    if body.identifier is not None:
        found = identities.find_by_identifier(tx, *identities.parse_identifier(body.identifier))
        if found is None:
            raise NoSuchCustomer()
        customer_id = found.id
    assert customer_id is not None
    profiles.get_visible_root(tx, customer_id)
    ways = tuple(Way(way.channel, way.text, way.template, way.params) for way in body.ways)
    new = NewNotification(body.key, customer_id, body.purpose, ways, body.within_minutes)
    return reads.get_notification(tx, actions.notify(tx, new), language=asking.language)


@router.get("", dependencies=[needs("task.read")])
def list_notifications(
    tx: Reading,
    asking: Asking,
    customer: UUID | None = None,
    purpose: NotificationPurpose | None = None,
    state: NotificationState | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[Notification]:
    """What customers in your scope were told, the latest first, also what no channel could take."""
    asked = Asked(customer, purpose, state, since, until)
    return reads.list_notifications(tx, asked, cursor=cursor, limit=limit, language=asking.language)


@router.get("/{notification_id}", dependencies=[needs("task.read")])
def get_notification(tx: Reading, asking: Asking, notification_id: UUID) -> Notification:
    """Which way it went, and whether it arrived."""
    found = reads.get_notification(tx, notification_id, language=asking.language)
    profiles.get_visible_root(tx, found.customer_id)
    return found
