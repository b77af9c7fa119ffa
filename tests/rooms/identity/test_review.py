"""Possible duplicates: found, told in words, decided, taken back, and merged by themselves or not."""

import random
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from huitou.base.db import Database, Tx
from huitou.event.types import Intake
from huitou.identity import actions, jobs, reads
from huitou.identity.rules import trust, words
from huitou.identity.rules.answers import SuggestionShown
from huitou.identity.types import Band, Compared, Customer, Likeness, NotDecided, NotOpen
from huitou.merchant import actions as merchants
from huitou.profile import actions as profiles
from huitou.profile.types import Description
from tests.background import settle
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.identity.test_identity import event, get

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]
EVIDENCE = (
    Compared("given", "same", 8.0),
    Compared("phone", "near", 5.5),
    Compared("home", "other", -0.6),
)


@pytest.fixture
def couple(clock: Clock, send: Send, drain: Drain, read: Read) -> tuple[Customer, Customer]:
    """Two customers nobody compared yet, the older first."""
    send([event(clock, 1, "card:1"), event(clock, 2, "card:2")])
    drain()
    with read() as tx:
        return get(tx, "card:1"), get(tx, "card:2")


def alike(one: Customer, other: Customer, probability: float = 0.97) -> Likeness:
    low, high = sorted((one.ordinal, other.ordinal))
    return Likeness(low, high, 5.0, probability, EVIDENCE)


def file(tx: Tx, *found: Likeness) -> UUID:
    """A comparison that found these."""
    run = actions.start_comparing(tx)
    actions.claim_comparing(tx, run.id)
    actions.settle_comparing(tx, run.id, found)
    return run.id


def only(tx: Any, one: Customer, state: str = "open") -> SuggestionShown:
    (found,) = [
        each for each in reads.list_suggestions(tx, state=state).items if each.one_id == one.id
    ]
    return found


def test_a_suggestion_tells_its_evidence_and_merges_when_accepted(
    couple: tuple[Customer, Customer], read: Read, write: Write
) -> None:
    with write() as tx:
        file(tx, alike(*couple))
        shown = only(tx, couple[0])
        assert [(each.zh, each.strength) for each in shown.agreements] == [
            ("名字相同", "strongly_for"),
            ("手机号只差一位", "strongly_for"),
            ("常去门店不同", "hardly"),
        ]
        assert shown.agreements[1].en == "The phone numbers differ by one digit"
        assert shown.probability_bp == 9_700
    with write() as tx:
        assert actions.accept(tx, shown.id).state == "accepted"
        assert reads.get_root(tx, couple[1].id).id == couple[0].id
        with pytest.raises(NotOpen):
            actions.reject(tx, shown.id)


def test_taking_an_acceptance_back_frees_the_two_and_opens_it_again(
    couple: tuple[Customer, Customer], write: Write
) -> None:
    with write() as tx:
        file(tx, alike(*couple))
        suggestion = only(tx, couple[0])
        with pytest.raises(NotDecided):
            actions.undo_decision(tx, suggestion.id)
        actions.accept(tx, suggestion.id)
    with write() as tx:
        assert actions.undo_decision(tx, suggestion.id).state == "open"
        assert reads.get_root(tx, couple[1].id).id == couple[1].id
        assert only(tx, couple[0]) == suggestion
    with write() as tx:
        file(tx, alike(*couple))
        assert only(tx, couple[0]).id == suggestion.id


def test_what_was_rejected_is_never_suggested_nor_joined_by_evidence(
    couple: tuple[Customer, Customer],
    clock: Clock,
    send: Send,
    drain: Drain,
    read: Read,
    write: Write,
) -> None:
    with write() as tx:
        file(tx, alike(*couple))
        rejected = actions.reject(tx, only(tx, couple[0]).id)
        file(tx, alike(*couple))
        assert only(tx, couple[0], "rejected").id == rejected.id
        assert couple[0].id not in {each.one_id for each in reads.list_suggestions(tx).items}
        held = [reads.identifiers_of(tx, each.id)[0].value.plain for each in couple]
    send([event(clock, 500, *(f"card:{each}" for each in held))])
    drain()
    with write() as tx:
        assert reads.get_root(tx, couple[1].id).id == couple[1].id
        actions.undo_decision(tx, rejected.id)
        assert only(tx, couple[0]).id == rejected.id


def test_a_new_comparison_replaces_what_is_open(
    couple: tuple[Customer, Customer], write: Write
) -> None:
    with write() as tx:
        file(tx, alike(*couple))
        file(tx)
        assert reads.list_suggestions(tx).items == []
        file(tx, alike(*couple))
        actions.forget(tx, couple[1].id)
        assert reads.list_suggestions(tx).items == []


def test_a_comparison_that_fails_leaves_the_queue_as_it_was(
    couple: tuple[Customer, Customer], write: Write
) -> None:
    with write() as tx:
        file(tx, alike(*couple))
        run = actions.start_comparing(tx)
        assert actions.start_comparing(tx) == run
        actions.claim_comparing(tx, run.id)
        actions.settle_comparing(tx, run.id, None)
        assert reads.review_state(tx).run == reads.get_run(tx, run.id)
        assert reads.get_run(tx, run.id).state == "failed"
        assert actions.claim_comparing(tx, run.id) is None
        assert only(tx, couple[0]).other_id == couple[1].id


def test_nothing_merges_by_itself_until_decisions_bear_it_out(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    start = 1
    send([event(clock, start + n, f"card:{start + n}") for n in range(82)])
    drain()
    with write() as tx:
        pairs = [
            (get(tx, f"card:{start + n}"), get(tx, f"card:{start + n + 1}"))
            for n in range(0, 82, 2)
        ]
        merchants.set_setting(tx, "identity.auto_merge_precision_bp", 9_000)
        file(tx, *(alike(*pair, probability=0.9999) for pair in pairs))
        assert len(reads.list_suggestions(tx).items) == 41
        for pair in pairs[:40]:
            actions.accept(tx, only(tx, pair[0]).id)
    with write() as tx:
        run = file(tx, alike(*pairs[40], probability=0.9999))
        assert reads.get_run(tx, run).result == {"found": 1, "merged": 1}
        merged = only(tx, pairs[40][0], "accepted")
        assert merged.is_automatic
        band = reads.review_state(tx).precision[-1]
        assert (band.accepted, band.rejected, band.sure_bp, band.is_automatic) == (
            40,
            0,
            9_123,
            True,
        )
    with write() as tx:
        assert actions.undo_decision(tx, merged.id).state == "rejected"
        assert reads.get_root(tx, pairs[40][1].id).id == pairs[40][1].id
        assert not reads.review_state(tx).precision[-1].is_automatic


def test_precision_is_believed_only_as_far_as_it_was_decided() -> None:
    assert trust.sure_bp(0, 0) == 0
    assert trust.sure_bp(20, 20) == 8_388
    assert trust.sure_bp(381, 381) == 9_900
    assert trust.sure_bp(0, 5) == 0
    bands = [Band(5_000, 1, 381, 0), Band(8_000, 1, 10, 0)]
    assert trust.automatic_from(bands, 9_900) == [5_000]
    assert trust.automatic_from(bands, 0) == []
    assert [trust.band_of(bp) for bp in (0, 5_000, 7_999, 9_990, 10_000)] == [
        5_000,
        5_000,
        5_000,
        9_990,
        9_990,
    ]


def test_weights_read_as_a_person_would_say_them() -> None:
    said = [words.strength_of(weight) for weight in (900, 400, 100, 99, -99, -100, -400)]
    assert said == [
        "strongly_for",
        "strongly_for",
        "for",
        "hardly",
        "hardly",
        "against",
        "strongly_against",
    ]


def test_the_whole_base_is_compared_by_a_job(
    db: Database, brand: Brand, clock: Clock, send: Send, drain: Drain, write: Write
) -> None:
    """Two cards of one woman with a slip in the phone, among sixty others."""
    dice = random.Random(5)
    family, given = (
        "王李张刘陈杨赵黄周吴",
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华梅玉兰红建国秀",
    )
    names = [dice.choice(family) + "".join(dice.sample(given, 2)) for _ in range(60)]
    who = [*names, "欧阳晓雯", "欧阳晓雯"]
    months = [dice.randint(1, 12) for _ in names] + [7, 7]
    phones = [f"1{dice.randrange(3 * 10**9, 9 * 10**9)}" for _ in names] + [
        "13911112222",
        "13911112232",
    ]
    start = 1
    send(
        [
            event(clock, start + n, f"card:{start + n}", f"phone:{phone}!")
            for n, phone in enumerate(phones)
        ]
    )
    drain()
    with write() as tx:
        profiles.describe(
            tx,
            [
                Description(
                    "card",
                    "default",
                    str(start + n),
                    name=name,
                    gender="female",
                    birth_month=months[n],
                )
                for n, name in enumerate(who)
            ],
        )
        one, other = get(tx, f"card:{start + 60}"), get(tx, f"card:{start + 61}")
        run = actions.start_comparing(tx)
        tx.defer(jobs.compare, run=str(run.id))
    settle(db, brand.merchant.id)
    with write() as tx:
        done = reads.get_run(tx, run.id)
        assert (done.state, done.total) == ("done", 62)
        found = only(tx, one)
        assert found.other_id == other.id
        assert {each.zh for each in found.agreements} >= {
            "姓相同",
            "名字相同",
            "手机号只差一位",
            "出生月份相同",
        }
