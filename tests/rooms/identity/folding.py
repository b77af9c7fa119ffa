"""Identity's state as a value, for tests of the pure rules."""

import dataclasses
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from huitou.identity.rules import resolving
from huitou.identity.rules.state import (
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
from huitou.identity.types import Policy

KINDS = {"u": "unionid", "c": "card", "p": "phone", "o": "openid", "e": "external_userid"}


def sighting(position: int, text: str) -> Sighting:
    """`"c1 p2! o3"`: card 1, verified phone 2, openid 3."""
    identifiers = []
    for word in text.split():
        kind = KINDS[word[0]]
        number = int(word[1:].rstrip("!"))
        identifiers.append(Sighted(ord(word[0]) * 1000 + number, kind, "", word.endswith("!")))
    return Sighting(position, "pos", tuple(identifiers))


def key(word: str) -> int:
    return ord(word[0]) * 1000 + int(word[1:])


def sightings(*texts: str) -> list[Sighting]:
    return [sighting(index + 1, text) for index, text in enumerate(texts)]


class State:
    """Everything resolved so far; `known` is what the next batch is told."""

    def __init__(self, policy: Policy | None = None, store_phones: Iterable[int] = ()) -> None:
        self.policy = policy or Policy()
        self.store_phones = frozenset(store_phones)
        self.links: dict[int, Link] = {}
        self.parent: dict[int, int] = {}
        self.strong: set[int] = set()
        self.uses: list[Use] = []
        self.assigned: dict[int, int] = {}
        self.merges: list[Merge] = []
        self.moves: list[Moved] = []
        self.quarantined: list[Quarantined] = []
        self.apart: set[tuple[int, int]] = set()

    def root(self, customer: int) -> int:
        while self.parent[customer] != customer:
            customer = self.parent[customer]
        return customer

    def known(self) -> Known:
        standings: dict[int, Standing] = {}
        for customer in self.parent:
            top = self.root(customer)
            before = standings.get(top, Standing())
            standings[top] = replace(before, is_strong=before.is_strong or customer in self.strong)
        for link in self.links.values():
            if link.kind == "unionid" and link.customer:
                top = self.root(link.customer)
                standings[top] = replace(
                    standings[top], unionid_scopes=standings[top].unionid_scopes | {link.scope}
                )
        return Known(
            next_ordinal=len(self.parent) + 1,
            links=dict(self.links),
            roots={customer: self.root(customer) for customer in self.parent},
            standings=standings,
            uses=tuple(self.uses),
            apart=frozenset(
                (min(pair), max(pair))
                for pair in ((self.root(one), self.root(other)) for one, other in self.apart)
            ),
            store_phones=self.store_phones,
        )

    def told(self, batch: Sequence[Sighting]) -> Known:
        """No more than a batch is told: all but links and roots only of what is doubtful."""
        everything = self.known()
        ids = {each.id for sighting in batch for each in sighting.identifiers}
        links = {each: self.links[each] for each in ids & self.links.keys()}
        roots = {
            each.customer: self.root(each.customer) for each in links.values() if each.customer
        }
        roots |= {root: root for root in roots.values()}
        plain = Known(next_ordinal=everything.next_ordinal, links=links, roots=roots)
        fold = resolving.Fold(plain, self.policy)
        doubtful = {
            each.id
            for sighting in batch
            if not fold.is_plain(sighting)
            for each in sighting.identifiers
        }
        tops = {
            roots[link.customer]
            for link in links.values()
            if link.identifier_id in doubtful and link.customer
        }
        return dataclasses.replace(
            plain,
            standings={each: everything.standings[each] for each in tops},
            uses=[use for use in everything.uses if use.phone_id in doubtful],
            apart=frozenset(pair for pair in everything.apart if tops & {*pair}),
            store_phones=everything.store_phones & doubtful,
        )

    def take(self, batch: Sequence[Sighting]) -> Resolution:
        result = resolving.resolve(batch, self.told(batch), self.policy)
        self.parent |= {ordinal: ordinal for ordinal in result.created}
        for merge in result.merges:
            assert self.parent[merge.loser] == merge.loser
            self.parent[merge.loser] = merge.winner
        self.links |= {link.identifier_id: link for link in result.links}
        self.strong |= result.strong
        self.uses += result.uses
        self.assigned |= {each.position: each.customer for each in result.assigned}
        self.merges += result.merges
        self.moves += result.moves
        self.quarantined += result.quarantined
        return result

    def everything(self) -> object:
        return (
            self.links,
            self.parent,
            self.strong,
            sorted(self.uses, key=repr),
            self.assigned,
            self.merges,
            self.moves,
            self.quarantined,
        )

    def holder(self, word: str) -> int | None:
        link = self.links.get(key(word))
        if link is None or link.quarantine or link.customer is None:
            return None
        return self.root(link.customer)

    def partition(self) -> set[frozenset[int]]:
        cells: dict[int, set[int]] = {}
        for link in self.links.values():
            if link.customer is not None and link.quarantine is None:
                cells.setdefault(self.root(link.customer), set()).add(link.identifier_id)
        return {frozenset(cell) for cell in cells.values()}


def run(*texts: str, policy: Policy | None = None, store_phones: Iterable[int] = ()) -> State:
    state = State(policy, store_phones)
    state.take(sightings(*texts))
    return state
