"""Deterministic identity resolution, and its quality against a known truth.

Grades follow `protocols.md` §7. Resolution is a fold over events in the order of the log: what an
event does depends on the state before it and on nothing else, so cutting the stream into batches
of any size gives the same customers, ordinals, merges and links (a property test).

What order may change, and what not:
- Without quarantines and typed phones, the partition of identifiers is that of the connected
  components of "appeared in one event" whatever the order of arrival; only the winners differ.
- A typed phone goes to whoever typed it first, so its holder depends on the order.
- A quarantine works from the event that causes it on: merges made earlier over the same identifier
  stay (they are recorded and can be taken back).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from huitou.identity.rules.state import (
    Assigned,
    Known,
    Link,
    Merge,
    Moved,
    Quarantined,
    Resolution,
    Sighted,
    Sighting,
    Standing,
    Use,
)
from huitou.identity.types import Grade, Policy, Quarantine

_TYPED = frozenset({"phone", "email"})
"""Kinds that are a hint until verified: anybody can type anybody's."""
_STABLE = frozenset({"unionid", "card"})
_RANK = {"unionid": 0, "card": 1, "phone": 2, "email": 3}
_SCOPED_RANK = 4


def grade_of(kind: str, is_verified: bool) -> Grade:
    """The grade of an identifier in an event."""
    if kind in _STABLE:
        return "A"
    if kind in _TYPED:
        return "A" if is_verified else "C"
    return "B"


def resolve(sightings: Iterable[Sighting], known: Known, policy: Policy) -> Resolution:
    """Link, merge and assign the events of one batch, in the order of their positions.

    Per event: stable identifiers and verified phones (A) and scoped ones (B) that appear together
    are one customer, unless that would give one customer two unionids of one scope or join what a
    person has split. The identifier that would have connected two unionids is quarantined. A typed
    phone (C) is kept as a hint when nobody holds it, connects nobody, and decides only when it is
    all there is. A verified phone takes over a typed one: a customer known by nothing else is
    merged, else only the link moves. A phone seen with `policy.shared_after` different
    identifiers of one kind and scope, or owned by a unit or by staff, is quarantined.

    Cost: O(n α(n)) for n identifiers in the batch.
    """
    fold = _Fold(known, policy)
    for sighting in sightings:
        fold.take(sighting)
    return fold.resolution()


class _Forest:
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
        self.standings[ordinal] = Standing()

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

    def _top(self, ordinal: int) -> int:
        parent = self._parent
        while parent[ordinal] != ordinal:
            parent[ordinal] = parent[parent[ordinal]]
            ordinal = parent[ordinal]
        return ordinal


class _Fold:
    """The state while a batch is folded in."""

    def __init__(self, known: Known, policy: Policy) -> None:
        self._policy = policy
        self._links: dict[int, Link] = dict(known.links)
        self._forest = _Forest(known)
        self._store_phones = known.store_phones
        self._next = known.next_ordinal
        self._uses: dict[int, dict[tuple[str, str], set[int]]] = defaultdict(
            lambda: defaultdict(set)
        )
        for use in known.uses:
            self._uses[use.phone_id][use.kind, use.scope].add(use.other_id)
        self._touched: dict[int, None] = {}
        self._created: list[int] = []
        self._merges: list[Merge] = []
        self._moves: list[Moved] = []
        self._quarantined: list[Quarantined] = []
        self._assigned: list[Assigned] = []
        self._new_uses: list[Use] = []
        self._strong: set[int] = set()

    def take(self, sighting: Sighting) -> None:
        usable = self._usable(sighting)
        firm = [each for each in usable if grade_of(each.kind, each.is_verified) != "C"]
        typed = [each for each in usable if grade_of(each.kind, each.is_verified) == "C"]
        if firm:
            via = self._connect(sighting, firm)
            holder = self._links[via].customer
            assert holder is not None
            for each in typed:
                if each.id not in self._links:
                    self._link(sighting, each, holder)
        elif typed:
            via = self._by_typed(sighting, typed)
        else:
            return
        customer = self._links[via].customer
        assert customer is not None
        self._assigned.append(Assigned(sighting.position, customer, via))

    def resolution(self) -> Resolution:
        return Resolution(
            created=self._created,
            links=[self._links[identifier_id] for identifier_id in self._touched],
            merges=self._merges,
            moves=self._moves,
            quarantined=self._quarantined,
            assigned=self._assigned,
            uses=self._new_uses,
            strong=frozenset(self._strong),
        )

    def _usable(self, sighting: Sighting) -> list[Sighted]:
        """The event's identifiers, each once, without those that speak for nobody."""
        once: dict[int, Sighted] = {}
        for each in sighting.identifiers:
            before = once.get(each.id)
            once[each.id] = each if before is None or each.is_verified else before
        open_ones = [each for each in once.values() if not self._is_quarantined(each.id)]
        witnesses = [each for each in open_ones if each.kind not in _TYPED]
        for each in open_ones:
            if each.kind not in _TYPED:
                continue
            if each.id in self._store_phones:
                self._quarantine(sighting, each, "store_phone")
            elif self._is_shared(each, witnesses):
                self._quarantine(sighting, each, "shared_phone")
        return [each for each in open_ones if not self._is_quarantined(each.id)]

    def _is_shared(self, phone: Sighted, witnesses: Sequence[Sighted]) -> bool:
        uses = self._uses[phone.id]
        for other in witnesses:
            group = uses[other.kind, other.scope]
            if other.id not in group:
                group.add(other.id)
                self._new_uses.append(Use(phone.id, other.id, other.kind, other.scope))
        return any(len(group) >= self._policy.shared_after for group in uses.values())

    def _connect(self, sighting: Sighting, firm: Sequence[Sighted]) -> int:
        """Make the event's firm identifiers one customer; the identifier that decides."""
        group: list[Sighted] = []
        current: int | None = None
        scopes: set[str] = set()
        for each in sorted(firm, key=self._strength):
            holder = self._holder(each, current)
            theirs = self._scopes_of(each, holder)
            ours = scopes | (self._forest.standings[current].unionid_scopes if current else set())
            if holder is None or holder != current:
                if theirs & ours:
                    if each.kind != "unionid":
                        self._quarantine(sighting, each, "conflict_unionid")
                    continue
                if holder and current and holder in self._forest.apart[current]:
                    continue
            if holder is None:
                scopes |= theirs
            elif current is None:
                current = holder
            elif holder != current:
                current = self._merge(sighting, group[0], each, current, holder)
            group.append(each)
        self._attach(sighting, group, current)
        return group[0].id

    def _strength(self, each: Sighted) -> tuple[bool, int, int]:
        """Firmest first; phones that were only typed so far last."""
        link = self._links.get(each.id)
        is_typed = link is not None and link.grade == "C"
        return is_typed, _RANK.get(each.kind, _SCOPED_RANK), each.id

    def _holder(self, each: Sighted, current: int | None) -> int | None:
        """Who answers for the identifier; nobody when a typed phone is to be moved."""
        link = self._links.get(each.id)
        if link is None or link.customer is None:
            return None
        holder = self._forest.oldest(link.customer)
        is_taken_over = link.grade == "C" and holder != current
        if is_taken_over and self._forest.standings[holder].is_strong:
            return None
        return holder

    def _scopes_of(self, each: Sighted, holder: int | None) -> frozenset[str]:
        if holder is not None:
            return self._forest.standings[holder].unionid_scopes
        return frozenset({each.scope}) if each.kind == "unionid" else frozenset()

    def _merge(
        self, sighting: Sighting, anchor: Sighted, bridge: Sighted, current: int, holder: int
    ) -> int:
        was_typed = self._links[bridge.id].grade == "C"
        winner, loser = self._forest.union(current, holder)
        self._merges.append(
            Merge(
                winner,
                loser,
                sighting.position,
                (anchor.id, bridge.id),
                "phone_verified" if was_typed else "together",
            )
        )
        return winner

    def _attach(self, sighting: Sighting, group: Sequence[Sighted], current: int | None) -> None:
        """Link what is not linked yet to the customer of the firmest that is."""
        owner: int | None = None
        for each in group:
            link = self._links.get(each.id)
            if link and link.customer and self._forest.oldest(link.customer) == current:
                owner = link.customer
                break
        if owner is None:
            owner = self._create()
        top = self._forest.oldest(owner)
        for each in group:
            link = self._links.get(each.id)
            if link is None:
                self._link(sighting, each, owner)
            elif link.grade == "C":
                assert link.customer is not None
                if self._forest.oldest(link.customer) != top:
                    self._moves.append(Moved(each.id, link.customer, owner, sighting.position))
                    self._link(sighting, each, owner)
                else:
                    self._link(sighting, each, link.customer)

    def _by_typed(self, sighting: Sighting, typed: Sequence[Sighted]) -> int:
        """Only typed phones: the holder of the best known one, or somebody new."""
        held = [each.id for each in typed if each.id in self._links]
        if held:
            return min(held, key=lambda each: (self._links[each].grade, each))
        first = typed[0]
        self._link(sighting, first, self._create())
        return first.id

    def _link(self, sighting: Sighting, each: Sighted, customer: int) -> None:
        grade = grade_of(each.kind, each.is_verified)
        self._set(
            Link(
                each.id,
                each.kind,
                each.scope,
                customer,
                grade,
                each.is_verified,
                sighting.source,
                sighting.position,
            )
        )
        top = self._forest.oldest(customer)
        standing = self._forest.standings[top]
        if grade != "C":
            self._strong.add(customer)
            standing = replace(standing, is_strong=True)
        if each.kind == "unionid":
            standing = replace(standing, unionid_scopes=standing.unionid_scopes | {each.scope})
        self._forest.standings[top] = standing

    def _quarantine(self, sighting: Sighting, each: Sighted, reason: Quarantine) -> None:
        link = self._links.get(each.id)
        if link is None:
            link = Link(
                each.id,
                each.kind,
                each.scope,
                None,
                grade_of(each.kind, each.is_verified),
                each.is_verified,
                sighting.source,
                sighting.position,
            )
        self._set(replace(link, quarantine=reason))
        self._quarantined.append(Quarantined(each.id, reason, sighting.position))

    def _is_quarantined(self, identifier_id: int) -> bool:
        link = self._links.get(identifier_id)
        return link is not None and link.quarantine is not None

    def _create(self) -> int:
        ordinal = self._next
        self._next += 1
        self._forest.add(ordinal)
        self._created.append(ordinal)
        return ordinal

    def _set(self, link: Link) -> None:
        self._links[link.identifier_id] = link
        self._touched[link.identifier_id] = None
