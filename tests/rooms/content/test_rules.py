"""Texts within limits, tokens nobody guesses."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.content import rules
from huitou.content.types import BadList, BadTemplate, EmptyText, Filling, Item, TextTooLong

names = st.text(min_size=1, max_size=12)
fillings = st.builds(
    Filling,
    name=names,
    products=st.lists(names, max_size=30).map(tuple),
    store=names,
    associate=names,
)


@given(fillings, st.sampled_from(["wecom", "sms"]))
def test_a_filled_text_is_within_the_limit_and_keeps_its_words(
    filling: Filling, channel: str
) -> None:
    assert channel in ("wecom", "sms")
    template = "{name}您好，{store}的{associate}为您留了{products}。" + "好" * 150
    text = rules.fill(template, filling, "wecom" if channel == "wecom" else "sms")
    assert rules.size_of(text, "wecom") <= 4_000
    assert text.startswith(f"{filling.name}您好，{filling.store}的{filling.associate}为您留了")
    assert text.endswith("好" * 150)


def test_products_are_left_out_from_the_end() -> None:
    filling = Filling(products=("鲜奶" * 60, "酸奶" * 60, "面包" * 60))
    text = rules.fill("给您：{products}", filling, "sms")
    assert "酸奶" in text
    assert "面包" in text
    text = rules.fill("给您：{products}" + "。" * 200, filling, "sms")
    assert "酸奶" in text
    assert "面包" not in text


def test_what_is_filled_in_is_not_a_placeholder() -> None:
    assert rules.fill("{name}", Filling(name="{store}", store="S"), "sms") == "{store}"


def test_faulty_texts_are_refused() -> None:
    with pytest.raises(BadTemplate) as refused:
        rules.fill("{phone}", Filling(), "sms")
    assert "{phone}" in refused.value.detail("zh")
    assert "{name}" in refused.value.detail("en")
    with pytest.raises(EmptyText):
        rules.fill("  ", Filling(), "sms")
    with pytest.raises(EmptyText):
        rules.fill("{name}", Filling(), "sms")
    with pytest.raises(TextTooLong):
        rules.fill("长" * 501, Filling(), "sms")
    with pytest.raises(TextTooLong):
        rules.fill("长" * 1334, Filling(), "wecom")
    assert rules.fill("长" * 1333, Filling(), "wecom")


@given(st.binary(min_size=rules.TOKEN_BYTES, max_size=rules.TOKEN_BYTES))
def test_tokens_have_one_form_and_lose_nothing(noise: bytes) -> None:
    token = rules.token_of(noise)
    assert rules.may_be_token(token)
    number = 0
    for char in token:
        number = number * 62 + rules._ALPHABET.index(char)
    assert number.to_bytes(rules.TOKEN_BYTES, "big") == noise


def test_tokens_are_long_and_different() -> None:
    tokens = {rules.token_of(os.urandom(rules.TOKEN_BYTES)) for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert rules.TOKEN_BYTES * 8 >= 128


def test_lists_have_different_products() -> None:
    with pytest.raises(BadList):
        rules.checked_items([])
    with pytest.raises(BadList):
        rules.checked_items([Item("a"), Item("a")])


def test_buying_leads_only_where_a_phone_can_go() -> None:
    assert rules.buy_url("", token="T", sku="A 1") is None
    assert rules.buy_url("javascript:alert(1)", token="T", sku="A") is None
    url = rules.buy_url("https://mall.example/p/{sku}?t={token}", token="T", sku="A/1&x=2")
    assert url == "https://mall.example/p/A%2F1%26x%3D2?t=T"


def test_robots_are_known() -> None:
    assert rules.is_bot("Mozilla/5.0 (compatible; Baiduspider/2.0)")
    assert rules.is_bot("")
    assert not rules.is_bot("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49")
