"""What an offer may say, and how it is said."""

from typing import Any

import pytest

from huitou.offer.rules.checking import checked
from huitou.offer.rules.sentences import sentence
from huitou.offer.types.offers import BadOffer, OfferDocument


def document(**fields: Any) -> OfferDocument:
    terms = {"kind": "price", "pay_bp": 9_000}
    return OfferDocument.model_validate({"name": "活动", "terms": terms, **fields}, strict=False)


@pytest.mark.parametrize(
    ("terms", "zh", "en"),
    [
        (
            {"kind": "price", "sort": "member", "pay_bp": 8_800, "limit": 2},
            "会员价 8.8 折，每单限 2 件",
            "member price: 12% off, at most 2 pieces an order",
        ),
        (
            {"kind": "price", "sort": "flash", "prices_fen": {"A1": 5_900, "A2": 3_950}},
            "秒杀价：A1 59 元、A2 39.5 元",
            "flash price: A1 ¥59 and A2 ¥39.50",
        ),
        (
            {"kind": "price", "off_fen": 1_000},
            "限时价直降 10 元",
            "limited-time price: ¥10 off each",
        ),
        ({"kind": "buy_get", "buy": 2}, "买 2 赠 1", "buy 2, get 1 for free"),
        (
            {"kind": "buy_get", "buy": 1, "pay_bp": 5_000, "groups_max": 3},
            "第 2 件 5 折，每单最多 3 组",
            "buy 1, get 1 at 50% off, at most 3 groups an order",
        ),
        (
            {"kind": "buy_get", "buy": 2, "goods": {"skus": ["A1"]}, "get_goods": {"skus": ["G"]}},
            "买 2 赠 1 件G，限A1",
            "buy 2, get 1 of G for free, for A1 only",
        ),
        ({"kind": "bundle", "count": 3, "price_fen": 9_900}, "任选 3 件 99 元", "any 3 for ¥99"),
        (
            {
                "kind": "add_on",
                "goods": {"skus": ["B"]},
                "price_fen": 990,
                "threshold_fen": 10_000,
            },
            "购满 100 元，加 9.9 元换购，每单最多 1 件，限B",
            "add one for ¥9.90 from ¥100, at most 1 an order, for B only",
        ),
        (
            {
                "kind": "activity",
                "measure": "count",
                "tiers": [{"at_least": 2, "pay_bp": 9_000}, {"at_least": 3, "pay_bp": 8_000}],
                "cap_fen": 10_000,
            },
            "满 2 件打 9 折；满 3 件打 8 折，最多优惠 100 元",
            "10% off from 2 pieces; 20% off from 3 pieces, at most ¥100 off",
        ),
        (
            {
                "kind": "activity",
                "repeats": True,
                "times_max": 3,
                "tiers": [{"at_least": 20_000, "off_fen": 3_000, "free_shipping": True}],
            },
            "每满 200 元减 30 元、包邮，最多 3 次",
            "¥30 off and free shipping for every ¥200, at most 3 times",
        ),
        (
            {
                "kind": "activity",
                "tiers": [{"at_least": 9_900, "gifts": [{"sku": "G", "worth_fen": 500}]}],
            },
            "满 99 元赠G",
            "1 G as a gift from ¥99",
        ),
    ],
)
def test_every_kind_has_its_sentence(terms: dict[str, Any], zh: str, en: str) -> None:
    said = sentence(document(terms=terms), {}, "Asia/Shanghai")
    assert (said.zh, said.en) == (zh, en)
    checked(document(terms=terms), ())


def tiers(*tiers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"terms": {"kind": "activity", "tiers": list(tiers), **fields}}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        (tiers({"at_least": 200, "off_fen": 10}, {"at_least": 200, "off_fen": 20}), "terms.tiers"),
        (tiers({"at_least": 200, "off_fen": 20}, {"at_least": 300, "off_fen": 20}), "terms.tiers"),
        (tiers({"at_least": 200, "off_fen": 20}, {"at_least": 300, "pay_bp": 1}), "terms.tiers"),
        (tiers({"at_least": 200, "off_fen": 20, "pay_bp": 9_000}), "terms.tiers"),
        (tiers({"at_least": 200}), "terms.tiers"),
        (tiers({"at_least": 200, "off_fen": 201}), "terms.tiers"),
        (tiers({"at_least": 0, "off_fen": 20}, repeats=True), "terms.repeats"),
        (tiers({"at_least": 20, "pay_bp": 20}, repeats=True), "terms.repeats"),
        (tiers({"at_least": 20, "off_fen": 20}, times_max=2), "terms.times_max"),
        ({"terms": {"kind": "price"}}, "terms"),
        ({"terms": {"kind": "price", "pay_bp": 9_000, "off_fen": 10}}, "terms"),
        ({"terms": {"kind": "price", "prices_fen": {}}}, "terms.prices_fen"),
        ({"terms": {"kind": "add_on", "goods": {}, "price_fen": 10}}, "terms.goods"),
        ({"when": {"from_at": "2026-12-01T00:00:00Z", "until_at": "2026-12-01T00:00:00Z"}}, "when"),
        ({"when": {"hours": {"from_minute": 60, "until_minute": 60}}}, "when.hours"),
        ({"allows": ["nothing-has-this"]}, "allows"),
        ({"tags": ["coupon"]}, "tags"),
        (
            tiers({"at_least": 200, "off_fen": 20}) | {"limits": {"customer_units": 2}},
            "limits.customer_units",
        ),
        ({"funding": [{"party": "store", "share_bp": 9_999}]}, "funding"),
        (
            {
                "funding": [
                    {"party": "store", "share_bp": 5_000},
                    {"party": "store", "share_bp": 5_000},
                ]
            },
            "funding",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(BadOffer) as refused:
        checked(document(**fields), ())
    assert refused.value.params["fields"] == named
    assert refused.value.detail("zh").startswith("优惠活动不合法：")
    assert refused.value.detail("en").startswith("The offer is not valid: ")


def test_every_fault_is_told() -> None:
    fields = tiers({"at_least": 0, "off_fen": 20}, repeats=True) | {"tags": ["piece"]}
    with pytest.raises(BadOffer) as refused:
        checked(document(**fields), ())
    assert refused.value.params["fields"] == "terms.repeats,tags"


def test_tags_that_others_have_may_be_allowed() -> None:
    wanted = document(allows=["vip-day", "coupon", "own"], tags=["own"])
    assert checked(wanted, ["vip-day"]) == wanted
