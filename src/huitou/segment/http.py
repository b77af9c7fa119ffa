"""Segments over HTTP."""

from dataclasses import replace
from time import perf_counter
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Asking, Body, Reading, Router, Writing, needs
from huitou.kernel.page import PAGE_MAX, Page
from huitou.segment import actions, reads
from huitou.segment.types.answers import Clock, Count, Explanation, Member, Segment, Sentence
from huitou.segment.types.vocabulary import Template, Vocabulary

router = Router(prefix="/v1/segments", tags=["segment"])

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
Rule = dict[str, Any]
"""A rule tree; it is read by `segment.rules.parse`, which refuses with the path of the fault."""


class RuleIn(Body):
    rule: Rule


class NewSegment(Body):
    name: Name
    rule: Rule


class ChangedSegment(Body):
    """`version` is the one the change was made on."""

    name: Name
    rule: Rule
    version: int


class ExplainIn(Body):
    rule: Rule
    customer: Annotated[UUID, Field(strict=False)]


@router.get("", dependencies=[needs("segment.read")])
def list_segments(
    tx: Reading, asking: Asking, cursor: str | None = None, limit: Limit = 50
) -> Page[Segment]:
    """Segments by name, with their sentences."""
    return reads.list_segments(tx, cursor=cursor, limit=limit, language=asking.language)


@router.post("", status_code=201, dependencies=[needs("segment.edit")])
def add_segment(tx: Writing, asking: Asking, body: NewSegment) -> Segment:
    """Save a rule under a name."""
    return actions.add_segment(tx, body.name, body.rule, asking.language)


@router.post("/count", dependencies=[needs("segment.read")])
def count(tx: Reading, asking: Asking, body: RuleIn) -> Count:
    """How many customers meet a rule, in all and leaf by leaf, and how many can be reached."""
    started = perf_counter()
    counted = reads.count(tx, body.rule, asking.language)
    return replace(counted, took_ms=round((perf_counter() - started) * 1000))


@router.post("/sentence", dependencies=[needs("segment.read")])
def sentence(tx: Reading, body: RuleIn) -> Sentence:
    """A rule in words."""
    return reads.sentence(tx, body.rule)


@router.post("/explain", dependencies=[needs("segment.read")])
def explain(tx: Reading, asking: Asking, body: ExplainIn) -> Explanation:
    """A verdict per leaf for one customer, with the figures found."""
    return reads.explain(tx, body.rule, body.customer, asking.language)


@router.get("/vocabulary", dependencies=[needs("segment.read")])
def vocabulary(tx: Reading) -> Vocabulary:
    """What a rule may be made of."""
    return reads.vocabulary(tx)


@router.get("/templates", dependencies=[needs("segment.read")])
def list_templates() -> Page[Template]:
    """Ready-made rules."""
    return Page(reads.list_templates())


@router.get("/clock", dependencies=[needs("segment.read")])
def get_clock(tx: Reading) -> Clock | None:
    """How far time has been followed, who waits to be judged, and the last safety check."""
    return reads.get_clock(tx)


@router.get("/{segment_id}", dependencies=[needs("segment.read")])
def get_segment(tx: Reading, asking: Asking, segment_id: UUID) -> Segment:
    """One segment."""
    return reads.get_segment(tx, segment_id, asking.language)


@router.put("/{segment_id}", dependencies=[needs("segment.edit")])
def change_segment(tx: Writing, asking: Asking, segment_id: UUID, body: ChangedSegment) -> Segment:
    """Another name or rule."""
    return actions.change_segment(
        tx,
        segment_id,
        name=body.name,
        rule=body.rule,
        version=body.version,
        language=asking.language,
    )


@router.delete("/{segment_id}", status_code=204, dependencies=[needs("segment.edit")])
def delete_segment(tx: Writing, segment_id: UUID, version: int | None = None) -> None:
    """Take a segment out of use."""
    actions.delete_segment(tx, segment_id, version)


@router.get("/{segment_id}/customers", dependencies=[needs("segment.read")])
def list_members(
    tx: Reading, segment_id: UUID, cursor: str | None = None, limit: Limit = 50
) -> Page[Member]:
    """The members in the asker's scope."""
    return reads.list_members(tx, segment_id, cursor=cursor, limit=limit)
