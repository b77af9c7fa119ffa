"""Resolution as a pure fold: what it promises, and each rule by example."""

import itertools
from collections import defaultdict
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from huitou.identity.rules.state import Sighting
from huitou.identity.types import Policy
from tests.rooms.identity.folding import State, key, run, sighting, sightings

WORDS = st.sampled_from(
    [f"{kind}{number}" for kind in "ucoe" for number in range(5)]
    + [f"p{number}" for number in range(4)]
    + [f"p{number}!" for number in range(4)]
)
EVENTS = st.lists(st.lists(WORDS, max_size=4).map(" ".join), max_size=14)
GENEROUS = Policy(shared_after=1_000)


@given(EVENTS, st.lists(st.integers(0, 14), max_size=5))
@settings(max_examples=400, deadline=None)
def test_batches_of_any_size_give_the_same_state(texts: list[str], cuts: list[int]) -> None:
    stream = sightings(*texts)
    whole = State(store_phones=[key("p3")])
    whole.take(stream)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = State(store_phones=[key("p3")])
    for start, end in itertools.pairwise(edges):
        pieces.take(stream[start:end])
    assert pieces.everything() == whole.everything()


@given(EVENTS)
@settings(max_examples=200, deadline=None)
def test_the_same_stream_again_moves_no_firm_identifier(texts: list[str]) -> None:
    """A duplicate that slipped through connects nobody anew."""
    state = State(GENEROUS)
    calm = [text for text in texts if "u" not in text]
    state.take(sightings(*calm))
    before = _firm(state)
    state.take([sighting(100 + index, text) for index, text in enumerate(calm)])
    assert _firm(state) == before


@given(EVENTS, st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_without_quarantine_the_partition_is_the_connected_components(
    texts: list[str], random: Random
) -> None:
    """Order does not matter, but for typed phones and for who wins."""
    events = [
        " ".join(word for word in text.split() if word[0] != "u" or word == "u0") for text in texts
    ]
    shuffled = list(events)
    random.shuffle(shuffled)
    expected = _components(events)
    assert _firm(run(*events, policy=GENEROUS)) == expected
    assert _firm(run(*shuffled, policy=GENEROUS)) == expected


@given(EVENTS)
@settings(max_examples=300, deadline=None)
def test_invariants(texts: list[str]) -> None:
    state = run(*texts)
    assert sorted(state.parent) == list(range(1, len(state.parent) + 1))
    assert all(merge.winner < merge.loser for merge in state.merges)
    assert len({merge.loser for merge in state.merges}) == len(state.merges)
    per_customer = defaultdict(list)
    for link in state.links.values():
        if link.kind == "unionid" and link.customer:
            per_customer[state.root(link.customer)].append(link.identifier_id)
    assert all(len(held) == 1 for held in per_customer.values())
    for position, text in enumerate(texts, start=1):
        assert (position in state.assigned) or not text or _only_phones_or_quarantined(text, state)


def test_a_typed_phone_does_not_link() -> None:
    state = run("c1 p1", "c2 p1")
    assert state.holder("c1") != state.holder("c2")
    assert state.holder("p1") == state.holder("c1")


def test_a_typed_phone_alone_finds_its_holder() -> None:
    state = run("c1 p1!", "p1", "p2", "p2")
    assert state.assigned[2] == state.holder("c1")
    assert state.assigned[3] == state.assigned[4] == state.holder("p2") != state.holder("c1")


def test_a_verified_phone_bridges() -> None:
    state = run("c1 p1!", "o1 p1!")
    assert state.holder("c1") == state.holder("o1") == 1
    assert state.merges == []  # the openid was new: nobody had to merge
    state.take([sighting(9, "o2"), sighting(10, "o2 p1!")])
    assert state.holder("o2") == 1
    assert [(merge.winner, merge.loser) for merge in state.merges] == [(1, 2)]


def test_the_customer_of_a_typed_phone_merges_into_its_verified_holder() -> None:
    state = run("p1", "c1", "c1 p1!")
    assert state.holder("c1") == state.holder("p1") == 1
    assert [merge.reason for merge in state.merges] == ["phone_verified"]


def test_a_verified_phone_moves_away_from_a_customer_with_more_than_that() -> None:
    state = run("c1 p1", "o2 p1!")
    assert state.holder("p1") == state.holder("o2") != state.holder("c1")
    assert [(move.from_customer, move.to_customer) for move in state.moves] == [(1, 2)]
    assert not state.merges


def test_two_unionids_never_become_one_customer() -> None:
    state = run("u1 c1", "u2 c1", "c1")
    assert state.holder("u1") != state.holder("u2")
    assert state.holder("c1") is None
    assert [each.reason for each in state.quarantined] == ["conflict_unionid"]
    assert 3 not in state.assigned


def test_several_cards_are_one_customer() -> None:
    state = run("u1 c1", "u1 c2", "c2 o1")
    assert len(state.partition()) == 1


def test_a_shared_phone_is_quarantined() -> None:
    state = run("c1 p1", "c2 p1", "c3 p1", "p1", "c4 p1!", "o1 p1!")
    assert [each.reason for each in state.quarantined] == ["shared_phone"]
    assert 4 not in state.assigned
    assert state.holder("c4") != state.holder("o1")


def test_a_store_phone_is_nobodys() -> None:
    state = run("c1 p1!", "c2 p1!", "p1", store_phones=[key("p1")])
    assert state.holder("c1") != state.holder("c2")
    assert 3 not in state.assigned
    assert [each.reason for each in state.quarantined] == ["store_phone"]


def test_what_a_person_has_split_stays_apart() -> None:
    state = run("c1", "o1")
    state.apart.add((1, 2))
    state.take([sighting(3, "c1 o1")])
    assert state.holder("c1") != state.holder("o1")


def test_anonymous_events_are_nobodys() -> None:
    assert run("", "").assigned == {}


def _same(clusters: dict[int, int], pair: tuple[int, int]) -> bool:
    return clusters[pair[0]] == clusters[pair[1]]


def _firm(state: State) -> set[frozenset[int]]:
    firm = {each for each, link in state.links.items() if link.grade != "C"}
    return {cell & firm for cell in state.partition()} - {frozenset()}


def _components(texts: list[str]) -> set[frozenset[int]]:
    """The oracle: repeated joining of overlapping sets."""
    cells: list[set[int]] = []
    for event in sightings(*texts):
        mine = _firm_of(event)
        if not mine:
            continue
        apart = [cell for cell in cells if not cell & mine]
        for cell in cells:
            if cell & mine:
                mine |= cell
        cells = [*apart, mine]
    return {frozenset(cell) for cell in cells}


def _firm_of(event: Sighting) -> set[int]:
    return {each.id for each in event.identifiers if each.kind != "phone" or each.is_verified}


def _only_phones_or_quarantined(text: str, state: State) -> bool:
    words = [word.rstrip("!") for word in text.split()]
    return all(state.links[key(word)].quarantine for word in words)
