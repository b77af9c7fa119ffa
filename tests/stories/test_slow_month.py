"""Headquarters' slow month: from who is due, over the associates, to money in everybody's books.

A brand's story from the outside, in the order it lives it. Everything happens through the product's
own doors: its API, what it sends to WeCom and to the SMS provider, and what these call back.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.adapters.wecom.serving import eventually
from tests.conftest import make_brand
from tests.stories import house
from tests.stories.house import Api, House, Live, Person

brand = house.brand

COPY = "{name}您好，我是{store}的{associate}，您常买的{products}到货了"
FRIENDS_OF = {"a-01": 9, "a-02": 8, "a-12": 4}
NO_FRIENDS, WITHOUT_CONSENT, NEWCOMERS = 3, 3, 2
RATE_BP = 300


@dataclass
class Month:
    """What the story is about so far."""

    house: House
    people: dict[str, list[Person]]
    campaign: dict[str, Any]

    def everyone(self) -> list[Person]:
        return [person for group in self.people.values() for person in group]

    def by_id(self, id: str) -> Person:
        return next(person for person in self.everyone() if person.id == id)

    def tasks(self, code: str, **query: Any) -> list[dict[str, Any]]:
        """The tasks an associate sees of the campaign."""
        api = self.house.people[code]
        return api.items("/v1/tasks", campaign=self.campaign["id"], **query)


@pytest.fixture(scope="module")
def month(brand: House) -> Month:
    """A brand with months of history, and a care task that headquarters has just published."""
    people = with_history(brand)
    opportunities_are_seen(brand, people)
    draft, preview = planned(brand, people)
    campaign = published(brand, draft, preview)
    return Month(brand, people, campaign)


def with_history(brand: House) -> dict[str, list[Person]]:
    """Some buy milk every ten days and are due; some have only just begun."""
    numbers = iter(range(1, 100))
    people: dict[str, list[Person]] = {}
    events = []
    for code, count in FRIENDS_OF.items():
        people[code] = [stranger(next(numbers), code) for _ in range(count)]
        for person in people[code]:
            events += brand.meet(person, "wecom", "sms")
    people["by phone only"] = [stranger(next(numbers)) for _ in range(NO_FRIENDS)]
    for person in people["by phone only"]:
        events += brand.meet(person, "sms", is_friend=False)
    people["no consent"] = [stranger(next(numbers), "a-01") for _ in range(WITHOUT_CONSENT)]
    for person in people["no consent"]:
        events += brand.meet(person)
    for group in people.values():
        events += [order for person in group for order in rhythm(brand, person)]
    people["newcomers"] = [stranger(next(numbers), "a-01") for _ in range(NEWCOMERS)]
    for person in people["newcomers"]:
        events += brand.meet(person, "wecom", "sms")
        events.append(brand.paid([person.by_phone], {"bread": 900}))
    eventually(lambda: len(contacts(brand)) == sum(FRIENDS_OF.values()) + 5)
    brand.take(*events)
    for group in people.values():
        for person in group:
            brand.find(person)
    return people


def stranger(number: int, associate: str | None = None) -> Person:
    return Person(f"客户{number:02d}", f"139{number:08d}", f"wm-{number:04d}", associate)


def rhythm(brand: House, person: Person) -> list[dict[str, Any]]:
    return [
        brand.paid([person.by_phone], {"milk": 1_200}, brand.clock.now - timedelta(days=days))
        for days in range(80, 0, -10)
    ]


def contacts(brand: House) -> list[dict[str, Any]]:
    return [d for d in brand.wecom.look("deliveries")["deliveries"] if d["outcome"] != "pending"]


def opportunities_are_seen(brand: House, people: dict[str, list[Person]]) -> None:
    hq = brand.people["hq"]
    hq.post("/v1/opportunities/refresh")
    kinds = {kind["kind"]: kind for kind in hq.get("/v1/opportunities/kinds")}
    due = sum(FRIENDS_OF.values()) + NO_FRIENDS + WITHOUT_CONSENT
    assert kinds["predicted"]["count"] == due
    assert kinds["best_now"]["count"] == sum(FRIENDS_OF.values()), "contactable, with an associate"
    assert kinds["predicted"]["expected_fen"] > kinds["best_now"]["expected_fen"] > 0
    shown = hq.items("/v1/opportunities", kind="predicted", unit="store-0412")
    assert {each["customer_id"] for each in shown} == {person.id for person in people["a-12"]}
    assert shown[0]["reason_zh"].startswith("通常每 10 天买一次乳制品，上次 ")
    assert "milk" in shown[0]["skus"]
    mine = brand.people["a-12"].items("/v1/opportunities", kind="predicted")
    assert {each["customer_id"] for each in mine} == {person.id for person in people["a-12"]}


def planned(brand: House, people: dict[str, list[Person]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A draft, and what headquarters is told before publishing it."""
    hq = brand.people["hq"]
    hq.post(
        f"/v1/customers/{people['a-01'][0].id}/flags", {"no_profiling": True, "under_14": False}
    )
    body = {
        "name": "乳制品到货关怀",
        "source": {"opportunity_kind": "predicted"},
        "goal": "提醒老客户补货",
        "copy": COPY,
        "product_mode": "personal",
        "deadline": (brand.clock.now + timedelta(hours=6)).isoformat(),
        "fallback": {"text": "{name}您好，您常买的{products}到货了", "grace_minutes": 60},
        "holdout_bp": 2_000,
        "salt": "slow-month",
    }
    preview = hq.post("/v1/campaigns/preview", body)
    due = sum(FRIENDS_OF.values()) + NO_FRIENDS + WITHOUT_CONSENT
    excluded = {each["reason"]: each["count"] for each in preview["excluded"]}
    assert excluded == {"no_profiling": 1, "no_consent": WITHOUT_CONSENT}
    assert all(each["title_zh"] and each["title_en"] for each in preview["excluded"])
    assert preview["candidates"] == due
    assert preview["held_out"] > 0
    assert preview["treated"] + preview["held_out"] + sum(excluded.values()) == due
    assert preview["associates"] == 3
    assert preview["without_associate"] > 0
    assert {store["code"] for store in preview["per_store"]} == {"store-0401", "store-0412"}
    assert "鲜牛奶" in preview["sample"][0]["copy"]
    assert hq.items("/v1/campaigns") == [], "looking keeps nothing"
    return hq.post("/v1/campaigns", body), preview


def published(brand: House, draft: dict[str, Any], preview: dict[str, Any]) -> dict[str, Any]:
    hq = brand.people["hq"]
    path = f"/v1/campaigns/{draft['id']}"
    assert draft["state"] == "draft"
    assert hq.post(f"{path}/publish", {"version": draft["version"]})["state"] == "publishing"
    assert hq.refused("POST", f"{path}/publish", {}) == (409, "campaign.not_draft")
    brand.settle()
    live: dict[str, Any] = hq.get(path)
    assert live["state"] == "live"
    counts = live["counts"]
    assert counts["treated"] == preview["treated"], "the preview told the truth"
    assert counts["holdout"] == preview["held_out"]
    for code in FRIENDS_OF:
        cards = brand.wecom.look(f"notices/wc-{code}")["notices"]
        assert len(cards) == 1, "each associate is told once that there is work"
    return live


def test_a_slow_month(month: Month) -> None:
    an_associate_sells_and_the_money_follows_the_goods(month)
    results_by_store_and_associate_open_to_their_customers(month)
    who_does_not_send_is_urged_once_then_the_sms_goes_to_those_nobody_reached(month)
    no_more_messages_means_both_channels_at_once(month)
    late_events_and_a_refund_before_its_order_end_the_same(month)
    nobody_sees_beyond_their_own(month)
    another_merchant_sees_nothing(month)


def an_associate_sells_and_the_money_follows_the_goods(month: Month) -> None:
    brand = month.house
    task = the_task_is_on_the_phone(month)
    customer = month.by_id(task["customer"]["id"])
    live = Live(brand.people["a-01"])
    link = sent_and_confirmed(month, task, customer)
    opened(month, customer, link)
    order = bought(month, customer, live)
    refunded_in_part_then_in_full(month, order, live)


def the_task_is_on_the_phone(month: Month) -> dict[str, Any]:
    associate = month.house.people["a-01"]
    home = associate.get("/v1/associates/me/home")
    tasks = month.tasks("a-01", state="open")
    assert home["tasks"] == {"open": len(tasks), "awaiting": 0, "sent": 0, "closed": 0}
    assert home["store"]["code"] == "store-0401"
    assert home["month"]["gap_fen"] == home["month"]["target_fen"] - home["month"]["sales_fen"]
    task: dict[str, Any] = associate.get(f"/v1/tasks/{tasks[0]['id']}")
    assert task["reason_zh"].startswith("通常每 10 天买一次乳制品")
    assert task["copy"] == "亲您好，我是城东一店的林小满，您常买的鲜牛奶到货了"
    assert [product["name"] for product in task["products"]] == ["鲜牛奶"]
    changed = associate.patch(
        f"/v1/tasks/{task['id']}",
        {
            "version": task["version"],
            "copy": "给您留了两样，今天过来吗？",
            "skus": ["milk", "cheese"],
        },
    )
    assert [product["sku"] for product in changed["products"]] == ["milk", "cheese"]
    stale = {"version": task["version"], "copy": "再改"}
    assert associate.refused("PATCH", f"/v1/tasks/{task['id']}", stale) == (409, "version.conflict")
    return task


def sent_and_confirmed(month: Month, task: dict[str, Any], customer: Person) -> str:
    """One tap, then 发送 in WeCom. Returns the link in the customer's chat."""
    brand = month.house
    associate = brand.people["a-01"]
    path = f"/v1/tasks/{task['id']}"
    assert associate.post(f"{path}/send")["state"] == "awaiting_confirmation"
    assert associate.post(f"{path}/send")["state"] == "awaiting_confirmation", "a second tap"
    brand.settle()
    assert brand.inbox(customer) == [], "nothing goes out before the associate confirms"
    assert brand.wecom.order("confirm", userid="wc-a-01")["sent"] == 1
    brand.later(minutes=1)
    assert associate.get(path)["state"] == "sent"
    [message] = brand.inbox(customer)
    assert message["text"] == "给您留了两样，今天过来吗？"
    [card] = message["attachments"]
    url: str = card["link"]["url"]
    assert url.startswith(f"{brand.url}/l/")
    return url


def opened(month: Month, customer: Person, link: str) -> None:
    brand = month.house
    page = brand.phone_page(link)
    assert "鲜牛奶" in page.http.get(link).text
    assert "不再接收" in page.http.get(link).text
    assert page.http.post(f"{link}/opened").status_code == 204
    page.close()
    brand.later(minutes=5)
    [message] = brand.people["hq"].items("/v1/messages", customer=customer.id)
    assert message["state"] == "delivered"
    assert message["opened_at"] is not None


def bought(month: Month, customer: Person, live: Live) -> dict[str, Any]:
    """She buys in the mini-program; it is the associate's sale within a moment."""
    brand = month.house
    event = brand.paid(
        [customer.by_friend],
        {"milk": 1_200, "cheese": 2_555},
        order_no="M-1",
        unit="mall",
        source="mall",
    )
    assert brand.send(event)["accepted"] == 1
    assert brand.send(event)["duplicates"] == 1, "the network repeated itself"
    brand.settle()
    hq = brand.people["hq"]
    [credit] = hq.items("/v1/attributions", customer=customer.id)
    assert credit["order_no"] == "M-1"
    assert credit["amount_fen"] == 3_755
    assert credit["campaign_id"] == month.campaign["id"]
    assert credit["staff_id"] == brand.staff["a-01"]["id"]
    assert credit["opportunity_id"] is not None
    assert credit["evidence"]["opened_at"] is not None
    assert credit["sentence_zh"].endswith("最后一次送达的消息（wecom，顾客已打开）")
    [line] = brand.people["a-01"].items("/v1/commissions", customer=customer.id)
    assert line["rate_bp"] == RATE_BP
    assert line["amount_fen"] == 113, "3 % of ¥37.55, to the nearest fen"
    assert line["transaction_id"] is not None
    assert money(month) == (3_755, 113)
    eventually(lambda: live.of("commission"))
    [note] = live.of("commission")
    assert note["amount_fen"] == 113
    assert note["paid_fen"] == 3_755
    assert note["customer"] == customer.id
    assert note["topic"] == f"staff:{brand.staff['a-01']['id']}"
    order: dict[str, Any] = brand.key.items("/v1/orders", customer=customer.id)[0]
    assert order["order_no"] == "M-1"
    assert len(live.of("commission")) == 1
    return order


def refunded_in_part_then_in_full(month: Month, order: dict[str, Any], live: Live) -> None:
    brand = month.house
    brand.later(hours=1)
    brand.take(brand.refunded("M-1", "R-1", {1: 1_000}, unit="mall", source="mall"))
    assert money(month) == (2_755, 83), "what is left of the sale, and 3 % of it"
    behind = brand.people["hq"].items(
        "/v1/results/customers", stage="bought", campaign=month.campaign["id"]
    )
    assert [each["amount_fen"] for each in behind] == [2_755]
    brand.take(brand.refunded("M-1", "R-2", {1: 200, 2: 2_555}, unit="mall", source="mall"))
    assert money(month) == (0, 0), "to the fen"
    [line] = brand.key.items("/v1/commissions", customer=order["customer_id"])
    assert (line["amount_fen"], line["reversed_fen"], line["state"]) == (113, 113, "reversed")
    eventually(lambda: len(live.of("commission_reversed")) == 2)
    assert sum(note["amount_fen"] for note in live.of("commission_reversed")) == -113


def money(month: Month) -> tuple[int, int]:
    """The associate's credited sales and commission of today; the ledger agrees."""
    brand = month.house
    earned = brand.people["a-01"].get(f"/v1/associates/{brand.staff['a-01']['id']}/money")
    assert earned["balance_fen"] == earned["month"]["commission_fen"]
    return earned["today"]["sales_fen"], earned["today"]["commission_fen"]


def results_by_store_and_associate_open_to_their_customers(month: Month) -> None:
    brand = month.house
    a_sale_of_another_store(month)
    hq = brand.people["hq"]
    results = hq.get("/v1/results", campaign=month.campaign["id"])
    rows = {row["staff_name"]: row for row in results["rows"]}
    row = rows["陈白露"]
    assert row["unit_name"] == "城西店"
    assert (row["sent"], row["delivered"], row["opened"], row["bought"]) == (1, 1, 1, 1)
    assert (row["amount_fen"], row["commission_fen"]) == (5_000, 150)
    assert rows["周立夏"]["tasks"] > 0
    assert rows["周立夏"]["sent"] == 0
    total = results["total"]
    for stage in ("tasks", "sent", "delivered", "opened", "bought"):
        assert sum(each[stage] for each in results["rows"]) == total[stage]
        behind = hq.items("/v1/results/customers", campaign=month.campaign["id"], stage=stage)
        assert len(behind) == total[stage], f"every {stage} has a customer behind it"
    store = hq.items(
        "/v1/results/customers", campaign=month.campaign["id"], stage="bought", unit="store-0412"
    )
    assert [each["order_no"] for each in store] == ["W-1"]
    assert results["lift"]["verdict"] == "unproven", "a handful of customers proves nothing"
    assert results["incremental"]["sentence_zh"].startswith("未证明有效")
    today = brand.people["m-0412"].get(f"/v1/stores/{brand.units['store-0412']['id']}/today")
    assert today["credited_fen"] == 5_000


def a_sale_of_another_store(month: Month) -> None:
    brand = month.house
    task = month.tasks("a-12", state="open")[0]
    customer = month.by_id(task["customer"]["id"])
    brand.people["a-12"].post(f"/v1/tasks/{task['id']}/send")
    brand.settle()
    brand.wecom.order("confirm", userid="wc-a-12")
    brand.later(minutes=1)
    [message] = brand.inbox(customer)
    page = brand.phone_page(message["attachments"][0]["link"]["url"])
    page.http.post(f"{message['attachments'][0]['link']['url']}/opened")
    page.close()
    brand.later(minutes=5)
    brand.take(brand.paid([customer.by_phone], {"cheese": 5_000}, order_no="W-1", unit="mall"))


def who_does_not_send_is_urged_once_then_the_sms_goes_to_those_nobody_reached(
    month: Month,
) -> None:
    brand = month.house
    unsent = {month.by_id(t["customer"]["id"]).phone for t in month.tasks("a-02", state="open")}
    assert unsent
    reached = {
        month.by_id(task["customer"]["id"]).phone
        for code in ("a-01", "a-12")
        for task in month.tasks(code, state="sent")
    }
    assert len(reached) == 2
    left = [t for code in FRIENDS_OF for t in month.tasks(code, state="open")]
    quitter = month.by_id(month.tasks("a-02", state="open")[0]["customer"]["id"])
    before = len(brand.wecom.look("notices/wc-a-02")["notices"])
    brand.later(hours=5)
    for _ in range(3):
        brand.later(minutes=2)
    urged = brand.wecom.look("notices/wc-a-02")["notices"]
    assert len(urged) == before + 1, "urged once"
    assert all(brand.texts(person) == [] for person in month.everyone())
    opted_out = opts_out_at_the_till(month, quitter)
    brand.later(hours=1)
    brand.later(minutes=2)
    texted = {person.phone for person in month.everyone() if brand.texts(person)}
    expected = {month.by_id(task["customer"]["id"]).phone for task in left}
    expected |= {
        month.by_id(row["customer_id"]).phone
        for row in candidates(month, "treated")
        if row["task_id"] is None
    }
    assert texted == expected - {opted_out.phone}
    assert not texted & reached, "never somebody already reached"
    assert all(len(brand.texts(person)) <= 1 for person in month.everyone())
    states = {task["state"] for task in month.tasks("a-02")}
    assert states == {"fallback", "expired"}
    nobody_else_heard(month)


def opts_out_at_the_till(month: Month, person: Person) -> Person:
    brand = month.house
    brand.take(brand.event("consent.withdrawn", [person.by_phone], channel="all"))
    return person


def candidates(month: Month, arm: str) -> list[dict[str, Any]]:
    path = f"/v1/campaigns/{month.campaign['id']}/candidates"
    return month.house.people["hq"].items(path, arm=arm)


def nobody_else_heard(month: Month) -> None:
    """The held out and the excluded got nothing on any channel."""
    for arm in ("holdout", "excluded"):
        rows = candidates(month, arm)
        assert rows
        for row in rows:
            person = month.by_id(row["customer_id"])
            assert month.house.inbox(person) == []
            assert month.house.texts(person) == []
            assert row["reason_zh"]


def no_more_messages_means_both_channels_at_once(month: Month) -> None:
    """不再接收 on the page, while a second task for the same customer waits to be sent."""
    brand = month.house
    brand.later(days=1)
    reached = month.tasks("a-01", state="sent")[0]
    customer = month.by_id(reached["customer"]["id"])
    second = care_for(month, customer)
    [task] = brand.people["a-01"].items("/v1/tasks", campaign=second["id"], state="open")
    assert brand.people["a-01"].post(f"/v1/tasks/{task['id']}/send")["state"] == (
        "awaiting_confirmation"
    )
    brand.settle()
    [message] = brand.inbox(customer)
    link = message["attachments"][0]["link"]["url"]
    page = brand.phone_page(link)
    assert page.http.post(f"{link}/stop").status_code == 200
    page.close()
    brand.settle()
    assert brand.wecom.order("confirm", userid="wc-a-01")["sent"] == 0, "taken back from WeCom too"
    assert brand.inbox(customer) == [message]
    third = care_for(month, customer)
    rows = brand.people["hq"].items(f"/v1/campaigns/{third['id']}/candidates")
    assert [(row["arm"], row["reason"]) for row in rows] == [("excluded", "opted_out")]
    consents = {
        (c["channel"], c["state"])
        for c in brand.key.get(f"/v1/customers/{customer.id}")["consents"]
    }
    assert {("wecom", "withdrawn"), ("sms", "withdrawn")} <= consents
    brand.later(hours=10)
    assert brand.texts(customer) == []


def care_for(month: Month, customer: Person) -> dict[str, Any]:
    """A care task for one customer, published."""
    brand = month.house
    hq = brand.people["hq"]
    hq.post(f"/v1/customers/{customer.id}/tags", {"add": ["again"]})
    draft = hq.post(
        "/v1/campaigns",
        {
            "name": "再来一次",
            "source": {"rule": {"v": 1, "all": [{"kind": "tag", "name": "again"}]}},
            "goal": "再来一次",
            "copy": "您好，新品到了",
            "product_mode": "fixed",
            "skus": ["cheese"],
            "deadline": (brand.clock.now + timedelta(hours=2)).isoformat(),
            "fallback": {"text": "新品到了", "grace_minutes": 30},
            "holdout_bp": 0,
        },
    )
    hq.post(f"/v1/campaigns/{draft['id']}/publish")
    brand.settle()
    live: dict[str, Any] = hq.get(f"/v1/campaigns/{draft['id']}")
    return live


def late_events_and_a_refund_before_its_order_end_the_same(month: Month) -> None:
    """An order is credited by when it was paid, not by when it arrived."""
    brand = month.house
    task = month.tasks("a-12", state="sent")[0]
    customer = month.by_id(task["customer"]["id"])
    staff = brand.staff["a-12"]["id"]
    balance = f"/v1/associates/{staff}/money"
    before = brand.key.get(balance)["balance_fen"]
    paid_at = brand.clock.now - timedelta(hours=30)
    brand.take(brand.refunded("L-1", "LR-1", {1: 2_000}))
    brand.take(brand.paid([customer.by_phone], {"bread": 10_000}, paid_at, order_no="L-1"))
    lines = brand.key.items("/v1/commissions", customer=customer.id)
    [late] = [line for line in lines if line["order_no"] == "L-1"]
    assert late["amount_fen"] - late["reversed_fen"] == 240, "3 % of what was kept"
    assert brand.key.get(balance)["balance_fen"] == before + 240
    long_ago = brand.clock.now - timedelta(days=20)
    brand.take(brand.paid([customer.by_phone], {"bread": 900}, long_ago, order_no="L-2"))
    orders = brand.key.items("/v1/orders", customer=customer.id)
    [old] = [order for order in orders if order["order_no"] == "L-2"]
    verdict = brand.key.get(f"/v1/orders/{old['id']}/attribution")
    assert (verdict["is_credited"], verdict["reason"]) == (False, "no_touch")
    reused = brand.paid([customer.by_phone], {"bread": 1}, id="same")
    brand.take(reused)
    other = {**reused, "unit": "mall"}
    answer = brand.send(other)
    assert [fault["code"] for fault in answer["rejected"]] == ["event.id_reused"]


def nobody_sees_beyond_their_own(month: Month) -> None:
    brand = month.house
    task = month.tasks("a-01")[0]
    path = f"/v1/tasks/{task['id']}"
    colleague, other_manager = brand.people["a-02"], brand.people["m-0412"]
    for stranger_ in (colleague, brand.people["a-12"], other_manager):
        assert stranger_.refused("GET", path) == (404, "associate.no_task")
        assert stranger_.refused("GET", f"/v1/customers/{task['customer']['id']}")[0] == 404
        assert stranger_.items("/v1/tasks", customer=task["customer"]["id"]) == []
        assert stranger_.items("/v1/messages", customer=task["customer"]["id"]) == []
        assert stranger_.items("/v1/commissions", customer=task["customer"]["id"]) == []
    assert colleague.refused("POST", f"{path}/send", {})[0] == 404
    assert colleague.refused("POST", "/v1/tasks/urge", {"unit": "store-0401"})[0] == 403
    assert colleague.refused("GET", "/v1/campaigns")[0] == 403
    stores = {row["unit"]["code"] for row in other_manager.items("/v1/tasks")}
    assert stores == {"store-0412"}
    rows = other_manager.get("/v1/results")["rows"]
    assert {row["unit_name"] for row in rows} == {"城西店"}
    unit = brand.units["store-0401"]["id"]
    assert other_manager.refused("GET", f"/v1/stores/{unit}/today")[0] == 404
    mine = {row["associate"]["id"] for row in brand.people["m-0401"].items("/v1/tasks")}
    assert mine == {brand.staff["a-01"]["id"], brand.staff["a-02"]["id"]}


def another_merchant_sees_nothing(month: Month) -> None:
    """Another brand in the same database, with a key that may do everything in its own."""
    brand = month.house
    key = make_brand(brand.db, "别家").key
    other = Api(brand.url, headers={"Authorization": f"Bearer {key}"})
    customer = next(person for person in month.everyone() if person.id)
    by_phone = f"/v1/customers?identifier=phone:{customer.phone}"
    assert other.refused("GET", by_phone) == (404, "identity.no_such_customer")
    for path in ("customers", "tasks", "messages", "commissions", "attributions", "campaigns"):
        assert other.items(f"/v1/{path}") == []
    for path in (f"customers/{customer.id}", f"campaigns/{month.campaign['id']}"):
        assert other.refused("GET", f"/v1/{path}")[0] == 404
    wrong = Api(brand.url, headers={"Authorization": "Bearer huitou_nothing"})
    assert wrong.refused("GET", "/v1/customers")[0] == 401
    other.close()
    wrong.close()
