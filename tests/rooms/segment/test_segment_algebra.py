"""Sets put together by the algebra are those that Python's own sets make of the same rule."""

from random import Random
from uuid import UUID

import pytest
from pyroaring import BitMap

from huitou.segment.rules.algebra import Algebra, Known
from huitou.segment.types.rule import All, AnyOf, At, InSegment, Leaf, Node, Not, Trait

SIZE = 140_000
"""So that sets have containers of either kind, and the first of some lie far behind."""
LEAVES: list[Leaf] = [Trait(name="number", op="=", value=number) for number in range(6)]


class World:
    """Customers, and who meets which leaf. Some are out of the scope, some are nobody any more."""

    def __init__(self, dice: Random) -> None:
        self.everyone = {each for each in range(SIZE) if each % 7}
        start = dice.choice((0, 100_000))
        self.people = {each for each in self.everyone if each >= start and each % 5}
        shares = (0.0005, 0.01, 0.1, 0.4, 0.8, 0.98)
        self.found = [
            set(dice.sample(range(SIZE), int(share * SIZE)))
            for share in dice.sample(shares, len(shares))
        ]
        self.opposite = [dice.random() < 0.3 for _ in LEAVES]
        self.known = {
            leaf: Known(BitMap(found), is_opposite)
            for leaf, found, is_opposite in zip(LEAVES, self.found, self.opposite, strict=True)
        }
        self.meeting = {
            leaf: self.people - found if is_opposite else self.people & found
            for leaf, found, is_opposite in zip(LEAVES, self.found, self.opposite, strict=True)
        }
        self.rules: dict[UUID, Node] = {}
        for number in range(3):
            self.rules[UUID(int=number)] = self.make(dice, depth=2)

    def make(self, dice: Random, depth: int) -> Node:
        """A random rule."""
        if depth == 0 or dice.random() < 0.2:
            if self.rules and dice.random() < 0.3:
                return At("", InSegment(id=dice.choice(list(self.rules))))
            return At("", dice.choice(LEAVES))
        nodes = tuple(self.make(dice, depth - 1) for _ in range(dice.choice((0, 1, 2, 2, 3, 4))))
        match dice.choice(("all", "any", "not")):
            case "all":
                return All(nodes)
            case "any":
                return AnyOf(nodes)
            case _:
                return Not(self.make(dice, depth - 1))

    def of(self, node: Node) -> set[int]:
        """The people who meet a node."""
        match node:
            case At(_, InSegment(id=segment_id)):
                return self.of(self.rules[segment_id])
            case At(_, leaf):
                return self.meeting[leaf]
            case All(nodes):
                return self.people.intersection(*map(self.of, nodes))
            case AnyOf(nodes):
                return set().union(*map(self.of, nodes))
            case Not(inner):
                return self.people - self.of(inner)


@pytest.mark.parametrize("seed", range(5))
def test_found_and_counted_are_those_who_meet_the_rule(seed: int) -> None:
    dice = Random(seed)
    world = World(dice)
    people = BitMap(world.people)
    algebra = Algebra(people, world.known.__getitem__, world.rules)
    sizes = set()
    for _ in range(20):
        node = world.make(dice, depth=3)
        expected = world.of(node)
        found = algebra.found(node)
        assert set(found.everyone()) == expected, node
        assert found.count() == len(expected)
        assert found.first(5) == sorted(expected)[:5]
        for leaf in LEAVES:
            assert found.count_of(world.known[leaf]) == len(expected & world.meeting[leaf])
        alone = algebra.only_leaf(node)
        if alone is not None:
            assert expected == world.meeting[alone]
            assert world.known[alone].within(people) == len(expected)
        sizes.add(len(expected))
    assert len(sizes) > 5


def test_putting_together_changes_no_set() -> None:
    world = World(Random(1))
    before = [set(known.found) for known in world.known.values()]
    people = BitMap(world.people)
    algebra = Algebra(people, world.known.__getitem__, world.rules)
    for seed in range(20):
        found = algebra.found(world.make(Random(seed), depth=3))
        found.everyone(), found.first(3), found.count_of(world.known[LEAVES[0]])
    assert [set(known.found) for known in world.known.values()] == before
    assert set(people) == world.people
