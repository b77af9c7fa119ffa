"""Sets of customers put together as a rule says.

To write down who is left of ten million, when a rule takes some off, costs ten times what counting them does: those who are left are
kept as two sets, one within the other. `BitMap.intersection`, and a union that begins with a small set, copy what need not be copied.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from uuid import UUID

from pyroaring import BitMap

from huitou.segment.types.rule import All, AnyOf, At, InSegment, Leaf, Node, Not

_FIRST = 1 << 16
"""Ordinals looked through for the first few."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who meets a leaf: `found`, or everyone else."""

    found: BitMap
    is_opposite: bool = False

    def within(self, people: BitMap) -> int:
        """How many of these."""
        if self.is_opposite:
            return people.difference_cardinality(self.found)
        return people.intersection_cardinality(self.found)


@dataclass(frozen=True, slots=True)
class Found:
    """Those of `wide` who are not in `less`, a part of it."""

    wide: BitMap
    less: BitMap

    def everyone(self) -> BitMap:
        return self.wide - self.less if self.less else self.wide

    def count(self) -> int:
        return len(self.wide) - len(self.less)

    def count_of(self, known: Known) -> int:
        """How many of them meet a leaf."""
        return known.within(self.wide) - known.within(self.less)

    def first(self, count: int) -> list[int]:
        """The lowest ordinals."""
        upto, last = _FIRST, self.wide.max() if self.wide else 0
        while True:
            found = (self.wide & BitMap(range(upto))) - self.less
            if len(found) >= count or upto > last:
                return list(found[:count])
            upto *= 4


class Algebra:
    """Nodes as sets, as far as they are about `people`, by what is known of leaves."""

    def __init__(
        self, people: BitMap, known: Callable[[Leaf], Known], rules: Mapping[UUID, Node]
    ) -> None:
        self._people = people
        self._known = known
        self._rules = rules

    def found(self, node: Node) -> Found:
        """Who of the people meets a node."""
        wanted, unwanted = self._parted([node])
        return _less(_joined([*wanted, self._people]), _union(unwanted))

    def only_leaf(self, node: Node) -> Leaf | None:
        """The leaf that a node comes to, where it is no more than one."""
        match node:
            case At(_, InSegment(id=segment_id)):
                return self.only_leaf(self._rules[segment_id])
            case At(_, leaf):
                return leaf
            case All((one,)) | AnyOf((one,)):
                return self.only_leaf(one)
            case _:
                return None

    def _parted(self, nodes: Iterable[Node]) -> tuple[list[BitMap], list[BitMap]]:
        """What everyone is in who meets all of these, and what nobody is in."""
        wanted, unwanted = [], []
        for node in nodes:
            match node:
                case At(_, InSegment(id=segment_id)):
                    more, less = self._parted([self._rules[segment_id]])
                case At(_, leaf):
                    known = self._known(leaf)
                    more, less = [known.found], []
                    if known.is_opposite:
                        more, less = less, more
                case All(inner):
                    more, less = self._parted(inner)
                case Not(inner_node):
                    more, less = [], list(self._either([inner_node]))
                case AnyOf(inner):
                    more, less = [_union(list(self._either(inner)))], []
            wanted += more
            unwanted += less
        return wanted, unwanted

    def _either(self, nodes: Iterable[Node]) -> Iterator[BitMap]:
        """Sets that whoever meets one of these is in one of."""
        for node in nodes:
            match node:
                case At(_, InSegment(id=segment_id)):
                    yield from self._either([self._rules[segment_id]])
                case AnyOf(inner):
                    yield from self._either(inner)
                case _:
                    wanted, unwanted = self._parted([node])
                    those = _joined(wanted or [self._people])
                    yield those - _union(unwanted) if unwanted else those


def _less(those: BitMap, less: BitMap) -> Found:
    return Found(those | less if less else those, less)


def _joined(sets: Sequence[BitMap]) -> BitMap:
    return reduce(and_, sorted(sets, key=len))


def _union(sets: Sequence[BitMap]) -> BitMap:
    if len(sets) < 2:
        return sets[0] if sets else BitMap()
    return BitMap.union(*sorted(sets, key=len, reverse=True))
