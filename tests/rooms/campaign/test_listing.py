"""Campaigns about an uploaded list: everybody counted, nothing in clear."""

from collections import Counter
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from huitou.campaign.actions import listing as actions
from huitou.campaign.rules import listing
from huitou.identity import actions as identity
from huitou.identity import reads as identities
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.benefit.test_approvals import as_staff
from tests.rooms.campaign.planning import arms
from tests.rooms.campaign.test_campaign_http import body
from tests.rooms.opportunity.shopping import stock
from tests.rooms.reach.conftest import Send, Town

values = st.text(st.characters(exclude_characters="\r\n"), max_size=20)


@given(st.lists(values, max_size=12), st.data())
def test_every_line_is_counted_once(texts: list[str], data: st.DataObject) -> None:
    lines = list(listing.read_lines("\n".join(texts), "default"))
    assert len(lines) <= len(texts)
    assert [line.number for line in lines] == sorted({line.number for line in lines})
    people = [uuid4() for _ in range(3)]
    keys = sorted({key for line in lines for key in listing.keys_of(line)}, key=str)
    known = data.draw(st.lists(st.sampled_from(keys), unique=True) if keys else st.just([]))
    holders = {key: data.draw(st.sampled_from([None, *people])) for key in known}
    found, troubles = listing.sort_out(lines, holders)
    assert len(found) + len(troubles) == len(lines)
    assert len(set(found)) == len(found)
    assert set(found) == {
        next(holder for key in listing.keys_of(line) if (holder := holders.get(key)))
        for line in lines
        if any(holders.get(key) for key in listing.keys_of(line))
    }
    counted = Counter(trouble for _, trouble in troubles)
    in_doubt = [
        line
        for line in lines
        if not any(holders.get(key) for key in listing.keys_of(line))
        and any(key in holders for key in listing.keys_of(line))
    ]
    assert counted["quarantined"] == len(in_doubt)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("手机号\n13900001111", [("phone", None, "13900001111")]),
        ('\ufeff"13900001111","x"\r\n', [("phone", None, "13900001111")]),
        ("13900001111;x", [("card", "shop", "13900001111")]),
        ("openid:o-1@wx9", [("openid", "wx9", "o-1")]),
        ("VIP\n'00123", [("card", "shop", "00123")]),
    ],
)
def test_a_line_may_be_written_in_several_ways(
    text: str, asked: list[tuple[str, str | None, str]]
) -> None:
    [line] = listing.read_lines(text, "shop")
    assert set(asked) <= set(listing.keys_of(line))


def test_an_error_file_holds_no_formula() -> None:
    [line] = listing.read_lines("=cmd|1!A1", "default")
    assert "'=cmd|1!A1" in listing.error_file([(line, "unknown")], "zh")


def upload(client: TestClient, *lines: object) -> dict[str, object]:
    text = "\n".join(str(line) for line in lines)
    answer = client.post("/v1/campaigns/lists", json={"name": "双十一名单", "text": text})
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_a_campaign_about_a_list(
    town: Town, client: TestClient, send: Send, read: Read, brand: Brand
) -> None:
    stock(town)
    [by_phone, by_card, by_id] = town.people(3, consents=("wecom",))
    town.people(2, consents=("wecom",))
    phone, stray = town.phone(by_phone), "13712345678"
    who = [
        {"kind": "phone", "value": town.phone(by_card), "verified": True},
        {"kind": "card", "value": "M-0042", "scope": "default", "verified": True},
    ]
    send([town.event("member.joined", who)])
    town.drain()
    with read() as tx:
        again = identities.find_by_identifier(tx, "card", "M-0042", "default")
        assert again is not None
    kept = upload(client, "会员", phone, "M-0042", by_id, f"+86 {phone}", stray, uuid4())
    assert [kept[key] for key in ("lines", "found", "unknown", "repeated", "quarantined")] == [
        6, 3, 2, 1, 0,
    ]  # fmt: skip
    errors = client.get(f"/v1/campaigns/lists/{kept['id']}/errors.csv")
    assert errors.status_code == 200
    assert stray in errors.text
    assert len(errors.text.splitlines()) == 4
    with read() as tx:
        sealed = tx.value("SELECT errors_sealed FROM campaign.list")
        assert stray.encode() not in bytes(sealed)
        audited = tx.column(
            "SELECT verb || detail::text FROM merchant.audit WHERE merchant_id = %(merchant)s"
            " AND verb LIKE 'list.%%' ORDER BY at, id"
        )
    assert [line.split("{")[0] for line in audited] == ["list.added", "list.errors_fetched"]
    assert stray not in "".join(audited)
    manager = as_staff(town.db, brand, client, "manager-0401")
    path = f"/v1/campaigns/lists/{kept['id']}"
    assert client.get(f"{path}/errors.csv", headers=manager).status_code == 403
    draft = client.post("/v1/campaigns", json=body(town, source={"list_id": kept["id"]})).json()
    assert draft["source"]["list_id"] == kept["id"]
    client.post(f"/v1/campaigns/{draft['id']}/publish")
    town.drain()
    assert set(arms(town, UUID(draft["id"]))) == {by_phone, again.id, by_id}


def test_a_list_follows_merges_and_forgets(
    town: Town, client: TestClient, write: Write, clock: Clock
) -> None:
    stock(town)
    one, other, third = town.people(3, consents=("wecom",))
    kept = upload(client, one, other, third, "nobody-1")
    source = {"list_id": kept["id"]}
    with write() as tx:
        merging = identity.merge(tx, one, other)
    town.drain()
    preview = client.post("/v1/campaigns/preview", json=body(town, source=source)).json()
    assert preview["candidates"] == 2
    assert merging is not None
    with write() as tx:
        identity.forget(tx, third)
    town.drain()
    preview = client.post("/v1/campaigns/preview", json=body(town, source=source)).json()
    assert preview["candidates"] == 1
    clock.move(days=31)
    with write() as tx:
        actions.drop_errors(tx)
    assert client.get(f"/v1/campaigns/lists/{kept['id']}").json()["has_errors"] is False
    gone = client.get(f"/v1/campaigns/lists/{kept['id']}/errors.csv")
    assert gone.json()["code"] == "campaign.no_list"
    clock.move(days=-31)


def test_what_is_no_list_is_refused(town: Town, client: TestClient) -> None:
    stock(town)
    empty = client.post("/v1/campaigns/lists", json={"name": "x", "text": "手机号\n \n"})
    assert empty.json()["code"] == "campaign.empty_list"
    odd = client.post("/v1/campaigns/lists", json={"name": "x", "text": '1\0,"\n"2'})
    assert odd.json()["unknown"] == 2, odd.text
    unknown = body(town, source={"list_id": str(uuid4())})
    assert client.post("/v1/campaigns", json=unknown).json()["code"] == "campaign.no_list"
    both = body(town, source={"list_id": str(uuid4()), "opportunity_kind": "predicted"})
    assert client.post("/v1/campaigns", json=both).json()["code"] == "campaign.bad_source"
    assert client.get("/v1/campaigns/lists").json()["items"][0]["name"] == "x"
