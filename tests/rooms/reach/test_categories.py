"""Kinds of messages: named by the merchant, carried by campaigns, counted apart."""

from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from huitou.reach.actions import messages as actions
from huitou.reach.reads import messages as reads
from huitou.reach.types.policies import Calendar, Cap, ContactPolicy
from tests.rooms.reach.conftest import Town


def test_they_are_named_and_a_cap_says_the_name(town: Town, client: TestClient) -> None:
    codes = [one["code"] for one in client.get("/v1/reach/categories").json()]
    assert codes == ["promotion", "birthday", "arrival", "care", "service"]
    wanted = [
        {"code": "promotion", "zh": "促销", "en": "Promotion"},
        {"code": "vip", "zh": "会员日", "en": "Members' day"},
    ]
    put = client.put("/v1/reach/categories", json={"categories": wanted})
    assert put.json() == wanted
    policy = {
        "caps": [
            {
                "scope": "category",
                "of": "vip",
                "window": {"kind": "calendar", "unit": "week"},
                "limit": 1,
            }
        ]
    }
    said = client.post("/v1/reach/policy/preview", json=policy).json()["lines"][0]
    assert said == {
        "zh": "每位客户每周最多 1 条营销消息（会员日类）",
        "en": "At most 1 marketing message a week to a customer of the category Members' day",
    }
    missing = client.put("/v1/reach/categories", json={"categories": wanted[1:]})
    assert missing.json()["code"] == "reach.bad_categories"
    twice = client.put("/v1/reach/categories", json={"categories": [wanted[0], wanted[0]]})
    assert twice.json()["code"] == "reach.bad_categories"


def test_each_category_is_counted_apart(town: Town) -> None:
    [customer] = town.people(1)
    cap = Cap(scope="category", window=Calendar(unit="day"), limit=1)
    with town.db.write(town.brand.merchant.id) as tx:
        version = reads.policy_shown(tx).version
        actions.set_policy(tx, ContactPolicy(caps=(cap,)), version=version)
        decided = actions.plan(
            tx,
            [
                town.candidate(customer, category="birthday"),
                town.candidate(customer, category="care"),
                town.candidate(customer, category="birthday"),
            ],
        )
    assert [each.code for each in decided] == [None, None, "cap"]


def test_a_campaign_carries_one_that_there_is(town: Town, client: TestClient) -> None:
    plan: dict[str, Any] = {
        "name": "生日关怀",
        "source": {"rule": {"v": 1, "all": []}},
        "goal": "生日问候",
        "copy": "{name}，生日快乐",
        "product_mode": "none",
        "deadline": (town.db.clock() + timedelta(days=2)).isoformat(),
        "category": "promotion",
    }
    made = client.post("/v1/campaigns", json=plan)
    assert made.status_code == 201, made.text
    assert made.json()["category"] == "promotion"
    unknown = client.post("/v1/campaigns", json={**plan, "category": "nothing"})
    assert unknown.json()["code"] == "reach.no_category"
