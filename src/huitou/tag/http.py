"""Tags over HTTP: the library, what is recommended, and a customer's evidence."""

from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.kernel.page import Page
from huitou.profile import reads as profile
from huitou.profile.types import TagKind
from huitou.tag import actions, reads
from huitou.tag.types import Habit, Recommendation, RecommendationState, TagRow

router = Router(prefix="/v1", tags=["tag"], dependencies=[needs("customer.read")])

Name = Annotated[str, Field(min_length=1, max_length=40)]
Group = Annotated[str, Field(max_length=40)]
Units = Annotated[
    tuple[Annotated[str, Field(max_length=64)], ...], Field(max_length=200, strict=False)
]
Ids = Annotated[
    tuple[Annotated[UUID, Field(strict=False)], ...], Field(max_length=200, strict=False)
]


class NewTag(Body):
    """With a segment the tag follows it; `units` are codes, none is everybody."""

    name: Name
    group: Group = ""
    units: Units = ()
    segment_id: Annotated[UUID | None, Field(strict=False)] = None


class TagChange(Body):
    group: Group
    units: Units
    version: int


class Carriers(Body):
    add: Ids = ()
    remove: Ids = ()


class Accept(Body):
    name: Name | None = None
    group: Group = ""


@router.get("/tags")
def list_tags(tx: Reading) -> Page[TagRow]:
    """The tags of the asker's units, with how many customers carry each."""
    return Page(reads.list_tags(tx))


@router.post("/tags", status_code=201, dependencies=[needs("tag.edit")])
def add_tag(tx: Writing, body: NewTag) -> TagKind:
    return actions.add_tag(
        tx, body.name, group=body.group, units=body.units, segment_id=body.segment_id
    )


@router.get("/tags/recommended", dependencies=[needs("tag.edit")])
def list_recommended(tx: Reading, state: RecommendationState = "open") -> Page[Recommendation]:
    """What purchases suggest, each with its evidence."""
    return Page(reads.recommendations(tx, state))


@router.post("/tags/recommended/find", dependencies=[needs("tag.edit")])
def find(tx: Writing) -> Page[Recommendation]:
    """Look now instead of at night."""
    actions.find(tx)
    return Page(reads.recommendations(tx))


@router.post("/tags/recommended/{recommendation_id}/accept", dependencies=[needs("tag.edit")])
def accept(tx: Writing, recommendation_id: UUID, body: Accept | None = None) -> TagKind:
    """A tag that follows the rule of the recommendation, kept by itself from now on."""
    chosen = body or Accept()
    return actions.accept(tx, recommendation_id, name=chosen.name, group=chosen.group)


@router.post(
    "/tags/recommended/{recommendation_id}/dismiss",
    status_code=204,
    dependencies=[needs("tag.edit")],
)
def dismiss(tx: Writing, recommendation_id: UUID) -> Response:
    """It is not recommended again."""
    actions.dismiss(tx, recommendation_id)
    return Response(status_code=204)


@router.patch("/tags/{tag_id}", dependencies=[needs("tag.edit")])
def change_tag(tx: Writing, tag_id: UUID, body: TagChange) -> TagKind:
    return actions.change_tag(tx, tag_id, group=body.group, units=body.units, version=body.version)


@router.delete("/tags/{tag_id}", status_code=204, dependencies=[needs("tag.edit")])
def remove_tag(tx: Writing, tag_id: UUID) -> Response:
    actions.remove_tag(tx, tag_id)
    return Response(status_code=204)


@router.post("/tags/{tag_id}/customers", dependencies=[needs("tag.set")])
def set_on(tx: Writing, tag_id: UUID, body: Carriers) -> TagKind:
    """Set the tag on customers and take it off others, by hand."""
    actions.set_on(tx, tag_id, add=body.add, remove=body.remove)
    return profile.get_tag_kind(tx, tag_id)


@router.get("/customers/{customer_id}/tag-evidence")
def list_evidence(tx: Reading, customer_id: UUID) -> Page[Habit]:
    """What the customer does clearly more than others, with the numbers."""
    return Page(reads.evidence_of(tx, customer_id))
