"""The contract, driven by an outsider with nothing but HTTP: each documented answer in its form."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from huitou.base.db import Database
from tests.stories import house
from tests.stories.house import Api, House, Person

brand = house.brand

CARD = {"kind": "card", "value": "88001234", "scope": "default"}


def example(brand: House, **changes: Any) -> dict[str, Any]:
    """The order of the documentation."""
    event = {
        "id": f"pos-7-{uuid4().hex[:8]}",
        "type": "order.paid",
        "occurred_at": brand.clock.now.astimezone().isoformat(),
        "source": "pos",
        "unit": "store-0412",
        "identifiers": [{"kind": "phone", "value": "13800000000", "verified": False}, CARD],
        "properties": {
            "order_no": uuid4().hex[:12],
            "lines": [
                {"line_no": 1, "sku": "A1", "quantity": 2000, "list_fen": 5980, "paid_fen": 4980}
            ],
            "paid_fen": 4980,
            "shipping_fen": 0,
        },
    }
    return {**event, **changes}


def test_an_order_with_a_card_shows_on_the_customer(brand: House) -> None:
    event = example(brand)
    answer = brand.send(event)
    assert answer.keys() == {"accepted", "duplicates", "rejected", "position"}
    assert (answer["accepted"], answer["duplicates"], answer["rejected"]) == (1, 0, [])
    assert brand.send(event)["duplicates"] == 1
    brand.settle()
    lag = brand.key.get("/v1/lag")
    assert lag["head"] >= int(answer["position"])
    assert all(stream["behind"] == 0 for stream in lag["streams"])
    customer = brand.key.get("/v1/customers", identifier="card:88001234@default")
    assert {each["kind"] for each in customer["identifiers"]} == {"phone", "card"}
    [order] = brand.key.items("/v1/orders", customer=customer["id"])
    assert order["paid_fen"] == 4980
    assert order["lines"][0]["quantity"] == 2000
    unknown = brand.key.items("/v1/products/unknown")
    assert "A1" in [product["sku"] for product in unknown], "listed for the catalogue"
    for path in ("tasks", "messages", "attributions", "commissions"):
        since = (brand.clock.now - timedelta(days=1)).isoformat()
        staff = brand.staff["a-01"]["id"]
        query = {"customer": customer["id"], "associate": staff, "unit": "store-0412"}
        assert brand.key.items(f"/v1/{path}", since=since, **query) == []
        for since in ("2026", "2026-11-28", "2026-11-28T10:00:00"):
            assert brand.key.refused("GET", f"/v1/{path}?since={since}")[0] == 422
    assert brand.key.refused("GET", "/v1/customers?identifier=card:1@default")[0] == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit": None}, "event.unit_required"),
        ({"unit": "store-9999"}, "event.unknown_unit"),
        ({"source": "nobody"}, "event.unknown_source"),
        ({"source": "huitou"}, "event.reserved_source"),
        ({"type": "order.lost"}, "event.unknown_type"),
        ({"occurred_at": "2036-01-01T00:00:00+08:00"}, "event.in_future"),
        ({"occurred_at": "2001-01-01T00:00:00+08:00"}, "event.too_old"),
        ({"occurred_at": "2026-11-01T00:00:00"}, "event.malformed"),
        ({"colour": "red"}, "event.malformed"),
        ({"identifiers": [{"kind": "openid", "value": "o1"}]}, "event.scope_required"),
        ({"identifiers": [{"kind": "face", "value": "1"}]}, "event.unknown_identifier"),
        ({"identifiers": [{"kind": "phone", "value": "12"}]}, "event.bad_identifier"),
    ],
)
def test_a_faulty_event_is_rejected_alone(brand: House, changes: dict[str, Any], code: str) -> None:
    good = example(brand)
    answer = brand.send({**example(brand), **changes}, good)
    assert answer["accepted"] == 1
    [rejected] = answer["rejected"]
    assert rejected.keys() == {"index", "code", "detail"}
    assert (rejected["index"], rejected["code"]) == (0, code)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("paid_fen", -1, "event.bad_properties"),
        ("paid_fen", False, "event.bad_properties"),
        ("paid_fen", 49.8, "event.bad_properties"),
        ("paid_fen", 4979, "event.lines_do_not_sum"),
        ("note", "13800000000", "event.bad_properties"),
    ],
)
def test_faulty_properties_are_rejected(brand: House, name: str, value: Any, code: str) -> None:
    event = example(brand)
    event["properties"][name] = value
    assert [fault["code"] for fault in brand.send(event)["rejected"]] == [code]


def test_personal_values_in_free_properties_are_rejected(brand: House) -> None:
    event = example(brand, type="x.survey", properties={"said": "my phone is 13800000000"})
    assert [f["code"] for f in brand.send(event)["rejected"]] == ["event.personal_value"]


def test_faulty_bodies_are_refused_whole(brand: House) -> None:
    http = brand.key.http
    head = int(brand.key.get("/v1/lag")["head"])
    json_type = {"Content-Type": "application/json"}
    for content, status in (
        (b"{", 400),
        (b"[]", 400),
        (b'{"events": {}}', 400),
        (b'{"events": [], "more": 1}', 400),
        (b'{"events": "' + b"x" * 10_000_000 + b'"}', 413),
    ):
        answer = http.post("/v1/events", content=content, headers=json_type)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
    assert brand.key.refused("POST", "/v1/events", {"events": []}) == (422, "event.batch_size")
    too_many = {"events": [example(brand) for _ in range(1_001)]}
    assert brand.key.refused("POST", "/v1/events", too_many) == (422, "event.batch_size")
    form = http.post("/v1/events", content=b"a=b", headers={"Content-Type": "text/plain"})
    assert form.status_code == 415
    assert int(brand.key.get("/v1/lag")["head"]) == head, "nothing stored"


def test_refusals_speak_the_reader_s_language(brand: House) -> None:
    zh = brand.key.http.get(f"/v1/customers/{uuid4()}")
    en = brand.key.http.get(f"/v1/customers/{uuid4()}", headers={"Accept-Language": "en-GB"})
    assert zh.json()["code"] == en.json()["code"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in zh.json()["detail"])
    assert en.json()["detail"].isascii()
    nobody = Api(brand.url)
    assert nobody.refused("GET", "/v1/customers")[0] == 401
    assert nobody.refused("GET", "/v1/nothing") == (404, "not_found")
    assert nobody.refused("DELETE", "/v1/events") == (405, "method_not_allowed")
    nobody.close()


def test_every_post_takes_an_idempotency_key(brand: House) -> None:
    body = {"name": f"人群 {uuid4().hex[:6]}", "rule": rule(30)}
    key = {"Idempotency-Key": uuid4().hex}
    first = brand.key.http.post("/v1/segments", json=body, headers=key)
    again = brand.key.http.post("/v1/segments", json=body, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    other = brand.key.http.post("/v1/segments", json={**body, "name": "别的"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.other_body")


def rule(days: int) -> dict[str, Any]:
    """Who bought twice lately, or browsed dairy without buying: the documentation's leaves."""
    bought = {
        "kind": "purchase",
        "where": {"unit": ["store-0401"]},
        "window": {"last_days": days},
        "agg": "count",
        "op": ">=",
        "value": 2,
    }
    browsed = {
        "kind": "sequence",
        "first": {"type": "product.viewed", "where": {"category": ["dairy"]}},
        "then_not": {"type": "order.paid"},
        "within_days": 3,
    }
    return {"v": 1, "any": [bought, browsed, {"kind": "tag", "name": "price-sensitive"}]}


def test_segments_count_explain_and_list(brand: House) -> None:
    buyer, browser, tagged, other = people = [
        Person("", f"1361111000{n}", f"wm-c{n}") for n in range(4)
    ]
    now = brand.clock.now
    events = [event for person in people for event in brand.meet(person, is_friend=False)]
    events += [brand.paid([buyer.by_phone], {"milk": 1200}, now - timedelta(d)) for d in (3, 2)]
    viewed = now - timedelta(days=5)
    events.append(brand.event("product.viewed", [browser.by_phone], viewed, sku="milk"))
    brand.take(*events)
    for person in people:
        brand.find(person)
    brand.key.post(f"/v1/customers/{tagged.id}/tags", {"add": ["price-sensitive"]})
    counted = brand.key.post("/v1/segments/count", {"rule": rule(30)})
    assert {"count", "per_leaf", "as_of", "took_ms"} <= counted.keys()
    assert counted["count"] == 3
    assert [leaf["count"] for leaf in counted["per_leaf"]] == [1, 1, 1]
    negated = {"v": 1, "all": [{"not": {"any": rule(30)["any"]}}]}
    assert brand.key.post("/v1/segments/count", {"rule": negated})["count"] >= 1
    made = brand.key.post("/v1/segments", {"name": "三种人", "rule": rule(30)})
    brand.settle()
    members = brand.key.items(f"/v1/segments/{made['id']}/customers")
    ids = {each.get("id") or each.get("customer_id") for each in members}
    assert ids == {buyer.id, browser.id, tagged.id}
    nested = {"v": 1, "all": [{"kind": "segment", "id": made["id"]}]}
    assert brand.key.post("/v1/segments/count", {"rule": nested})["count"] == 3
    why = brand.key.post("/v1/segments/explain", {"rule": rule(30), "customer": other.id})
    assert why["holds"] is False
    assert [leaf["holds"] for leaf in why["leaves"]] == [False, False, False]


def test_a_sample_is_a_share_that_stays(brand: House) -> None:
    everyone = [Person("", f"135{n:08d}", "") for n in range(300)]
    brand.take(*(brand.event("member.joined", [p.by_phone]) for p in everyone))

    def sampled(share: float, salt: str) -> int:
        leaf = {"kind": "sample", "share": share, "salt": salt}
        count: int = brand.key.post("/v1/segments/count", {"rule": {"v": 1, "all": [leaf]}})[
            "count"
        ]
        return count

    tenth = sampled(0.1, "q4")
    assert tenth == sampled(0.1, "q4")
    assert 10 < tenth < 60
    assert sampled(1.0, "q4") > 300
    assert sampled(0.0, "q4") == 0


def test_merge_answers_with_merged_into_and_split_takes_it_back(brand: House) -> None:
    one, two = Person("", "13422220001", ""), Person("", "13422220002", "")
    brand.take(*(brand.paid([p.by_phone], {"milk": 1200}) for p in (one, two)))
    winner = brand.key.post(f"/v1/customers/{brand.find(one)}/merge", {"other": brand.find(two)})
    brand.settle()
    loser = ({one.id, two.id} - {winner["id"]}).pop()
    merged = brand.key.get(f"/v1/customers/{loser}")
    assert merged["merged_into"] == winner["id"]
    assert {each["kind"] for each in merged["identifiers"]} == {"phone"}
    assert len(merged["identifiers"]) == 2
    totals = brand.key.get(f"/v1/customers/{winner['id']}/totals")
    assert totals["total"]["order_count"] == 2
    brand.key.post(f"/v1/customers/{winner['id']}/split", {"identifiers": ["phone:13422220002"]})
    brand.settle()
    ids = {brand.find(one), brand.find(two)}
    assert len(ids) == 2
    for id in ids:
        assert brand.key.get(f"/v1/customers/{id}/totals")["total"]["order_count"] == 1
    assert (
        brand.key.refused("POST", f"/v1/customers/{one.id}/merge", {"other": str(uuid4())})[0]
        == 404
    )


def test_export_holds_everything_and_forget_leaves_nothing(brand: House) -> None:
    person = Person("欧阳晓岚", "13355557777", "wm-forget-me-1", "a-01")
    secrets = [person.name, person.phone, person.external, "OpenidForgetMe1"]
    customer = known_everywhere(brand, person)
    exported = brand.key.http.get(f"/v1/customers/{customer}/export")
    for secret in secrets:
        assert secret in exported.text
    assert "F-1" in exported.text
    blinds = blinds_of(brand, customer)
    assert len(blinds) == 3
    assert brand.key.post(f"/v1/customers/{customer}/forget")["state"] == "forgotten"
    brand.settle()
    brand.later(hours=1)
    found = [where for where, text in everything(brand.db) for secret in secrets if secret in text]
    assert found == [], "no personal value is left in any column of any table"
    found = [where for where, text in everything(brand.db) for blind in blinds if blind in text]
    assert found == [], "nor what it could be found again by"
    after = brand.key.get(f"/v1/customers/{customer}")
    assert (after["state"], after["identifiers"], after["name"]) == ("forgotten", [], None)
    assert brand.key.refused("GET", f"/v1/customers?identifier=phone:{person.phone}")[0] == 404
    assert brand.key.get("/v1/customers", q=person.name)["items"] == []
    assert person.name not in brand.key.http.get(f"/v1/customers/{customer}/timeline").text


def known_everywhere(brand: House, person: Person) -> str:
    """A customer with a name, three identifiers, an order, a task and a message."""
    openid = {"kind": "openid", "value": "OpenidForgetMe1", "scope": "mp", "verified": True}
    events = brand.meet(person, "wecom", "sms")
    events.append(brand.event("identity.bound", [person.by_phone, openid], method="sms_code"))
    events.append(brand.paid([person.by_phone], {"milk": 1200}, order_no="F-1"))
    brand.settle()
    brand.take(*events)
    table = f"手机号,姓名,性别,专属导购工号\n{person.phone},{person.name},女,a-01\n"
    answer = brand.key.http.post(
        "/v1/imports", data={"kind": "customers"}, files={"file": ("c.csv", table.encode())}
    )
    assert answer.status_code == 201, answer.text
    brand.settle()
    customer = brand.find(person)
    assert brand.key.post(f"/v1/customers/{customer}/reveal")["name"] == person.name
    brand.key.post(f"/v1/customers/{customer}/tags", {"add": ["forget-me"]})
    draft = brand.key.post(
        "/v1/campaigns",
        {
            "name": "关怀",
            "source": {"rule": {"v": 1, "all": [{"kind": "tag", "name": "forget-me"}]}},
            "goal": "关怀",
            "copy": "{name}您好",
            "product_mode": "fixed",
            "skus": ["milk"],
            "deadline": (brand.clock.now + timedelta(hours=2)).isoformat(),
            "holdout_bp": 0,
        },
    )
    brand.key.post(f"/v1/campaigns/{draft['id']}/publish")
    brand.settle()
    [task] = brand.key.items("/v1/tasks", campaign=draft["id"])
    text = f"{person.name}您好，明天给您送到，电话 {person.phone} 对吗？"
    brand.key.post(f"/v1/tasks/{task['id']}/send", {"copy": text})
    brand.settle()
    return customer


def blinds_of(brand: House, customer: str) -> list[str]:
    """The keyed hashes by which the customer's identifiers are found, in hexadecimal."""
    with brand.db.owner() as owner:
        rows = owner.execute(
            "SELECT encode(i.blind, 'hex') FROM event.identifier i JOIN identity.link l"
            " ON l.merchant_id = i.merchant_id AND l.identifier_id = i.id"
            " JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id"
            " WHERE c.root_id = %s",
            [customer],
        ).fetchall()
    return [row[0] for row in rows]


def everything(db: Database) -> Iterator[tuple[str, str]]:
    """Every row of every table as text, bytes both as hexadecimal and as what they spell."""
    with db.owner() as owner:
        for schema, table in tables(owner):
            rows = owner.execute(
                sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(schema, table))
            ).fetchall()
            for (text,) in rows:
                yield f"{schema}.{table}", text + spelt(text)


def spelt(text: str) -> str:
    """What the hexadecimal of `bytea` columns spells, where it is text."""
    words = [word for word in text.replace('"', ",").split(",") if word.startswith("\\\\x")]
    return " ".join(bytes.fromhex(word[3:]).decode("utf-8", "ignore") for word in words)


def tables(owner: psycopg.Connection) -> list[tuple[str, str]]:
    rows = owner.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    assert len(rows) > 40
    return [(row[0], row[1]) for row in rows]
