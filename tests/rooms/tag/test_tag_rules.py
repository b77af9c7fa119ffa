"""Findings: often enough, clearly more than everybody, not by chance; and their sentences."""

from math import erf, sqrt
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.tag import rules
from huitou.tag.types import Finding, Kind, Policy

CATEGORIES = {"dairy": ("乳品", "Dairy")}


@given(st.integers(1, 200), st.floats(0.01, 0.99), st.data())
def test_confidence_is_that_of_the_normal_test(
    total: int, base: float, data: st.DataObject
) -> None:
    hits = data.draw(st.integers(0, total))
    z = (hits / total - base) / sqrt(base * (1 - base) / total)
    exact = (1 + erf(z / sqrt(2))) / 2
    assert rules.confidence_bp(hits, total, base) == pytest.approx(10_000 * exact, abs=100)


@given(st.integers(1, 50), st.floats(0.01, 0.99), st.data())
def test_more_hits_are_surer(total: int, base: float, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, total - 1))
    assert rules.confidence_bp(hits, total, base) <= rules.confidence_bp(hits + 1, total, base)


@pytest.mark.parametrize(
    ("hits", "total", "base", "is_found"),
    [
        (9, 12, 0.24, True),
        (2, 2, 0.1, False),  # too few to say
        (10, 20, 0.4, False),  # hardly more than everybody
        (3, 9, 0.2, False),  # may well be chance
        (5, 5, 0.0, False),
        (5, 5, 1.0, False),
    ],
)
def test_what_is_a_finding(hits: int, total: int, base: float, is_found: bool) -> None:
    assert rules.is_finding(hits, total, base, Policy()) == is_found


def test_every_hour_has_a_part_of_the_day() -> None:
    assert [rules.daypart(hour) for hour in (4, 5, 10, 11, 13, 14, 16, 17, 21, 22)] == [
        "night", "morning", "morning", "noon", "noon", "afternoon", "afternoon", "evening",
        "evening", "night",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "tag", "zh", "en"),
    [
        ("category", "dairy", "偏爱乳品", "9/12 单买了乳品（75%），全部客户平均 24%，是平均的 3.1 倍",
         "9 of 12 orders had Dairy (75%); all customers' average is 24%, so 3.1 times it"),
        ("price", "", "价格敏感", "9/12 件是低于原价买的（75%），全部客户平均 24%，是平均的 3.1 倍",
         "9 of 12 lines were bought below list price (75%); all customers' average is 24%, so 3.1"
         " times it"),
        ("daypart", "evening", "常在晚上购买",
         "9/12 单下在晚上（17–22 点）（75%），全部客户平均 24%，是平均的 3.1 倍",
         "9 of 12 orders came in the evening (17–22) (75%); all customers' average is 24%, so 3.1"
         " times it"),
    ],
)  # fmt: skip
def test_evidence_in_words(kind: Kind, value: str, tag: str, zh: str, en: str) -> None:
    finding = Finding(uuid4(), kind, value, 9, 12, 2_400, 9_900)
    said = rules.evidence(finding, CATEGORIES)
    assert (said.tag_zh, said.evidence_zh, said.evidence_en) == (tag, zh, en)
