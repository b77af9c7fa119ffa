"""Suppression lists: who is on them gets nothing, also who becomes a customer later; taken back exactly."""

import csv
import io
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.identity import reads as identities
from huitou.reach.actions import lists
from huitou.reach.actions import messages as actions
from huitou.reach.reads import lists as looking
from huitou.reach.reads import messages as reads
from huitou.reach.rules import listing
from huitou.reach.types.gate import Candidate
from huitou.reach.types.lists import BadList, ListReason, SuppressionList
from tests.rooms.reach.conftest import Town


def test_columns_are_found_by_their_names_and_a_bare_column_is_of_phones() -> None:
    text = "会员卡号,手机,备注\n88001234,139 0000 0001,x\n,,\n,13900000002,\n"
    assert listing.rows_of(text.encode("gb18030")) == [
        {"card": "88001234", "phone": "139 0000 0001"},
        {"card": "", "phone": "13900000002"},
    ]
    assert listing.rows_of(b"\xef\xbb\xbf13900000001\r\n13900000002\r\n") == [
        {"phone": "13900000001"},
        {"phone": "13900000002"},
    ]


@pytest.mark.parametrize("bad", [b"", b"\xff\xfe\x00a", "姓名\n张三\n".encode(), b"a\0b,1\n"])
def test_what_is_no_such_file_is_refused(bad: bytes) -> None:
    with pytest.raises(BadList):
        listing.rows_of(bad)


def test_who_is_on_a_list_gets_nothing_until_it_is_taken_back(town: Town) -> None:
    known, other = town.people(2)
    later = f"137{uuid4().int % 10**8:08d}"
    rows = f"手机号\n{town.phone(known)}\n{later}\n{later}\n不是号码\n"
    found = _upload(town, rows, "sms", "complaint")
    assert (found.state, found.total, found.done) == ("done", 4, 4)
    assert (found.added, found.repeated, found.failed) == (2, 1, 1)
    assert _codes(town, town.candidate(known), town.candidate(other)) == ["suppressed", None]
    transactional = town.candidate(known, purpose="transactional")
    assert _codes(town, transactional) == [None]
    newcomer = _joins(town, later)
    assert _codes(town, town.candidate(newcomer)) == ["suppressed"]
    second = _upload(town, f"phone\n{later}\n", "", "own")
    _undo(town, found)
    assert _codes(town, town.candidate(known), town.candidate(newcomer)) == [None, "suppressed"]
    _undo(town, second)
    assert _codes(town, town.candidate(newcomer)) == [None]


def test_a_dead_number_stops_every_message_there_and_no_other_channel(town: Town) -> None:
    [customer] = town.people(1, consents=("sms", "wecom"))
    staff = town.brand.staff["a-01"].id
    _upload(town, f"phone\n{town.phone(customer)}\n", "", "hard_bounce")
    code = town.candidate(customer, purpose="transactional")
    friend = town.candidate(customer, channel="wecom", staff_id=staff)
    assert _codes(town, code, friend) == ["suppressed", None]


def test_what_is_planned_already_is_taken_back(town: Town) -> None:
    [customer] = town.people(1)
    with town.db.write(town.brand.merchant.id) as tx:
        [decision] = actions.plan(tx, [town.candidate(customer)])
    assert decision.message_id is not None
    rows = f"phone\n{town.phone(customer)}\n".encode()
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        made = lists.add_list(tx, rows, file_name="x", channel="sms", reason="regulator")
        assert lists.take_part(tx, made.id)
    with town.db.read(town.brand.merchant.id) as look:
        assert reads.get_message(look, decision.message_id).message.state == "cancelled"


def test_over_http_the_same_file_is_one_list_with_its_errors_and_an_export(
    town: Town, client: TestClient
) -> None:
    [customer] = town.people(1)
    phone, stranger = town.phone(customer), f"136{uuid4().int % 10**8:08d}"
    content = f"phone\n{phone}\n{stranger}\nabc\n".encode()

    def upload() -> dict[str, object]:
        answer = client.post(
            "/v1/reach/lists",
            files={"file": ("tousu.csv", content, "text/csv")},
            data={"reason": "complaint", "channel": "sms"},
        )
        assert answer.status_code == 201, answer.text
        told: dict[str, object] = answer.json()
        return told

    first = upload()
    assert (first["state"], first["total"]) == ("running", 3)
    assert client.delete(f"/v1/reach/lists/{first['id']}").json()["code"] == "reach.list_running"
    town.drain()
    again = upload()
    assert (again["id"], again["state"], again["failed"]) == (first["id"], "done", 1)
    errors = client.get(f"/v1/reach/lists/{first['id']}/errors.csv").text
    [_, row] = list(csv.reader(io.StringIO(errors.removeprefix("\ufeff"))))
    assert row[:2] == ["3", "abc"]
    [hit] = client.get("/v1/reach/lists/search", params={"number": phone}).json()
    assert (hit["list_id"], hit["reason"]) == (first["id"], "complaint")
    assert client.get("/v1/reach/lists/search", params={"number": "13512345678"}).json() == []
    exported = client.get(f"/v1/reach/lists/{first['id']}/export.csv").text
    values = {each["value"] for each in csv.DictReader(io.StringIO(exported.lstrip("\ufeff")))}
    assert values == {f"+86{phone}", ""}
    undone = client.delete(f"/v1/reach/lists/{first['id']}").json()
    assert undone["state"] == "undone"
    assert upload()["id"] != first["id"]
    verbs = [line["verb"] for line in client.get("/v1/audit").json()["items"]]
    assert {"reach.list_added", "reach.list_undone", "reach.list_exported"} <= set(verbs)


def _upload(town: Town, text: str, channel: str, reason: ListReason) -> SuppressionList:
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        made = lists.add_list(
            tx,
            text.encode(),
            file_name="x.csv",
            channel=channel,
            reason=reason,
        )
    town.drain()
    with town.db.read(town.brand.merchant.id) as look:
        return looking.get_list(look, made.id)


def _undo(town: Town, found: SuppressionList) -> None:
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        lists.undo(tx, found.id)
        lists.undo(tx, found.id)


def _codes(town: Town, *candidates: Candidate) -> list[str | None]:
    with town.db.read(town.brand.merchant.id) as tx:
        return actions.rehearse(tx, candidates)


def _joins(town: Town, phone: str) -> UUID:
    """Somebody becomes a customer with this number."""
    who = [{"kind": "phone", "value": phone, "verified": True}]
    given = town.event("consent.given", who, channel="sms", purpose="marketing")
    town.send([town.event("member.joined", who), given])
    town.drain()
    with town.db.read(town.brand.merchant.id) as tx:
        customer = identities.find_by_identifier(tx, "phone", phone)
    assert customer is not None
    return customer.id
