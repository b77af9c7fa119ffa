"""A segment is filled by looking at so many memberships at a time: first at those it has, by customer, and then at those
that the rule finds, by ordinal. Both walks go over what is judged live meanwhile, which is right already."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pyroaring import BitMap

from huitou.segment.types.filling import Looked, Place

_OVER = UUID(int=2**128 - 1)
"""After every customer."""


@dataclass(frozen=True, slots=True)
class Step:
    """Who leaves and (by ordinal) who enters if they are not in already, and how far that comes; None: it is whole."""

    leaving: list[UUID]
    coming: list[int]
    place: Place | None


def begin(member_count: int, found: BitMap) -> Place:
    """Nobody has been looked at."""
    return Place(whole=member_count + len(found), done=0, after=UUID(int=0), upto=0)


def step(found: BitMap, place: Place, members: Sequence[Looked], most: int) -> Step:
    """Look at `most` memberships after a place. `found` meet the rule now, `members` are the next of those who are in, so
    many if there are."""
    leaving = [each.customer_id for each in members if each.ordinal not in found]
    if len(members) == most:
        gone_to = replace(place, done=place.done + most, after=members[-1].customer_id)
        return Step(leaving, [], gone_to)
    first = found.rank(place.upto)
    coming = list(found[first : first + most - len(members)])
    if first + len(coming) == len(found):
        return Step(leaving, coming, None)
    done = place.done + len(members) + len(coming)
    return Step(leaving, coming, replace(place, done=done, after=_OVER, upto=coming[-1]))
