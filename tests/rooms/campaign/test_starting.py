"""Campaigns that begin later, and those that take two people."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.benefit.actions import approvals
from huitou.benefit.types.approvals import Decided, SamePerson
from huitou.campaign.actions import approving, scheduling
from huitou.campaign.types.plans import CampaignChanged, WrongState
from huitou.merchant import actions as merchants
from huitou.segment import actions as segments
from huitou.segment.store import filling as places
from huitou.segment.types.filling import Place
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.benefit.test_approvals import as_staff
from tests.rooms.campaign.planning import EVERYONE, arms, campaign
from tests.rooms.campaign.test_campaign_http import body
from tests.rooms.opportunity.shopping import stock
from tests.rooms.reach.conftest import Town

HOUR = timedelta(hours=1)


@pytest.fixture
def boss(db: Database, brand: Brand, client: TestClient) -> dict[str, str]:
    """Headers of a second person."""
    return as_staff(db, brand, client, "hq-1")


def draft(town: Town, client: TestClient, **changes: Any) -> str:
    answer = client.post("/v1/campaigns", json=body(town, fallback=None, **changes))
    assert answer.status_code == 201, answer.text
    return f"/v1/campaigns/{answer.json()['id']}"


def later(town: Town, hours: int = 2) -> str:
    return str((town.db.clock() + hours * HOUR).isoformat())


def tick(town: Town) -> None:
    """The minute's look at what is due."""
    with town.db.write(town.brand.merchant.id, principal="worker") as tx:
        scheduling.start_due(tx)
    town.drain()


def limit(town: Town, size: int) -> None:
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        merchants.set_setting(tx, "campaign.approval_size", size)


def verbs(read: Read, path: str) -> list[str]:
    with read() as tx:
        return tx.column(
            "SELECT verb FROM merchant.audit WHERE merchant_id = %(merchant)s"
            " AND subject = %(subject)s ORDER BY at, id",
            {"subject": f"campaign:{path.rsplit('/', 1)[1]}"},
        )


def test_a_scheduled_campaign_begins_once_with_whoever_is_meant_then(
    town: Town, client: TestClient, clock: Clock, read: Read
) -> None:
    stock(town)
    early = town.people(2, consents=("wecom",))
    path = draft(town, client, starts_at=later(town))
    published = client.post(f"{path}/publish").json()
    assert (published["state"], published["counts"]["candidates"]) == ("scheduled", 0)
    tick(town)
    assert client.get(path).json()["state"] == "scheduled", "its moment has not come"
    late = town.people(1, consents=("wecom",))
    clock.move(hours=2)
    tick(town)
    tick(town)
    after = client.get(path).json()
    assert (after["state"], after["counts"]["treated"]) == ("live", 3)
    assert set(arms(town, UUID(after["id"]))) == {*early, *late}
    assert verbs(read, path).count("campaign.published") == 1
    clock.move(hours=-2)


def test_two_workers_begin_a_campaign_once(
    town: Town, client: TestClient, clock: Clock, read: Read
) -> None:
    stock(town)
    town.people(2, consents=("wecom",))
    path = draft(town, client, starts_at=later(town))
    client.post(f"{path}/publish")
    clock.move(hours=2)

    def begin() -> None:
        with town.db.write(town.brand.merchant.id, principal="worker") as tx:
            scheduling.start(tx, campaign_id=path.rsplit("/", 1)[1])

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verbs(read, path).count("campaign.published") == 1
    clock.move(hours=-2)


def test_what_is_scheduled_can_be_taken_back_and_written_anew(
    town: Town, client: TestClient, clock: Clock
) -> None:
    stock(town)
    town.people(1, consents=("wecom",))
    path = draft(town, client, starts_at=later(town))
    client.post(f"{path}/publish")
    refused = client.put(path, json=body(town, version=2))
    assert refused.json()["code"] == "campaign.not_draft"
    back = client.post(f"{path}/take-back").json()
    assert back["state"] == "draft"
    assert client.post(f"{path}/take-back").json() == back
    clock.move(hours=2)
    tick(town)
    assert client.get(path).json()["state"] == "draft"
    changed = client.put(path, json=body(town, fallback=None, version=back["version"]))
    assert changed.json()["starts_at"] is None
    assert client.post(f"{path}/publish").json()["state"] == "publishing"
    assert client.post(f"{path}/take-back").json()["code"] == "campaign.wrong_state"
    clock.move(hours=-2)


def test_what_cannot_begin_is_a_draft_again_and_says_why(
    town: Town, client: TestClient, clock: Clock, write: Write, read: Read
) -> None:
    stock(town)
    town.people(1, consents=("wecom",))
    with write() as tx:
        segment = segments.add_segment(tx, "会员", EVERYONE).id
    path = draft(town, client, starts_at=later(town), source={"segment_id": str(segment)})
    client.post(f"{path}/publish")
    with write() as tx:
        segments.delete_segment(tx, segment)
    clock.move(hours=2)
    tick(town)
    after = client.get(path).json()
    assert (after["state"], after["not_started"]["code"]) == ("draft", "segment.not_found")
    assert "campaign.not_started" in verbs(read, path)
    late = draft(town, client, starts_at=later(town))
    client.post(f"{late}/publish")
    clock.move(days=3)
    tick(town)
    assert client.get(late).json()["not_started"]["code"] == "campaign.deadline_past"
    clock.move(days=-3, hours=-2)


def test_it_begins_when_the_members_of_its_segment_are_found(
    town: Town, client: TestClient, clock: Clock, write: Write
) -> None:
    """By hand it is refused until then, and so is a look at whom it would be about."""
    stock(town)
    town.people(2, consents=("wecom",))
    with write() as tx:
        segment = segments.add_segment(tx, "老会员", EVERYONE).id
        places.set_place(tx, segment, Place(whole=100, done=43, after=UUID(int=0), upto=0))
    source = {"segment_id": str(segment)}
    at_once = draft(town, client, source=source)
    for asked in (f"{at_once}/publish", f"{at_once}/preview", f"{at_once}/estimate"):
        refused = client.post(asked, headers={"Accept-Language": "en"})
        assert (refused.status_code, refused.json()["code"]) == (409, "segment.filling"), asked
        assert "43 %" in refused.json()["detail"]
    path = draft(town, client, starts_at=later(town), source=source)
    with write() as tx:
        places.set_place(tx, segment, None)
    client.post(f"{path}/publish")
    with write() as tx:
        places.set_place(tx, segment, Place(whole=100, done=43, after=UUID(int=0), upto=0))
    clock.move(hours=2)
    with write() as tx:
        scheduling.start(tx, campaign_id=path.rsplit("/", 1)[1])
    assert client.get(path).json()["state"] == "scheduled"
    tick(town)  # the segment is gone on with, and then the campaign
    clock.move(minutes=2)
    tick(town)
    assert client.get(path).json()["state"] in ("publishing", "live")
    clock.move(hours=-2, minutes=-2)


def test_a_beginning_after_the_deadline_is_refused(town: Town, client: TestClient) -> None:
    stock(town)
    answer = client.post("/v1/campaigns", json=body(town, starts_at=later(town, 24)))
    assert answer.json()["code"] == "campaign.starts_too_late"


def test_above_a_size_another_person_has_to_agree(
    town: Town, client: TestClient, boss: dict[str, str], read: Read
) -> None:
    stock(town)
    town.people(2, consents=("wecom",))
    limit(town, 2)
    alone = draft(town, client)
    assert client.post(f"{alone}/publish").json()["state"] == "publishing"
    town.people(1, consents=("wecom",))
    path = draft(town, client)
    waiting = client.post(f"{path}/publish").json()
    assert (waiting["state"], waiting["asked"]["candidates"]) == ("waiting", 3)
    assert client.post(f"{path}/publish").json()["code"] == "campaign.not_draft"
    listed = client.get("/v1/approvals", params={"kind": "campaign", "state": "open"}).json()
    assert [one["body"]["candidates"] for one in listed["items"]] == [3]
    assert client.post(f"{path}/approve").json()["code"] == SamePerson.code
    assert client.post(f"{path}/refuse", json={"reason": "x"}).json()["code"] == SamePerson.code
    manager = as_staff(town.db, town.brand, client, "manager-0401")
    assert client.post(f"{path}/approve", headers=manager).status_code == 403
    town.drain()
    assert client.get(path).json()["counts"]["candidates"] == 0, "nothing has begun"
    agreed = client.post(f"{path}/approve", headers=boss).json()
    assert (agreed["state"], agreed["asked"]["state"]) == ("publishing", "approved")
    assert client.post(f"{path}/approve", headers=boss).json() == agreed
    town.drain()
    assert client.get(path).json()["state"] == "live"
    assert verbs(read, path) == [
        "campaign.added",
        "campaign.waiting",
        "campaign.published",
        "campaign.live",
    ]


def test_a_no_makes_it_a_draft_and_says_why(
    town: Town, client: TestClient, boss: dict[str, str]
) -> None:
    stock(town)
    town.people(3, consents=("wecom",))
    limit(town, 2)
    path = draft(town, client)
    client.post(f"{path}/publish")
    refused = client.post(f"{path}/refuse", json={"reason": "人太多"}, headers=boss).json()
    assert (refused["state"], refused["asked"]["reason"]) == ("draft", "人太多")
    over = client.post(f"{path}/approve", headers=boss)
    assert over.json()["code"] == "approval.decided"
    again = client.post(f"{path}/publish").json()
    assert again["asked"]["approval_id"] != refused["asked"]["approval_id"]
    back = client.post(f"{path}/take-back").json()
    assert (back["state"], back["asked"]["state"]) == ("draft", "lapsed")
    never = draft(town, client)
    assert client.post(f"{never}/approve", headers=boss).json()["code"] == WrongState.code


def test_an_approved_campaign_does_not_begin_much_bigger(
    town: Town, client: TestClient, boss: dict[str, str], clock: Clock
) -> None:
    stock(town)
    town.people(3, consents=("wecom",))
    limit(town, 2)
    path = draft(town, client, starts_at=later(town))
    client.post(f"{path}/publish")
    agreed = client.post(f"{path}/approve", headers=boss).json()
    assert agreed["state"] == "scheduled"
    town.people(2, consents=("wecom",))
    clock.move(hours=2)
    tick(town)
    after = client.get(path).json()
    assert (after["state"], after["not_started"]["code"]) == ("draft", "campaign.grown")
    assert client.post(f"{path}/publish").json()["state"] == "waiting", "and it is asked about anew"
    clock.move(hours=-2)


def test_a_yes_and_a_taking_back_at_the_same_moment(
    town: Town, client: TestClient, boss: dict[str, str]
) -> None:
    stock(town)
    town.people(3, consents=("wecom",))
    limit(town, 2)
    for _ in range(4):
        path = draft(town, client)
        asked = UUID(client.post(f"{path}/publish").json()["asked"]["approval_id"])
        id_ = UUID(path.rsplit("/", 1)[1])
        ends: list[str] = []

        def agree(approval: UUID = asked, ends: list[str] = ends) -> None:
            try:
                with town.db.write(town.brand.merchant.id, principal="other") as tx:
                    approvals.approve(tx, approval)
                ends.append("approved")
            except CampaignChanged:
                ends.append("changed")
            except Decided:
                ends.append("decided")

        def back(campaign_id: UUID = id_, ends: list[str] = ends) -> None:
            try:
                with town.db.write(town.brand.merchant.id, principal="test") as tx:
                    approving.take_back(tx, campaign_id)
                ends.append("back")
            except WrongState:
                ends.append("too late")

        threads = [threading.Thread(target=agree), threading.Thread(target=back)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        state = campaign(town, id_).state
        assert (state, sorted(ends)) in (
            ("publishing", ["approved", "too late"]),
            ("draft", ["back", "decided"]),
        )
