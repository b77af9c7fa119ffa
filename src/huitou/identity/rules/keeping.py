"""What a fold over events keeps, and how a decision changes it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from huitou.identity.rules.forest import Forest
from huitou.identity.rules.grades import grade_of
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

_STRONG = Standing(is_strong=True)


class Keeping:
    """Links, customers and everything said of them so far."""

    def __init__(self, known: Known, policy: Policy) -> None:
        self._policy = policy
        self._links: dict[int, Link] = dict(known.links)
        self.forest = Forest(known)
        self._store_phones = known.store_phones
        self._lifted = known.lifted
        self._next = self.first_new = known.next_ordinal
        self.origins: dict[int, int] = {}
        self.others: Sequence[int] = ()
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
                None,
                sighting.at if each.kind == "phone" else None,
            )
        )
        top = self.forest.oldest(customer)
        standing = self.forest.standings[top]
        if grade != "C":
            self._strong.add(customer)
            if not standing.is_strong:
                scopes = standing.unionid_scopes
                standing = Standing(is_strong=True, unionid_scopes=scopes) if scopes else _STRONG
        if each.kind == "unionid":
            standing = Standing(standing.is_strong, standing.unionid_scopes | {each.scope})
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
            ordinal = self._next + bisect_left(self.others, sighting.position)
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
