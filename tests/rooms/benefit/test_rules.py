"""Pure ledger rules: postings balance, reversals in any steps are exactly the original."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.benefit.rules import ledger as rules
from huitou.benefit.types.ledger import (
    FOREVER,
    Leg,
    ManyAssets,
    OverReversed,
    Posting,
    Reversal,
    Terms,
    Unbalanced,
)

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SHOP = UUID(int=1)


def posting(*legs: Leg, key: str = "k") -> Posting:
    return Posting(key, "test", "order", "1", AT, legs)


def test_hashes_are_those_that_were_kept() -> None:
    legs = (
        Leg("customer", UUID(int=10), "points", 5, Terms(AT, FOREVER)),
        Leg("merchant", SHOP, "points", -5),
    )
    plain = posting(*legs)
    rich = replace(
        plain,
        ref_id='单号\n\x7f"/\u2028',
        detail={"b": 1e16, "a": [AT, UUID(int=3), None], "名": 10**30},
    )
    back = Reversal(UUID(int=9), "r", AT, 3, {"why": "破损"})
    assert [rules.posting_hash(each).hex() for each in (plain, rich)] == [
        "5606e45399283e7a2c7bf1c256945f238d673e9813167d3527ea0bd58b70f1f5",
        "d4b73a3bf26cad537e01c50fc4ac06936cf001a764f86f042baf152a0d4c8982",
    ]
    assert (
        rules.reversal_hash(back).hex()
        == "57b342f0b9691a91a89285f232e049a21933b92de243ccfa69d91b43483e3e89"
    )


amounts = st.lists(st.integers(1, 10_000), min_size=1, max_size=5)


@st.composite
def originals(draw: st.DrawFn) -> tuple[Leg, ...]:
    """One asset, several receivers, paid by one or two accounts."""
    given_ = draw(amounts)
    legs = [Leg("customer", UUID(int=10 + n), "points", part) for n, part in enumerate(given_)]
    total = sum(given_)
    first = draw(st.integers(1, total))
    legs.append(Leg("merchant", SHOP, "points", -first))
    if total - first:
        legs.append(Leg("staff", UUID(int=5), "points", first - total))
    return tuple(legs)


@given(originals(), st.data())
def test_reversals_in_any_steps_are_exactly_the_original(
    legs: tuple[Leg, ...], data: st.DataObject
) -> None:
    left = size = sum(leg.amount for leg in legs if leg.amount > 0)
    back: list[Leg] = []
    wanted = data.draw(st.lists(st.integers(1, size), max_size=6))
    for step in [*wanted, size]:
        step = min(step, left)
        if not step:
            break
        part = rules.reversal_legs(legs, back, step)
        assert sum(leg.amount for leg in part) == 0
        back.extend(part)
        left -= step
        for leg in legs:
            returned = -sum(b.amount for b in back if b.owner_id == leg.owner_id)
            assert 0 <= returned * (1 if leg.amount > 0 else -1) <= abs(leg.amount)
        taken = -sum(b.amount for b in back if b.owner_kind == "customer")
        assert taken == size - left
    assert sorted((b.owner_id, b.amount) for b in _netted(back)) == sorted(
        (leg.owner_id, -leg.amount) for leg in legs
    )
    with pytest.raises(OverReversed):
        rules.reversal_legs(legs, back, 1)
    with pytest.raises(OverReversed):
        rules.reversal_legs(legs, back, None)


@given(originals(), st.data())
def test_the_rest_may_be_taken_back_without_naming_it(
    legs: tuple[Leg, ...], data: st.DataObject
) -> None:
    size = sum(leg.amount for leg in legs if leg.amount > 0)
    step = data.draw(st.integers(0, size - 1))
    back = list(rules.reversal_legs(legs, [], step)) if step else []
    back.extend(rules.reversal_legs(legs, back, None))
    assert {(leg.owner_id, leg.amount) for leg in _netted(back)} == {
        (leg.owner_id, -leg.amount) for leg in legs
    }


@given(originals(), st.integers(1, 100))
def test_more_than_the_original_is_refused(legs: tuple[Leg, ...], extra: int) -> None:
    size = sum(leg.amount for leg in legs if leg.amount > 0)
    with pytest.raises(OverReversed):
        rules.reversal_legs(legs, [], size + extra)


def test_several_assets_are_reversed_as_a_whole_only() -> None:
    legs = (
        Leg("customer", UUID(int=9), "points", 5),
        Leg("merchant", SHOP, "points", -5),
        Leg("customer", UUID(int=9), "growth", 7),
        Leg("merchant", SHOP, "growth", -7),
    )
    with pytest.raises(ManyAssets):
        rules.reversal_legs(legs, [], 5)
    assert len(rules.reversal_legs(legs, [], None)) == 4


@pytest.mark.parametrize(
    "legs",
    [
        (),
        (Leg("staff", UUID(int=2), "commission", 5),),
        (Leg("staff", UUID(int=2), "commission", 5), Leg("merchant", SHOP, "points", -5)),
        (Leg("staff", UUID(int=2), "commission", 0), Leg("merchant", SHOP, "commission", 0)),
    ],
)
def test_legs_that_do_not_balance_are_refused(legs: tuple[Leg, ...]) -> None:
    with pytest.raises(Unbalanced):
        rules.checked(posting(*legs))


@given(originals())
def test_the_hash_ignores_the_order_of_legs_and_nothing_else(
    legs: tuple[Leg, ...],
) -> None:
    turned = tuple(reversed(legs))
    assert rules.posting_hash(posting(*legs)) == rules.posting_hash(posting(*turned))
    assert rules.posting_hash(posting(*legs, key="other")) == rules.posting_hash(posting(*legs))
    more = (Leg(legs[0].owner_kind, legs[0].owner_id, legs[0].asset, legs[0].amount + 1), *legs[1:])
    assert rules.posting_hash(posting(*more)) != rules.posting_hash(posting(*legs))


def _netted(legs: list[Leg]) -> list[Leg]:
    sums: dict[tuple[str, UUID, str], int] = {}
    for leg in legs:
        key = (leg.owner_kind, leg.owner_id, leg.asset)
        sums[key] = sums.get(key, 0) + leg.amount
    return [Leg(key[0], key[1], key[2], value) for key, value in sums.items() if value]  # type: ignore[arg-type]
