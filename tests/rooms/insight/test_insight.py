"""The figures, against what was put in."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from psycopg.types.json import Jsonb

from huitou.attribution import reads as attribution
from huitou.attribution.rules import lift as lift_rules
from huitou.attribution.types import Outcome
from huitou.base.db import Scope, Tx
from huitou.event.types import Intake
from huitou.insight import reads
from huitou.kernel.ids import new_id
from huitou.kernel.time import day_start
from huitou.merchant.types import Staff
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.attribution.story import customer_of, deliver, paid, refunded, seen

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]
DAY = timedelta(days=1)
STAGES = ("tasks", "sent", "delivered", "opened", "bought")


@pytest.fixture
def noon(clock: Clock) -> datetime:
    """It is noon in Shanghai, so that an hour ago is today."""
    clock.now = day_start(clock.now.date()) + timedelta(hours=12)
    return clock.now


def add_campaign(tx: Tx, at: datetime, name: str = "双十二关怀") -> UUID:
    campaign = new_id()
    tx.run(
        """
        INSERT INTO campaign.campaign (merchant_id, id, name, kind, source, goal, steps,
            product_mode, skus, deadline, holdout_bp, salt, state, created_by, created_at,
            published_at)
        VALUES (%(merchant)s, %(id)s, %(name)s, 'care', %(source)s, '', '[]', 'none', '{}', %(at)s,
            1000, 's', 'live', 'test', %(at)s, %(at)s)
        """,
        {"id": campaign, "name": name, "at": at, "source": Jsonb({})},
    )
    return campaign


def assign(tx: Tx, campaign: UUID, customer: UUID, arm: str, at: datetime) -> None:
    tx.run(
        """
        INSERT INTO campaign.candidate
            (merchant_id, campaign_id, first_customer_id, customer_id, arm, at)
        VALUES (%(merchant)s, %(campaign)s, %(customer)s, %(customer)s, %(arm)s, %(at)s)
        """,
        {"campaign": campaign, "customer": customer, "arm": arm, "at": at},
    )


def add_task(tx: Tx, campaign: UUID, customer: UUID, staff: Staff, at: datetime) -> UUID:
    task = new_id()
    tx.run(
        """
        INSERT INTO associate.task (merchant_id, id, campaign_id, customer_id, first_customer_id,
            staff_id, unit_id, title, reason, copy, skus, categories, deadline, closes_at,
            created_at)
        VALUES (%(merchant)s, %(id)s, %(campaign)s, %(customer)s, %(customer)s, %(staff)s,
            %(unit)s, '', %(reason)s, '', '{}', '{}', %(at)s, %(at)s, %(at)s)
        """,
        {
            "id": task,
            "campaign": campaign,
            "customer": customer,
            "staff": staff.id,
            "unit": staff.unit_id,
            "reason": Jsonb({}),
            "at": at,
        },
    )
    return task


@pytest.fixture
def campaign(send: Send, drain: Drain, write: Write, brand: Brand, noon: datetime) -> UUID:
    """Four customers of two associates; three got the message, two bought, one gave some back."""
    send([seen(f"c{n}", noon - 20 * DAY) for n in range(4)])
    drain()
    with write() as tx:
        made = add_campaign(tx, noon - 3 * DAY)
        for n, code in enumerate(("a-01", "a-01", "a-12", "a-12")):
            customer, staff = customer_of(tx, f"c{n}"), brand.staff[code]
            add_task(tx, made, customer, staff, noon - 3 * DAY)
            if n < 3:
                message = deliver(tx, customer, noon - 2 * DAY, staff, campaign=made)
                tx.run(
                    "UPDATE reach.message SET submitted_at = delivered_at,"
                    " opened_at = CASE WHEN %(n)s = 0 THEN delivered_at END"
                    " WHERE merchant_id = %(merchant)s AND id = %(id)s",
                    {"id": message, "n": n},
                )
    send(
        [
            paid("P0", "c0", noon - timedelta(hours=1), (10_000,)),
            paid("P1", "c0", noon - DAY, (1_000,)),
            paid("P2", "c2", noon - DAY, (2_000, 3_000), unit="store-0412"),
            paid("P3", None, noon - 8 * DAY, (500,)),
            refunded("P2", "R", noon - timedelta(hours=2), {1: 2_000}, unit="store-0412"),
        ]
    )
    drain()
    return made


def test_the_funnel_by_store_and_associate(
    client: TestClient, brand: Brand, campaign: UUID
) -> None:
    answer = client.get("/v1/results", params={"campaign": str(campaign)})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    rows = {row["staff_id"]: row for row in told["rows"]}
    first = rows[str(brand.staff["a-01"].id)]
    assert (first["unit_name"], first["staff_name"]) == ("城东一店", "导购甲")
    funnel = [first[name] for name in ("tasks", "sent", "delivered", "opened", "bought", "orders")]
    assert funnel == [2, 2, 2, 1, 1, 2]
    assert (first["amount_fen"], first["commission_fen"]) == (11_000, 330)
    second = rows[str(brand.staff["a-12"].id)]
    assert (second["amount_fen"], second["commission_fen"]) == (3_000, 90)
    assert told["total"]["amount_fen"] == 14_000
    assert told["lift"]["reason"] == "no_holdout"
    assert told["incremental"]["sentence_zh"].startswith("未证明有效")
    assert client.get("/v1/results", params={"campaign": str(new_id())}).json()["rows"] == []


def test_a_notification_is_no_care(
    client: TestClient, campaign: UUID, write: Write, noon: datetime
) -> None:
    told = client.get("/v1/results").json()["total"]
    with write() as tx:
        message = deliver(tx, customer_of(tx, "c1"), noon, None, is_told=False)
        tx.run(
            "UPDATE reach.message SET submitted_at = delivered_at, purpose = 'transactional'"
            " WHERE merchant_id = %(merchant)s AND id = %(id)s",
            {"id": message},
        )
    assert client.get("/v1/results").json()["total"] == told
    behind = client.get("/v1/results/customers", params={"stage": "sent"}).json()["items"]
    assert str(message) not in {each["message_id"] for each in behind}


def test_every_number_opens_to_the_customers_behind_it(
    client: TestClient, campaign: UUID, brand: Brand
) -> None:
    total = client.get("/v1/results", params={"campaign": str(campaign)}).json()["total"]
    counted = dict.fromkeys(STAGES, 0)
    for stage in STAGES:
        params: dict[str, Any] = {"campaign": str(campaign), "stage": stage, "limit": 1}
        customers = set()
        while True:
            answer = client.get("/v1/results/customers", params=params)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            customers |= {item["customer_id"] for item in page["items"]}
            counted[stage] += len(page["items"])
            if page["next"] is None:
                break
            params["cursor"] = page["next"]
        if stage == "bought":
            assert len(customers) == total["bought"]
    counted["bought"] -= 1  # one customer bought twice
    assert counted == {stage: total[stage] for stage in STAGES}
    narrow = client.get(
        "/v1/results/customers",
        params={"stage": "tasks", "staff": str(brand.staff["a-12"].id)},
    ).json()
    assert len(narrow["items"]) == 2


@pytest.mark.usefixtures("campaign")
def test_the_overview(client: TestClient, brand: Brand) -> None:
    answer = client.get("/v1/overview")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [told[span]["sales_fen"] for span in ("today", "week", "month")] == [
        8_000,
        14_000,
        14_500,
    ]
    assert [told[span]["orders"] for span in ("today", "week", "month")] == [1, 3, 4]
    assert [told[span]["customers"] for span in ("today", "week", "month")] == [1, 2, 2]
    assert [told[span]["new_customers"] for span in ("today", "week", "month")] == [0, 2, 2]
    for span in ("today", "week", "month"):
        since = {"since": told[span]["since"], "limit": "1"}
        listed: list[dict[str, Any]] = []
        cursor: dict[str, str] | None = {}
        while cursor is not None:
            page = client.get("/v1/overview/new-customers", params=since | cursor).json()
            listed += page["items"]
            cursor = {"cursor": page["next"]} if page["next"] else None
        assert len({each["customer_id"] for each in listed}) == len(listed)
        assert len(listed) == told[span]["new_customers"]
        assert [each["at"] for each in listed] == sorted((e["at"] for e in listed), reverse=True)
    assert told["month"]["credited_fen"] == 14_000
    assert told["month"]["commission_fen"] == 420
    assert len(told["series"]) == 30
    assert sum(day["sales_fen"] for day in told["series"]) == 14_500
    assert told["series"][-1]["credited_fen"] == 10_000
    by_code = {unit["code"]: unit for unit in told["units"]}
    assert by_code["store-0401"]["sales_fen"] == 11_500
    assert by_code["store-0412"]["credited_fen"] == 3_000
    assert "hq" not in by_code
    region = client.get("/v1/overview", params={"unit": "region-2"}).json()
    assert region["month"]["sales_fen"] == 3_000
    assert [unit["code"] for unit in region["units"]] == ["store-0412"]
    unknown = client.get("/v1/overview", params={"unit": "nowhere"})
    assert unknown.json()["code"] == "merchant.no_unit"


def test_the_scope_narrows_everything(read: Read, brand: Brand, campaign: UUID) -> None:
    with read(Scope("hq/region-2/")) as narrow:
        told = reads.overview(narrow)
        assert (told.month.sales_fen, told.month.credited_fen) == (3_000, 3_000)
        assert {unit.code for unit in told.units} == {"store-0412"}
        assert reads.results(narrow, campaign_id=campaign).total.amount_fen == 3_000
        assert len(reads.behind(narrow, "bought").items) == 1
    with read(Scope("hq/region-1/store-0401/", brand.staff["a-02"].id)) as own:
        assert reads.results(own, campaign_id=campaign).rows == []
        assert reads.behind(own, "tasks").items == []


@pytest.mark.usefixtures("campaign")
def test_a_stores_day(client: TestClient, brand: Brand) -> None:
    answer = client.get(f"/v1/stores/{brand.units['store-0401'].id}/today")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["sales_fen"], told["orders"], told["credited_fen"]) == (10_000, 1, 10_000)
    assert told["commission_fen"] == 300
    mine = {person["name"]: person for person in told["staff"]}
    assert mine["导购甲"]["credited_fen"] == 10_000
    assert told["tasks"]["open"] == 1, "the other customer has bought"
    assert client.get(f"/v1/stores/{new_id()}/today").status_code == 404


def test_the_lift_is_that_of_everyone_assigned(
    send: Send, drain: Drain, write: Write, read: Read, client: TestClient, noon: datetime
) -> None:
    start = noon - 5 * DAY
    count = 12
    send([seen(f"c{n}", noon - 60 * DAY) for n in range(count)])
    send([paid(f"B{n}", f"c{n}", start - n * DAY, (100 * n,)) for n in range(1, count)])
    send([paid(f"X{n}", f"c{n}", start - 29 * DAY, (7_777,)) for n in range(count)])
    send([paid(f"A{n}", f"c{n}", start + DAY, (1_000 + 37 * n,)) for n in range(0, count, 2)])
    send([refunded("A4", "R", noon, {1: 148})])
    drain()
    with write() as tx:
        campaign = add_campaign(tx, start)
        for n in range(count):
            arm = "holdout" if n % 3 == 0 else "treated"
            assign(tx, campaign, customer_of(tx, f"c{n}"), arm, start)
    arms: dict[str, list[Outcome]] = {"treated": [], "holdout": []}
    for n in range(count):
        spent = (1_000 + 37 * n - (148 if n == 4 else 0)) if n % 2 == 0 else 0
        arms["holdout" if n % 3 == 0 else "treated"].append(Outcome(100 * n, spent))
    with read() as tx:
        assert attribution.outcomes(tx, campaign) == {
            arm: lift_rules.moments(outcomes) for arm, outcomes in arms.items()
        }
    told = client.get(f"/v1/campaigns/{campaign}/lift").json()
    assert (told["treated_count"], told["holdout_count"]) == (8, 4)
    assert told["verdict"] == "unproven"
    assert told["low_fen"] <= told["incremental_fen"] <= told["high_fen"]
    with read(Scope("hq/region-2/")) as narrow:
        assert attribution.outcomes(narrow, campaign) == {}


def test_the_meaning_of_the_numbers_is_served(client: TestClient) -> None:
    told = client.get("/v1/metrics").json()["items"]
    assert {"sales_fen", "credited_fen", "incremental_fen"} <= {metric["code"] for metric in told}
