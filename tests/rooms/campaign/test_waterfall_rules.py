"""From candidates to those reached: nobody is lost on the way, nobody stands twice."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from huitou.campaign.rules import waterfall
from huitou.campaign.types.candidates import Verdict
from huitou.reach.rules import gate

CHANNELS = ("wecom", "sms")
ids = st.uuids(version=4)
codes = st.sampled_from([*waterfall.ORDER, "a_code_of_tomorrow", "expired"])
verdicts = st.one_of(
    st.builds(
        Verdict, ids, st.just("treated"), st.none(), ids, ids, codes=st.just((None, "no_consent"))
    ),
    st.builds(Verdict, ids, st.just("treated"), codes, codes=st.just(("no_associate", None))),
    st.builds(Verdict, ids, st.just("holdout"), st.just("holdout")),
    st.builds(Verdict, ids, st.just("excluded"), codes),
)


@given(st.lists(verdicts, max_size=60), st.integers(1, 10))
def test_the_candidates_are_exactly_the_sum_of_everything_else(
    found: list[Verdict], chunk: int
) -> None:
    counted: waterfall.Tally = Counter()
    for first in range(0, len(found), chunk):
        counted += waterfall.tally(found[first : first + chunk], CHANNELS)
    bars = waterfall.bars(counted)
    assert bars == waterfall.bars(waterfall.tally(found, CHANNELS))
    assert bars[0] == ("candidates", "candidates", len(found))
    assert sum(count for _, _, count in bars[1:]) == len(found)
    assert len({(kind, code) for kind, code, _ in bars}) == len(bars)
    by_kind = Counter(kind for kind, _, count in bars for _ in range(count))
    arms = Counter(verdict.arm for verdict in found)
    assert (by_kind["lost"], by_kind["held_out"], by_kind["reached"]) == (
        arms["excluded"],
        arms["holdout"],
        arms["treated"],
    )
    for code in waterfall.ORDER:
        is_lost = sum(v.reason == code for v in found if v.arm == "excluded")
        assert ("lost", code, is_lost) in bars or not is_lost


@given(st.permutations([*waterfall.ORDER, "zz_unknown"]))
def test_losses_stand_as_the_questions_are_asked(order: list[str]) -> None:
    found = [Verdict(UUID(int=1), "excluded", code) for code in order]
    lost = [
        code for kind, code, _ in waterfall.bars(waterfall.tally(found, CHANNELS)) if kind == "lost"
    ]
    assert lost == [*waterfall.ORDER, "zz_unknown"]


def test_every_question_of_the_gate_has_its_place() -> None:
    assert set(gate.QUESTIONS) - {"holdout", "class"} <= set(waterfall.ORDER)
