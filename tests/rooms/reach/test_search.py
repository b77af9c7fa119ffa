"""Messages are found by everything that is known of them, and taken along as a table."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.db import Database
from huitou.reach.actions import messages as actions
from tests.conftest import Brand, Clock
from tests.rooms.reach.conftest import Town


@pytest.fixture
def api(db: Database, brand: Brand) -> Iterator[TestClient]:
    app = create_app(db)
    with TestClient(app, headers={"Authorization": f"Bearer {brand.key}"}) as http:
        yield http


def _plan(town: Town, customer: UUID, **changes: object) -> str:
    with town.db.write(town.brand.merchant.id) as tx:
        [decision] = actions.plan(tx, [town.candidate(customer, **changes)])
    assert decision.message_id is not None, decision.code
    return str(decision.message_id)


def _ids(api: TestClient, **query: str) -> list[str]:
    answer = api.get("/v1/messages", params=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def test_every_filter_finds_its_own(town: Town, api: TestClient, clock: Clock) -> None:
    one, two, three = town.people(3, consents=("sms", "wecom"))
    by_sms = _plan(town, one)
    a_01 = town.brand.staff["a-01"].id
    by_wecom = _plan(town, two, channel="wecom", staff_id=a_01, category="birthday")
    clock.move(days=2)
    service = _plan(town, three, purpose="service", unit_id=town.brand.units["store-0412"].id)
    with town.db.write(town.brand.merchant.id) as tx:
        actions.opt_out(tx, one, reason="page", proof="test")
    town.drain()

    assert _ids(api) == [service, by_wecom, by_sms]
    assert _ids(api, channel="wecom") == [by_wecom]
    assert _ids(api, purpose="service") == [service]
    assert _ids(api, category="birthday") == [by_wecom]
    assert _ids(api, associate=str(a_01)) == [by_wecom]
    assert _ids(api, unit="region-2") == [service]
    assert _ids(api, state="cancelled") == [by_sms]
    counted = api.get("/v1/messages/failures").json()["items"]
    assert counted
    for one in counted:
        assert len(_ids(api, failure=one["code"])) == one["count"]
    assert _ids(api, failure="rare") == []
    yesterday = (clock.now - timedelta(days=1)).isoformat()
    assert _ids(api, since=yesterday) == [service]
    assert _ids(api, until=yesterday) == [by_wecom, by_sms]
    assert _ids(api, until=yesterday, channel="sms", customer=str(two)) == []
    assert api.get("/v1/messages", params={"state": "lost"}).status_code == 422
    assert api.get("/v1/messages", params={"since": "1700000000"}).status_code == 422


def test_the_table_is_what_was_found_masked_and_audited(town: Town, api: TestClient) -> None:
    campaign = uuid4()
    customers = town.people(3)
    made = [_plan(town, customer, campaign_id=campaign) for customer in customers]
    _plan(town, town.people(1)[0])
    answer = api.get(
        "/v1/exports/messages",
        params={"campaign": str(campaign)},
        headers={"accept-language": "en"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["Id"] for row in rows] == made[::-1]
    assert {row["State"] for row in rows} == {"planned"}
    assert "您好" not in answer.text
    [line] = api.get("/v1/audit", params={"verb": "messages.exported"}).json()["items"][:1]
    assert line["detail"] == {"campaign_id": str(campaign)}


def test_the_table_needs_both_permissions(town: Town, api: TestClient) -> None:
    for permission in ("export.read", "task.read"):
        key = api.post("/v1/api-keys", json={"name": "one", "permissions": [permission]}).json()
        answer = api.get(
            "/v1/exports/messages", headers={"Authorization": f"Bearer {key['secret']}"}
        )
        assert answer.status_code == 403, answer.text
