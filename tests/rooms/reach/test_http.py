"""Who sees which messages, what is left after forgetting, and the card on open pages."""

from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Scope
from huitou.identity import actions as identities
from huitou.identity.types import NoSuchCustomer
from huitou.reach.actions import messages as actions
from huitou.reach.reads import messages as reads
from huitou.reach.types.messages import NoMessage, Search
from tests.conftest import Read
from tests.rooms.reach.conftest import Town


def _plan(town: Town, customer: UUID, store: str, **changes: object) -> UUID:
    with town.db.write(town.brand.merchant.id) as tx:
        candidate = town.candidate(customer, unit_id=town.brand.units[store].id, **changes)
        [decision] = actions.plan(tx, [candidate])
    assert decision.message_id is not None, decision.code
    return decision.message_id


def test_lists_are_filtered_and_paged(town: Town, client: TestClient) -> None:
    campaign = uuid4()
    customers = town.people(3)
    made = [_plan(town, customer, "store-0401", campaign_id=campaign) for customer in customers]
    elsewhere = _plan(town, town.people(1)[0], "store-0412")

    def ids(**query: object) -> list[str]:
        answer = client.get("/v1/messages", params={k: str(v) for k, v in query.items()})
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert set(ids(campaign=campaign)) == {str(id) for id in made}
    assert ids(customer=customers[1]) == [str(made[1])]
    assert ids(unit="region-2") == [str(elsewhere)]
    first = client.get("/v1/messages", params={"limit": 3}).json()
    rest = client.get("/v1/messages", params={"limit": 3, "cursor": first["next"]}).json()
    assert len(first["items"] + rest["items"]) == 4
    assert rest["next"] is None
    detail = client.get(f"/v1/messages/{made[0]}").json()
    assert detail["why"]["outcome"] == "allowed"
    assert [check["code"] for check in detail["why"]["checks"]][:3] == [
        "forgotten",
        "under_14",
        "opted_out",
    ]
    assert client.get(f"/v1/messages/{uuid4()}").json()["code"] == "reach.no_message"


def test_decisions_about_others_customers_are_not_shown(town: Town, read: Read) -> None:
    [customer] = town.people(1)
    _plan(town, customer, "store-0401")
    with read() as tx:
        assert reads.decisions_of(tx, customer)
    with read(Scope(unit_path="hq/region-9/")) as tx, pytest.raises(NoSuchCustomer):
        reads.decisions_of(tx, customer)


def test_a_block_is_explained_in_both_languages(town: Town, client: TestClient) -> None:
    [customer] = town.people(1, consents=())
    with town.db.write(town.brand.merchant.id) as tx:
        actions.plan(tx, [town.candidate(customer)])
    url = f"/v1/customers/{customer}/decisions"
    [zh] = client.get(url).json()["items"]
    [en] = client.get(url, headers={"accept-language": "en"}).json()["items"]
    assert (zh["code"], zh["text"]) == ("no_consent", "客户没有同意在该渠道接收营销消息")
    assert en["text"] == "No consent on this channel"


def test_scopes_hold(town: Town, read: Read) -> None:
    message_id = _plan(town, town.people(1)[0], "store-0401")
    near = Scope(town.brand.units["region-1"].path)
    far = Scope(town.brand.units["region-2"].path)
    own = Scope(town.brand.units["store-0401"].path, town.brand.staff["a-01"].id)
    with read(near) as tx:
        assert reads.get_message(tx, message_id).message.id == message_id
    for scope in (far, own):
        with read(scope) as tx:
            assert reads.list_messages(tx, Search()).items == []
            with pytest.raises(NoMessage):
                reads.get_message(tx, message_id)


def test_forgetting_stops_what_is_planned_and_erases_what_was_written(
    town: Town, read: Read
) -> None:
    [customer] = town.people(1)
    message_id = _plan(town, customer, "store-0401")
    with town.db.write(town.brand.merchant.id) as tx:
        identities.forget(tx, customer)
    town.drain()
    with read() as tx:
        message = reads.get_message(tx, message_id).message
        sealed = tx.column("SELECT body_sealed FROM reach.message WHERE merchant_id = %(merchant)s")
    assert (message.state, message.text) in (("cancelled", None), ("failed", None))
    assert sealed == [None]
    with town.db.write(town.brand.merchant.id) as tx:
        [decision] = actions.plan(tx, [town.candidate(customer)])
    assert decision.code == "forgotten"
