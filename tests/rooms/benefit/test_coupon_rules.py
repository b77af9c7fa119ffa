"""Pure decisions about coupons, against oracles."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from huitou.base.crypto import MerchantKeys
from huitou.benefit.rules import codes, coupons, redeeming, templates, tokens
from huitou.benefit.rules.sentences import sentence
from huitou.benefit.types.coupon_refusals import BadToken, Mistyped
from huitou.benefit.types.coupons import Claim, Coupon, Had, Known, State, Stock
from huitou.benefit.types.redeeming import Basket, Line, Place
from huitou.benefit.types.templates import Promise, Template

KEYS, OTHERS = MerchantKeys(b"one" * 11), MerchantKeys(b"two" * 11)
ZONE = "Asia/Shanghai"
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
PEOPLE = [UUID(int=n) for n in range(1, 6)]
MERGED, NOBODY = UUID(int=100), UUID(int=101)


# Codes


@given(st.integers(1, 2**20 - 1), st.integers(1, 2**40 - 1))
def test_a_code_tells_its_coupon_and_to_this_merchant_only(number: int, serial: int) -> None:
    code = codes.code_of(KEYS.codes, number, serial)
    assert len(code) == codes.LENGTH
    assert codes.read(KEYS.codes, code) == (number, serial)
    spoken = f" {code[:4]}-{code[4:8]} {code[8:]} ".lower().replace("0", "o").replace("1", "l")
    assert codes.read(KEYS.codes, spoken) == (number, serial)
    assert codes.read(OTHERS.codes, code) != (number, serial)


@given(st.integers(1, 2**40 - 1), st.integers(0, 12), st.integers(1, 31))
def test_any_wrong_character_is_found(serial: int, at: int, by: int) -> None:
    code = codes.code_of(KEYS.codes, 7, serial)
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    wrong = alphabet[(alphabet.index(code[at]) + by) % 32]
    with pytest.raises(Mistyped):
        codes.read(KEYS.codes, code[:at] + wrong + code[at + 1 :])


@given(st.integers(1, 2**40 - 1), st.integers(0, 12), st.integers(0, 12))
def test_any_two_characters_that_changed_places_are_found(
    serial: int, one: int, other: int
) -> None:
    code = list(codes.code_of(KEYS.codes, 7, serial))
    assume(code[one] != code[other])
    code[one], code[other] = code[other], code[one]
    with pytest.raises(Mistyped):
        codes.read(KEYS.codes, "".join(code))


@pytest.mark.parametrize("text", ["", "A", "A" * 14, "U" * 13, "你" * 13, "0" * 12 + "!"])
def test_what_is_no_code_is_mistyped(text: str) -> None:
    with pytest.raises(Mistyped):
        codes.read(KEYS.codes, text)


def test_codes_of_a_batch_differ_and_look_alike_in_nothing() -> None:
    made = codes.codes_of(KEYS.codes, 1, range(1, 20_001))
    assert len(set(made)) == 20_000
    # Every letter is as frequent as any other at every place: within five deviations.
    for place in range(codes.LENGTH):
        counts = Counter(code[place] for code in made)
        assert len(counts) == 32
        assert all(abs(count - 625) < 5 * 25 for count in counts.values())


# Tokens


def test_a_token_is_read_by_its_merchant_only_and_not_when_anything_changed() -> None:
    payload = tokens.Payload(c="C" * 13, t=1, n="n", x=1_800_000_000, e=None, o=True)
    token = tokens.make(KEYS, payload)
    assert tokens.read(KEYS, token).nonce == "n"
    with pytest.raises(BadToken):
        tokens.read(OTHERS, token)
    for at in range(len(token)):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        # The last letter of base64 has bits that say nothing.
        if at < len(token) - 1:
            with pytest.raises(BadToken):
                tokens.read(KEYS, changed)


@given(st.text(max_size=60))
def test_no_made_up_token_is_read(text: str) -> None:
    with pytest.raises(BadToken):
        tokens.read(KEYS, tokens.PREFIX + text)


# Who gets one


def template(**fields: Any) -> Template:
    promise = Promise.model_validate(
        {
            "name": "券",
            "benefit": {"kind": "full_reduction", "off_fen": 100},
            "window": {"kind": "relative", "days": 7},
            "claiming": {},
            **fields,
        }
    )
    return Template(UUID(int=9), 1, "published", promise, 1, NOW, NOW)


LIMIT = st.none() | st.integers(1, 4)
CLAIMS = st.lists(
    st.builds(
        Claim,
        st.sampled_from([*PEOPLE, MERGED, NOBODY]),
        st.sampled_from("abcd").map(lambda x: x * 32),
    ),
    max_size=30,
)


def known_of(had: list[Had]) -> Known:
    return Known({MERGED: PEOPLE[0], NOBODY: None}, had)


@given(CLAIMS, LIMIT, LIMIT, st.none() | st.integers(1, 12), st.data())
def test_deciding_all_at_once_is_deciding_one_after_another(
    claims: list[Claim], per_customer: int | None, per_day: int | None, stock: int | None, data: Any
) -> None:
    """In whatever batches claims come, everybody hears the same."""
    made = template(per_customer=per_customer, per_day=per_day, stock=stock)
    whole = coupons.decide(made, Stock(0, 0, 0), claims, known_of([]), NOW, is_given_by_us=False)
    had: list[Had] = []
    outcomes, serials, given_so_far, rest = [], [], 0, claims
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        now_stock = Stock(given_so_far, given_so_far, given_so_far)
        part = coupons.decide(
            made, now_stock, rest[:size], known_of(had), NOW, is_given_by_us=False
        )
        outcomes += part.outcomes
        serials += part.serials
        had += [
            Had(customer, customer, part.new.first + n, nth, UUID(hex=claim))
            for n, (customer, nth, claim) in enumerate(
                zip(part.new.customer_ids, part.new.nths, part.new.claims, strict=True)
            )
        ]
        given_so_far += len(part.new.nths)
        rest = rest[size:]
    assert (outcomes, serials) == (whole.outcomes, whole.serials)


@given(CLAIMS, LIMIT, LIMIT, st.none() | st.integers(1, 12))
def test_nobody_gets_more_than_allowed_and_nobody_is_left_out_for_nothing(
    claims: list[Claim], per_customer: int | None, per_day: int | None, stock: int | None
) -> None:
    made = template(per_customer=per_customer, per_day=per_day, stock=stock)
    decided = coupons.decide(made, Stock(0, 0, 0), claims, known_of([]), NOW, is_given_by_us=False)
    new = decided.new
    counts = Counter(new.customer_ids)
    assert max(counts.values(), default=0) <= (per_customer or 99)
    assert len(new.nths) <= min(stock or 99, per_day or 99)
    assert len(set(zip(new.customer_ids, new.nths, strict=True))) == len(new.nths)
    for claim, outcome in zip(claims, decided.outcomes, strict=True):
        person = {MERGED: PEOPLE[0]}.get(claim.customer_id, claim.customer_id)
        assert (outcome == "no_customer") == (claim.customer_id == NOBODY)
        assert outcome != "limit" or counts[person] == per_customer
        assert outcome != "sold_out" or len(new.nths) == stock
        assert outcome != "sold_out_today" or len(new.nths) == per_day


# What becomes of it


@given(st.lists(st.sampled_from(list(coupons.ARCS)), max_size=30), st.booleans())
def test_however_arcs_follow_each_other_the_accounts_say_where_the_coupon_is(
    arcs: list[Any], is_printed: bool
) -> None:
    state: State = "printed" if is_printed else "issued"
    customer = None if is_printed else PEOPLE[0]
    coupon = Coupon(
        UUID(int=9), 1, customer, None if is_printed else 1, state, NOW, NOW, NOW, None, None
    )
    accounts = Counter({state: 1})
    for arc in arcs:
        if not coupons.may(arc, coupon.state):
            with pytest.raises(AssertionError):
                coupons.after(arc, coupon)
            continue
        after = coupons.after(arc, coupon)
        accounts[coupon.state] -= 1
        accounts[after] += 1
        coupon = replace(
            coupon,
            state=after,
            customer_id=PEOPLE[0] if arc == "bind" else coupon.customer_id,
            nth=1 if arc == "bind" else coupon.nth,
        )
        assert +accounts == Counter({coupon.state: 1})
    assert coupon.state != "printed" or coupon.customer_id is None
    assert coupon.state != "issued" or coupon.customer_id is not None


# Templates


@st.composite
def promises(draw: Any) -> Promise:
    """Near to one another, so that one is often as good as the other."""
    some = st.sampled_from([(), ("A",), ("A", "B")])
    hours = draw(st.none() | st.sampled_from([(0, 1_440), (540, 1_080), (600, 900)]))
    benefit = draw(
        st.one_of(
            st.builds(
                lambda t, o: {"kind": "full_reduction", "threshold_fen": t, "off_fen": o},
                st.sampled_from([0, 300, 500]),
                st.sampled_from([100, 200]),
            ),
            st.builds(
                lambda p, c, t: {
                    "kind": "discount",
                    "pay_bp": p,
                    "cap_fen": c,
                    "threshold_fen": t,
                },
                st.sampled_from([5_000, 8_500]),
                st.sampled_from([None, 50, 90]),
                st.sampled_from([0, 300]),
            ),
            st.builds(
                lambda s, o: {"kind": "product", "skus": s, "off_fen": o},
                st.sampled_from([("A",), ("A", "B")]),
                st.sampled_from([100, 200]),
            ),
        )
    )
    window = draw(
        st.one_of(
            st.builds(
                lambda d, a: {"kind": "relative", "days": d, "after_days": a},
                st.sampled_from([1, 3]),
                st.sampled_from([0, 1]),
            ),
            st.builds(
                lambda a, b: {
                    "kind": "fixed",
                    "from_at": NOW + timedelta(days=a),
                    "until_at": NOW + timedelta(days=b),
                },
                st.sampled_from([-1, 0]),
                st.sampled_from([2, 3]),
            ),
        )
    )
    return Promise.model_validate(
        {
            "name": "券",
            "benefit": benefit,
            "window": window,
            "weekdays": draw(st.sampled_from([(), (5,), (5, 6), (1, 2, 3, 4, 5, 6, 7)])),
            "hours": hours and {"from_minute": hours[0], "until_minute": hours[1]},
            "units": draw(some),
            "channels": draw(st.sampled_from([(), ("store",), ("store", "online")])),
            "goods": {"skus": draw(some), "except_skus": draw(st.sampled_from([(), ("B",)]))},
            "per_customer": draw(LIMIT),
            "stock": draw(LIMIT),
        }
    )


@given(
    promises(),
    promises(),
    st.sets(st.sampled_from(sorted(Promise.model_fields)), min_size=1, max_size=2),
    st.integers(0, 5 * 24 * 60),
    st.sampled_from(["A/x/", "B/", "C/"]),
    st.sampled_from(["store", "online"]),
    st.lists(st.builds(Line, st.sampled_from("ABC"), st.integers(0, 600)), max_size=3),
)
def test_what_may_be_published_is_nowhere_worse(
    before: Promise,
    other: Promise,
    changed: set[str],
    minutes: int,
    path: str,
    channel: Any,
    lines: list[Line],
) -> None:
    """Whenever, wherever and for whatever a coupon held before, it holds after, and saves as much."""
    after = before.model_copy(update={name: getattr(other, name) for name in changed})
    assert templates.worsened(before, before) == []
    assume(not templates.worsened(before, after))
    at, place = NOW + timedelta(minutes=minutes), Place(UUID(int=1), path, channel)
    basket = Basket(lines=tuple(lines))

    def refusal(promise: Promise) -> object:
        paths = [f"{code}/" for code in promise.units]
        active, expires = templates.span_of(promise, NOW, ZONE)
        if not active <= at < expires:
            return "not valid"
        return redeeming.conditions_refusal(promise, at, ZONE, place, paths, basket, {})

    if refusal(before) is None:
        assert refusal(after) is None
        saved = [redeeming.saved_fen(promise, basket, {}) or 0 for promise in (before, after)]
        assert saved[1] >= saved[0]


@given(promises(), st.integers(0, 100_000))
def test_a_coupon_takes_off_what_it_says_and_never_more_than_there_is(
    promise: Promise, amount: int
) -> None:
    off = templates.off_fen(promise, amount)
    assert 0 <= off <= amount
    face = templates.face_fen(promise)
    assert face is None or off <= face
    if promise.benefit.kind == "discount" and face is None:
        paid_bp = promise.benefit.pay_bp
        assert (amount - off) * 10_000 >= amount * paid_bp > (amount - off - 1) * 10_000


@given(promises())
def test_every_promise_has_a_sentence_without_holes(promise: Promise) -> None:
    said = sentence(promise, {"A": "城东区", "B": "牛奶"}, ZONE)
    for text in (said.zh, said.en):
        assert text
        assert "None" not in text
        assert "  " not in text


@pytest.mark.parametrize(
    ("window", "active", "expires"),
    [
        ({"kind": "relative", "days": 1}, NOW, datetime(2026, 11, 20, 16, tzinfo=UTC)),
        ({"kind": "relative", "days": 7}, NOW, datetime(2026, 11, 26, 16, tzinfo=UTC)),
        (
            {"kind": "relative", "days": 2, "after_days": 1},
            datetime(2026, 11, 20, 16, tzinfo=UTC),
            datetime(2026, 11, 22, 16, tzinfo=UTC),
        ),
    ],
)
def test_days_are_the_merchants(window: Any, active: datetime, expires: datetime) -> None:
    assert templates.span_of(template(window=window).promise, NOW, ZONE) == (active, expires)
