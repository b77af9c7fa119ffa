"""Segments over HTTP."""

from dataclasses import replace
from time import perf_counter
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Asking, Body, Reading, Router, Writing, needs
from huitou.kernel.errors import Invalid
from huitou.kernel.ids import ids_in
from huitou.kernel.page import PAGE_MAX, Page
from huitou.segment import actions, reads
from huitou.segment.types.answers import (
    Clock,
    Count,
    Explanation,
    History,
    Member,
    Overlap,
    Segment,
    Sentence,
    SizeHistory,
)
from huitou.segment.types.vocabulary import Template, Vocabulary

router = Router(prefix="/v1/segments", tags=["segment"])

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
Rule = dict[str, Any]
"""A rule tree; it is read by `segment.rules.parse`, which refuses with the path of the fault."""


Days = Annotated[int, Query(ge=1, le=366)]
_OVERLAP_MIN, _OVERLAP_MAX = 2, 6


class BadOverlap(Invalid):
    code = "segment.bad_overlap"
    zh, en = "请选择 2 到 6 个不同的人群", "Choose between 2 and 6 different segments"


class OverlapIn(Body):
    """2 to 6 different segments."""

    segments: Annotated[tuple[Annotated[UUID, Field(strict=False)], ...], Field(strict=False)]


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


@router.get("/sizes", dependencies=[needs("segment.read")])
def list_sizes(tx: Reading, days: Days = 30) -> Page[SizeHistory]:
    """How large every segment was in the last days, for small pictures."""
    return Page(reads.size_histories(tx, days))


@router.post("/overlap", dependencies=[needs("segment.read")])
def overlap(tx: Reading, body: OverlapIn) -> Overlap:
    """What segments have in common: in pairs, in all, and in just which of them."""
    return reads.overlap(tx, _different(body.segments))


@router.get("/overlap/customers", dependencies=[needs("segment.read")])
def list_common(
    tx: Reading,
    inside: str,
    outside: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[Member]:
    """The members in the asker's scope of all segments `inside` and of none `outside`; ids are
    joined by commas."""
    out = ids_in(outside) if outside else []
    return reads.list_common(tx, ids_in(inside), out, cursor=cursor, limit=limit)


def _different(segments: tuple[UUID, ...]) -> list[UUID]:
    ids = list(dict.fromkeys(segments))
    if not _OVERLAP_MIN <= len(ids) == len(segments) <= _OVERLAP_MAX:
        raise BadOverlap()
    return ids


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


@router.get("/{segment_id}/history", dependencies=[needs("segment.read")])
def get_history(tx: Reading, segment_id: UUID, days: Days = 30) -> History:
    """How large a segment was in the last days, and who entered and left on each."""
    return reads.history(tx, segment_id, days)
