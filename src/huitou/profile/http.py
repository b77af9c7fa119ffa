"""Customers over HTTP: list, 360° page, timeline, evidence, and what staff may do."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.identity import actions as identity
from huitou.identity import reads as identities
from huitou.identity.types import Customer, NoSuchCustomer
from huitou.kernel.ids import ids_in
from huitou.kernel.page import PAGE_MAX, Page
from huitou.merchant import actions as merchants
from huitou.profile import actions, reads
from huitou.profile.types import (
    Consent,
    ConsentChange,
    ConsentState,
    CustomerDetail,
    CustomerRow,
    Revealed,
    Tag,
    TimelineItem,
    WhyOne,
)

router = Router(prefix="/v1", tags=["customers"], dependencies=[needs("customer.read")])

Count = Annotated[int, Query(ge=1, le=PAGE_MAX, alias="limit")]
TagName = Annotated[str, Field(min_length=1, max_length=40)]


class Merge(Body):
    other: Annotated[UUID, Field(strict=False)]


class Split(Body):
    """Either identifiers (`kind:value[@scope]`, or their ids), or a recorded merge to undo."""

    identifiers: Annotated[tuple[str, ...], Field(max_length=100, strict=False)] = ()
    identifier_ids: Annotated[tuple[int, ...], Field(max_length=100, strict=False)] = ()
    merging: Annotated[UUID | None, Field(strict=False)] = None


class Reveal(Body):
    reason: Annotated[str | None, Field(max_length=200)] = None


class Tags(Body):
    add: Annotated[tuple[TagName, ...], Field(max_length=50, strict=False)] = ()
    remove: Annotated[tuple[TagName, ...], Field(max_length=50, strict=False)] = ()


class Decision(Body):
    channel: Annotated[str, Field(max_length=20)]
    purpose: Annotated[str, Field(max_length=20)] = "marketing"
    state: ConsentState
    method: Literal["told_staff", "signed_form", "phone_call", "other"] = "told_staff"


class Zone(Body):
    """An IANA name such as `Asia/Urumqi`; null: where the merchant's clock is."""

    zone: Annotated[str | None, Field(max_length=64)]


class Flags(Body):
    no_profiling: bool
    under_14: bool


@router.get("/customers")
def list_customers(
    tx: Reading,
    identifier: str | None = None,
    ids: str | None = None,
    q: str | None = None,
    unit: str | None = None,
    associate: str | None = None,
    tag: str | None = None,
    cursor: str | None = None,
    limit: Count = 50,
) -> Page[CustomerRow] | CustomerDetail:
    """With `identifier=kind:value[@scope]` that one customer or 404; else a page of customers:
    the up to 200 named by `ids` (joined by commas, those out of sight left out), or who is sought.
    """
    if identifier is not None:
        kind, value, scope = identities.parse_identifier(identifier)
        found = identities.find_by_identifier(tx, kind, value, scope)
        if found is None:
            raise NoSuchCustomer()
        return reads.get_customer(tx, found.id)
    if ids is not None:
        return reads.customers_of(tx, ids_in(ids))
    return reads.list_customers(
        tx, q=q, unit=unit, associate=associate, tag=tag, cursor=cursor, count_max=limit
    )


@router.get("/customers/{customer_id}")
def get_customer(tx: Reading, customer_id: UUID) -> CustomerDetail:
    return reads.get_customer(tx, customer_id)


@router.get("/customers/{customer_id}/timeline")
def get_timeline(
    tx: Reading, customer_id: UUID, cursor: str | None = None, limit: Count = 50
) -> Page[TimelineItem]:
    return reads.timeline(tx, customer_id, cursor, limit)


@router.get("/customers/{customer_id}/why-one")
def get_why_one(tx: Reading, customer_id: UUID) -> WhyOne:
    return reads.why_one(tx, customer_id)


@router.post("/customers/{customer_id}/merge", dependencies=[needs("customer.edit")])
def merge(tx: Writing, customer_id: UUID, body: Merge) -> Customer:
    root_id = reads.get_visible_root(tx, customer_id)
    winner = identity.merge(tx, root_id, reads.get_visible_root(tx, body.other))
    merchants.audit(tx, "customer.merged", f"customer:{winner.id}", other=str(body.other))
    return winner


@router.post("/customers/{customer_id}/split", dependencies=[needs("customer.edit")])
def split(tx: Writing, customer_id: UUID, body: Split) -> Customer:
    root_id = reads.get_visible_root(tx, customer_id)
    if body.merging is not None:
        other = identity.undo_merge(tx, root_id, body.merging)
    else:
        ids = [*body.identifier_ids, *identities.ids_of(tx, body.identifiers)]
        other = identity.split(tx, root_id, ids)
    merchants.audit(tx, "customer.split", f"customer:{root_id}", other=str(other.id))
    return other


@router.post("/customers/{customer_id}/forget", dependencies=[needs("customer.edit")])
def forget(tx: Writing, customer_id: UUID) -> Customer:
    root_id = reads.get_visible_root(tx, customer_id)
    identity.forget(tx, root_id)
    merchants.audit(tx, "customer.forgotten", f"customer:{root_id}")
    return identities.get_customer(tx, root_id)


@router.post("/customers/{customer_id}/reveal", dependencies=[needs("customer.reveal")])
def reveal(tx: Writing, customer_id: UUID, body: Reveal | None = None) -> Revealed:
    """Personal values in full; who looked is kept."""
    shown = reads.reveal(tx, customer_id)
    merchants.audit(tx, "customer.revealed", f"customer:{shown.id}")
    return shown


@router.post("/customers/{customer_id}/tags", dependencies=[needs("customer.edit")])
def set_tags(tx: Writing, customer_id: UUID, body: Tags) -> list[Tag]:
    root_id = reads.get_visible_root(tx, customer_id)
    actions.set_tags(tx, [root_id], add=body.add, remove=body.remove)
    return reads.tags(tx, [root_id]).get(root_id, [])


@router.post("/customers/{customer_id}/consents", dependencies=[needs("customer.edit")])
def set_consent(tx: Writing, customer_id: UUID, body: Decision) -> list[Consent]:
    root_id = reads.get_visible_root(tx, customer_id)
    proof = {"by": tx.principal, "method": body.method}
    change = ConsentChange(root_id, body.channel, body.purpose, body.state, tx.now, proof)
    actions.set_consents(tx, [change])
    merchants.audit(
        tx,
        f"consent.{body.state}",
        f"customer:{root_id}",
        channel=body.channel,
        purpose=body.purpose,
    )
    return reads.get_customer(tx, root_id).consents


@router.post("/customers/{customer_id}/flags", dependencies=[needs("customer.edit")])
def set_flags(tx: Writing, customer_id: UUID, body: Flags) -> CustomerDetail:
    root_id = reads.get_visible_root(tx, customer_id)
    actions.set_flags(tx, root_id, no_profiling=body.no_profiling, under_14=body.under_14)
    merchants.audit(tx, "customer.flagged", f"customer:{root_id}", **body.model_dump())
    return reads.get_customer(tx, root_id)


@router.put("/customers/{customer_id}/zone", dependencies=[needs("customer.edit")])
def set_zone(tx: Writing, customer_id: UUID, body: Zone) -> CustomerDetail:
    """Where the customer's clock is: for quiet hours and days of the contact policy."""
    root_id = reads.get_visible_root(tx, customer_id)
    change = {"before": reads.get_customer(tx, root_id).zone, "after": body.zone}
    actions.set_zone(tx, root_id, body.zone)
    merchants.audit(tx, "customer.zone_set", f"customer:{root_id}", zone=change)
    return reads.get_customer(tx, root_id)


@router.get("/customers/{customer_id}/export", dependencies=[needs("export.read")])
def export(tx: Writing, customer_id: UUID) -> dict[str, object]:
    """Everything every room keeps about the customer, in full; that it was exported is audited."""
    exported = reads.export(tx, customer_id)
    merchants.audit(tx, "customer.exported", f"customer:{customer_id}")
    return exported
