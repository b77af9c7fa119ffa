"""What sets of customers have in common, from how many are in just which of them."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from uuid import UUID

from pyroaring import BitMap

from huitou.segment.types.answers import Overlap, Pair, Region, SetSize


def regions_of(sets: Sequence[BitMap]) -> dict[int, int]:
    """How many are in just which of the sets: bit n of a key stands for the n-th. Keys of nobody
    are left out.

    Divides what is found so far by one set after the other, so that nothing is met twice.
    """
    divided: dict[int, BitMap] = {}
    everyone = BitMap.union(*sets) if sets else BitMap()
    parts = {0: everyone}
    for place, members in enumerate(sets):
        divided = {}
        for bits, part in parts.items():
            inside = part & members
            if inside:
                divided[bits | 1 << place] = inside
            outside = part - inside
            if outside:
                divided[bits] = outside
        parts = divided
    return {bits: len(part) for bits, part in parts.items()}


def overlap(ids: Sequence[UUID], names: Mapping[UUID, str], regions: Mapping[int, int]) -> Overlap:
    """The sizes, pairs and intersections that counts of just-which make."""

    def among(*places: int) -> int:
        asked = sum(1 << place for place in places)
        return sum(count for bits, count in regions.items() if bits & asked == asked)

    places = range(len(ids))
    return Overlap(
        union=sum(regions.values()),
        common=among(*places),
        sets=[SetSize(ids[place], names[ids[place]], among(place)) for place in places],
        pairs=[
            Pair(ids[one], ids[other], among(one, other)) for one, other in combinations(places, 2)
        ],
        regions=[
            Region([ids[place] for place in places if bits >> place & 1], count)
            for bits, count in sorted(regions.items(), key=lambda each: (-each[1], each[0]))
        ],
    )
