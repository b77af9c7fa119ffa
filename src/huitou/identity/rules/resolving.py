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

from collections.abc import Iterable, Sequence
from datetime import timedelta

from msgspec.structs import replace

from huitou.identity.rules.grades import STABLE, TYPED
from huitou.identity.rules.keeping import Keeping
from huitou.identity.rules.state import (
    Assigned,
    Known,
    Merge,
    Moved,
    Resolution,
    Sighted,
    Sighting,
    Use,
)
from huitou.identity.types import Policy

_RANK = {"unionid": 0, "card": 1, "phone": 2, "email": 3}
_SCOPED_RANK = 4
_MONTH = timedelta(days=30)


def resolve(sightings: Iterable[Sighting], known: Known, policy: Policy) -> Resolution:
    """Link, merge and assign the events of one batch, in the order of their positions.

    Per event: stable identifiers and verified phones (A) and scoped ones (B) that appear together
    are one customer, unless that would give one customer two unionids of one scope or join what a
    person has split. The identifier that would have connected two unionids is quarantined. A typed
    phone (C) is kept as a hint when nobody holds it, connects nobody, and decides only when it is
    all there is. A verified phone takes over a typed one: a customer known by nothing else is
    merged, else only the link moves. A phone seen with `policy.shared_after` different
    identifiers of one kind and scope, or owned by a unit or by staff, is quarantined.

    `known` must have the links and roots of everything in the batch; the rest of it only of what
    `is_plain` is False for. Cost: O(n α(n)) for n identifiers in the batch.
    """
    fold = Fold(known, policy)
    for sighting in sightings:
        fold.take(sighting)
    return fold.resolution()


class Fold(Keeping):
    """The state while a batch, or the whole log, is folded in.

    `origins` may be filled ahead of the events: position → the customer that event once made, who
    is made again under the same name. Where the event makes nobody this time, that customer goes
    under the one the event is of. `others`: positions, in order, of events left out here that make
    customers, who are numbered among those made here.
    """

    def take(self, sighting: Sighting) -> None:
        if self.is_plain(sighting):
            self._take_plain(sighting)
            return
        usable = self._usable(sighting)
        firm = [each for each in usable if self._grade(each) != "C"]
        typed = [each for each in usable if self._grade(each) == "C"]
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
            self._begin_alone(sighting, None)
            return
        customer = self._links[via].customer
        assert customer is not None
        self._begin_alone(sighting, via)
        self._assigned.append(Assigned(sighting.position, customer, via))

    def is_plain(self, sighting: Sighting) -> bool:
        """Nothing is to be decided: firm identifiers that speak for one customer already, or a
        single one that nobody has. Most events are so."""
        identifiers = sighting.identifiers
        top: int | None = None
        for each in identifiers:
            if each.kind in TYPED or self._grade(each) == "C":
                return False
            link = self._links.get(each.id)
            if link is None:
                return len(identifiers) == 1
            if link.customer is None or link.quarantine is not None or link.grade == "C":
                return False
            if len(identifiers) > 1:
                holder = self.forest.oldest(link.customer)
                if top is not None and holder != top:
                    return False
                top = holder
        return bool(identifiers)

    def _take_plain(self, sighting: Sighting) -> None:
        identifiers = sighting.identifiers
        first = identifiers[0] if len(identifiers) == 1 else min(identifiers, key=self._strength)
        link = self._links.get(first.id)
        if link is None:
            customer = self._create(sighting)
            self._link(sighting, first, customer)
        else:
            assert link.customer is not None
            customer = link.customer
            if self.origins:
                self._begin_alone(sighting, first.id)
        self._assigned.append(Assigned(sighting.position, customer, first.id))

    def _usable(self, sighting: Sighting) -> list[Sighted]:
        """The event's identifiers, each once, without those that speak for nobody."""
        once: dict[int, Sighted] = {}
        for each in sighting.identifiers:
            before = once.get(each.id)
            once[each.id] = each if before is None or each.is_verified else before
        open_ones = [each for each in once.values() if not self._is_quarantined(each.id)]
        witnesses = [each for each in open_ones if each.kind not in TYPED]
        for each in open_ones:
            if each.kind not in TYPED:
                continue
            if each.id in self._store_phones:
                self._quarantine(sighting, each, "store_phone")
            elif each.kind == "phone" and self._is_recycled(sighting, each, witnesses):
                self._quarantine(sighting, each, "recycled_phone")
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

    def _is_recycled(
        self, sighting: Sighting, phone: Sighted, witnesses: Sequence[Sighted]
    ) -> bool:
        """Verified again after a long silence, by somebody with another unionid or card.

        When the phone was seen is kept to the month, so that few sightings write.
        """
        link = self._links.get(phone.id)
        if link is None or sighting.at is None:
            return False
        seen_at = link.seen_at
        if seen_at is None or sighting.at - seen_at >= _MONTH:
            self._set(replace(link, seen_at=sighting.at))
        months = self._policy.silence_months
        if not (months and phone.is_verified and seen_at and link.customer):
            return False
        if sighting.at - seen_at < months * _MONTH:
            return False
        holder, before = self.forest.oldest(link.customer), self._uses[phone.id]
        for other in witnesses:
            known = before.get((other.kind, other.scope), set())
            held = self._links.get(other.id)
            is_theirs = held and held.customer and self.forest.oldest(held.customer) == holder
            if other.kind in STABLE and known - {other.id} and not is_theirs:
                return True
        return False

    def _connect(self, sighting: Sighting, firm: Sequence[Sighted]) -> int:
        """Make the event's firm identifiers one customer; the identifier that decides."""
        group: list[Sighted] = []
        current: int | None = None
        scopes: set[str] = set()
        given_away = self._given_away(sighting, firm)
        for each in sorted(firm, key=self._strength):
            if each.id in given_away:
                continue
            holder = self._holder(each, current)
            theirs = self._scopes_of(each, holder)
            ours = scopes | (self.forest.standings[current].unionid_scopes if current else set())
            if holder is None or holder != current:
                if theirs & ours:
                    if each.kind != "unionid":
                        self._quarantine(sighting, each, "conflict_unionid")
                    continue
                if holder and current and holder in self.forest.apart[current]:
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

    def _given_away(self, sighting: Sighting, firm: Sequence[Sighted]) -> set[int]:
        """What a person split off from the customer this event makes again."""
        origin = self.origins.get(sighting.position)
        if origin is None or all(each.id in self._links for each in firm):
            return set()
        apart = self.forest.apart[origin]
        return {each.id for each in firm if self._holder(each, None) in apart}

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
        holder = self.forest.oldest(link.customer)
        is_taken_over = link.grade == "C" and holder != current
        if is_taken_over and self.forest.standings[holder].is_strong:
            return None
        return holder

    def _scopes_of(self, each: Sighted, holder: int | None) -> frozenset[str]:
        if holder is not None:
            return self.forest.standings[holder].unionid_scopes
        return frozenset({each.scope}) if each.kind == "unionid" else frozenset()

    def _merge(
        self, sighting: Sighting, anchor: Sighted, bridge: Sighted, current: int, holder: int
    ) -> int:
        was_typed = self._links[bridge.id].grade == "C"
        winner, loser = self.forest.union(current, holder)
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
            if link and link.customer and self.forest.oldest(link.customer) == current:
                owner = link.customer
                break
        if owner is None:
            owner = self._create(sighting)
        top = self.forest.oldest(owner)
        for each in group:
            link = self._links.get(each.id)
            if link is None:
                self._link(sighting, each, owner)
            elif link.grade == "C":
                assert link.customer is not None
                if self.forest.oldest(link.customer) != top:
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
        self._link(sighting, first, self._create(sighting))
        return first.id
