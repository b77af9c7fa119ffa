"""Customers merged under others, while events are folded in."""

from collections import defaultdict
from collections.abc import Iterable

from huitou.identity.rules.state import Known, Standing

_NOBODY = Standing()


class Forest:
    """Union-find by size over ordinals; each tree is named by its oldest (lowest) ordinal."""

    def __init__(self, known: Known) -> None:
        self._parent: dict[int, int] = dict(known.roots)
        self._size: dict[int, int] = {}
        self._oldest: dict[int, int] = {}
        self.standings: dict[int, Standing] = dict(known.standings)
        self.apart: dict[int, set[int]] = defaultdict(set)
        for one, other in known.apart:
            self.apart[one].add(other)
            self.apart[other].add(one)

    def add(self, ordinal: int) -> None:
        self._parent[ordinal] = ordinal
        self.standings[ordinal] = _NOBODY

    def ordinals(self) -> list[int]:
        """All customers there are."""
        return list(self._parent)

    def oldest(self, ordinal: int) -> int:
        """The customer who answers for `ordinal`."""
        top = self._top(ordinal)
        return self._oldest.get(top, top)

    def union(self, one: int, other: int) -> tuple[int, int]:
        """Joins two trees, given by their oldest; answers (winner, loser)."""
        winner, loser = min(one, other), max(one, other)
        big, small = self._top(winner), self._top(loser)
        if self._size.get(big, 1) < self._size.get(small, 1):
            big, small = small, big
        self._parent[small] = big
        self._size[big] = self._size.get(big, 1) + self._size.get(small, 1)
        self._oldest[big] = winner
        ours, theirs = self.standings[winner], self.standings.pop(loser)
        self.standings[winner] = Standing(
            ours.is_strong or theirs.is_strong, ours.unionid_scopes | theirs.unionid_scopes
        )
        for third in self.apart.pop(loser, set()):
            self.apart[third].discard(loser)
            self.apart[third].add(winner)
            self.apart[winner].add(third)
        return winner, loser

    def join(self, pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
        """A person's merges, in their order; loser → winner."""
        under: dict[int, int] = {}
        for one, other in pairs:
            winner, loser = self.oldest(one), self.oldest(other)
            if winner != loser:
                winner, loser = self.union(winner, loser)
                under[loser] = winner
        return under

    def _top(self, ordinal: int) -> int:
        parent = self._parent
        while parent[ordinal] != ordinal:
            parent[ordinal] = parent[parent[ordinal]]
            ordinal = parent[ordinal]
        return ordinal
