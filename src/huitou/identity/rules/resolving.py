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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from huitou.identity.rules.forest import Forest
from huitou.identity.rules.grades import STABLE, TYPED, grade_of
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
    Use,
)
from huitou.identity.types import Grade, Policy, Quarantine

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

    Cost: O(n α(n)) for n identifiers in the batch.
    """
    fold = Fold(known, policy)
    for sighting in sightings:
        fold.take(sighting)
    return fold.resolution()


class Fold:
    """The state while a batch, or the whole log, is folded in.

    `origins` may be filled ahead of the events: position → the customer that event once made, who
    is made again under the same name. Where the event makes nobody this time, that customer goes
    under the one the event is of.
    """

    def __init__(self, known: Known, policy: Policy) -> None:
        self._policy = policy
        self._links: dict[int, Link] = dict(known.links)
        self.forest = Forest(known)
        self._store_phones = known.store_phones
        self._lifted = known.lifted
        self._next = known.next_ordinal
        self.origins: dict[int, int] = {}
        self._grades: dict[tuple[str, str, bool], Grade] = {}
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

    def taken(self) -> list[Assigned]:
        """Whose the events are that were taken since this was asked last."""
        taken, self._assigned = self._assigned, []
        return taken

    def answers(self, ordinal: int) -> int:
        """Who answers for a customer."""
        return self.forest.oldest(ordinal)

    def holder_of(self, identifier_id: int) -> int | None:
        """Who answers for an identifier that speaks for somebody."""
        link = self._links.get(identifier_id)
        if link is None or link.customer is None or link.quarantine is not None:
            return None
        return self.answers(link.customer)

    def rest(self) -> None:
        """Customers whose event does not speak any more stay on their own."""
        for ordinal in self.origins.values():
            self.forest.add(ordinal)
        self.origins.clear()

    def hung(self, by_hand: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int | None, int]]:
        """After all events and a person's merges: `(customer, whom it went under, who answers)`."""
        under = {merge.loser: merge.winner for merge in self._merges} | self.forest.join(by_hand)
        for ordinal in self.forest.ordinals():
            yield ordinal, under.get(ordinal), self.answers(ordinal)

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

    def _link(self, sighting: Sighting, each: Sighted, customer: int) -> None:
        grade = self._grade(each)
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
                seen_at=sighting.at if each.kind == "phone" else None,
            )
        )
        top = self.forest.oldest(customer)
        standing = self.forest.standings[top]
        if grade != "C":
            self._strong.add(customer)
            standing = replace(standing, is_strong=True)
        if each.kind == "unionid":
            standing = replace(standing, unionid_scopes=standing.unionid_scopes | {each.scope})
        self.forest.standings[top] = standing

    def _quarantine(self, sighting: Sighting, each: Sighted, reason: Quarantine) -> None:
        if each.id in self._lifted:
            return
        link = self._links.get(each.id)
        if link is None:
            link = Link(
                each.id,
                each.kind,
                each.scope,
                None,
                self._grade(each),
                each.is_verified,
                sighting.source,
                sighting.position,
            )
        self._set(replace(link, quarantine=reason))
        self._quarantined.append(Quarantined(each.id, reason, sighting.position))

    def _is_quarantined(self, identifier_id: int) -> bool:
        link = self._links.get(identifier_id)
        return link is not None and link.quarantine is not None

    def _create(self, sighting: Sighting) -> int:
        ordinal = self.origins.pop(sighting.position, None)
        if ordinal is None:
            ordinal = self._next
            self._next += 1
            self._created.append(ordinal)
        self.forest.add(ordinal)
        return ordinal

    def _begin_alone(self, sighting: Sighting, via: int | None) -> None:
        """The customer whom this event once made, and does not make now, goes under the event's."""
        ordinal = self.origins.pop(sighting.position, None)
        if ordinal is None:
            return
        self.forest.add(ordinal)
        holder = self._links[via].customer if via is not None else None
        if via is None or holder is None:
            return
        top = self.forest.oldest(holder)
        if top in self.forest.apart[ordinal]:
            return
        winner, loser = self.forest.union(top, ordinal)
        self._merges.append(Merge(winner, loser, sighting.position, (via, via), "together"))

    def _grade(self, each: Sighted) -> Grade:
        key = each.kind, each.scope, each.is_verified
        grade = self._grades.get(key)
        if grade is None:
            grade = self._grades[key] = grade_of(self._policy, *key)
        return grade

    def _set(self, link: Link) -> None:
        self._links[link.identifier_id] = link
        self._touched[link.identifier_id] = None
