"""Tokens and codes: ours are taken, everything else is not."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.member.rules import codes, ratings, tokens
from huitou.member.types import BadRating, Claim

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
steps = st.integers(0, 2**33)
ordinals = st.integers(0, 2**32 - 1)


def sign(text: str) -> bytes:
    return hmac.digest(b"ours", text.encode(), hashlib.sha256)


def others(text: str) -> bytes:
    return hmac.digest(b"theirs", text.encode(), hashlib.sha256)


@given(st.uuids(), st.uuids(), st.integers(1, 10**6))
def test_a_token_says_what_was_signed_until_it_is_over(
    merchant: UUID, subject: UUID, seconds: int
) -> None:
    claim = Claim(merchant, subject, NOW + timedelta(seconds=seconds))
    token = tokens.token_of("link", claim, sign)
    assert tokens.merchant_in(token) == merchant
    assert tokens.claim_of("link", token, sign, NOW) == claim
    assert tokens.claim_of("session", token, sign, NOW) is None
    assert tokens.claim_of("link", token, others, NOW) is None
    assert tokens.claim_of("link", token, sign, claim.expires_at) is None


@given(st.integers(0, 70), st.characters(codec="ascii"))
def test_a_changed_token_is_none(at: int, letter: str) -> None:
    token = tokens.token_of("link", Claim(UUID(int=1), UUID(int=2), NOW), sign)
    changed = token[:at] + letter + token[at + 1 :]
    before = NOW - timedelta(seconds=1)
    found = tokens.claim_of("link", changed, sign, before)
    assert (found is not None) == (changed == token)


@given(st.text(max_size=90))
def test_no_text_breaks_them(text: str) -> None:
    assert tokens.claim_of("link", text, sign, NOW) is None
    tokens.merchant_in(text)
    assert codes.ordinal_in(codes.normal(text), 7, sign) is None


@given(ordinals, steps, st.integers(-5, 5))
def test_a_code_is_taken_around_its_half_minute(ordinal: int, step: int, apart: int) -> None:
    step += 10
    code = codes.code_of(ordinal, step, sign)
    found = codes.ordinal_in(code, step + apart, sign)
    assert found == (ordinal if -codes.AHEAD <= apart <= codes.BEHIND else None)
    assert codes.ordinal_in(code, step + apart, others) is None


@given(ordinals, steps)
def test_a_code_can_be_typed(ordinal: int, step: int) -> None:
    code = codes.code_of(ordinal, step, sign)
    assert len(code) == 22
    typed = f"{code[:4]} {code[4:11]}-{code[11:]}".lower().replace("0", "o").replace("1", "l")
    assert codes.ordinal_in(codes.normal(typed), step, sign) == ordinal


@given(ordinals, steps, st.integers(1, 21), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_changed_code_is_nobodys(ordinal: int, step: int, at: int, letter: str) -> None:
    code = codes.code_of(ordinal, step, sign)
    changed = code[:at] + letter + code[at + 1 :]
    if changed != code:
        assert codes.ordinal_in(changed, step, sign) is None


def test_codes_of_a_customer_have_nothing_in_common() -> None:
    """Whoever watches a code twice must not see that it was the same customer."""
    made = [codes.code_of(7, step, sign) for step in range(500)]
    assert len(set(made)) == 500
    for at in range(2, 22):
        assert len({code[at] for code in made}) > 20


@pytest.mark.parametrize(
    ("rating", "service", "reasons"),
    [(0, None, []), (6, None, []), (5, 0, []), (5, None, ["nobody"]), (5, None, ["fresh", "x"])],
)
def test_bad_ratings(rating: int, service: int | None, reasons: list[str]) -> None:
    with pytest.raises(BadRating):
        ratings.checked(rating, service, reasons)


def test_quantities_as_people_write_them() -> None:
    shown = [ratings.count_of(each) for each in (1000, 2000, 350, 1250, 10_000, 5)]
    assert shown == ["1", "2", "0.35", "1.25", "10", "0.005"]
