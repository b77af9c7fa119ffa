"""WeChat over sockets: windows and acceptances are counted, refused without, and given back."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from huitou.api.app import create_app
from huitou.event import reads as log
from huitou.identity import reads as identities
from huitou.merchant import actions as merchants
from huitou.reach.actions import messages as actions
from huitou.reach.jobs import sending
from huitou.reach.reads import messages as reads
from huitou.reach.store import permits
from huitou.reach.store.search import MessageRow
from tests.adapters.wechat_world import (
    ACCOUNT,
    CREDIT,
    MINI,
    OFFICIAL,
    OPENID,
    TEMPLATE,
    WechatSim,
    running,
)
from tests.adapters.wecom.serving import eventually, serve
from tests.conftest import Clock
from tests.rooms.reach.conftest import Town


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> None:
    """The simulator keeps the wall clock's time."""
    clock.now = datetime.now(UTC)


@pytest.fixture
def sim(town: Town) -> Iterator[WechatSim]:
    """WeChat beside the product, each with the other's address."""
    with running() as sim, serve(create_app(town.db)) as url:
        sim.set_up()
        for kind, app_id in (("wechat", OFFICIAL), ("mini", MINI)):
            callback = f"{url}/callbacks/{kind}/{town.brand.merchant.id}"
            account = {"app_id": app_id, "callback_url": callback, **ACCOUNT}
            sim.order("account", kind="mini" if kind == "mini" else "official", **account)
            config: dict[str, Any] = {"app_id": app_id, "base_url": sim.url, **ACCOUNT}
            if kind == "mini":
                config["templates"] = f"{CREDIT}=thing1:${{text}};phrase2:到货"
                config["template_id"] = CREDIT
            else:
                config["templates"] = f"{TEMPLATE}=thing1:${{goods}};time2:${{when}}"
            with town.db.write(town.brand.merchant.id) as tx:
                merchants.set_channel(tx, kind, json.dumps(config), is_simulated=True)
            assert sim.order(f"verify/{app_id}")["is_verified"]
        yield sim


@pytest.fixture
def customer(town: Town, sim: WechatSim) -> UUID:
    """A customer with both openids, who agrees to messages there."""
    card = {"kind": "card", "value": uuid4().hex[:12], "scope": "vip", "verified": True}
    who = [
        card,
        {"kind": "openid", "value": OPENID, "scope": OFFICIAL, "verified": True},
        {"kind": "openid", "value": f"{OPENID}mini", "scope": MINI, "verified": True},
    ]
    sim.order("fans", app_id=MINI, openid=f"{OPENID}mini", name="小李")
    events = [town.event("member.joined", who)]
    events += [
        town.event("consent.given", who, channel=c, purpose="marketing") for c in ("wechat", "mini")
    ]
    town.send(events)
    town.drain()
    with town.db.read(town.brand.merchant.id) as tx:
        found = identities.find_by_identifier(tx, "openid", OPENID, OFFICIAL)
    assert found is not None
    return found.id


def plan(town: Town, customer: UUID, **changes: Any) -> UUID:
    fields = {"purpose": "service", "text": "您常买的鲜奶到货了", "params": {}, **changes}
    with town.db.write(town.brand.merchant.id) as tx:
        [decision] = actions.plan(tx, [town.candidate(customer, **fields)])
    assert decision.message_id is not None, decision.code
    town.drain()
    return decision.message_id


def message(town: Town, message_id: UUID) -> MessageRow:
    with town.db.read(town.brand.merchant.id) as tx:
        return reads.get_message(tx, message_id).message


def heard(town: Town, sim: WechatSim) -> None:
    """Every callback has come in."""
    eventually(
        lambda: all(row["outcome"] != "pending" for row in sim.look("deliveries")["deliveries"])
    )
    town.drain()


def free(town: Town, carrier: str, openid: str, scope: str, subject: str) -> int:
    with town.db.read(town.brand.merchant.id) as tx:
        identifier = log.identifier_id(tx, "openid", scope, openid)
        assert identifier is not None
        return permits.count_permits(tx, carrier, identifier, subject)


def test_without_an_open_window_nothing_is_sent(town: Town, sim: WechatSim, customer: UUID) -> None:
    refused = message(town, plan(town, customer, channel="wechat"))
    assert (refused.state, refused.failure) == ("failed", "no_permission")
    assert "message/custom/send" not in sim.look()["calls"]
    sim.act(OFFICIAL, "say", "在吗")
    heard(town, sim)
    assert free(town, "wechat", OPENID, OFFICIAL, "") == 5
    sent = plan(town, customer, channel="wechat")
    assert message(town, sent).state in ("submitted", "delivered")
    assert free(town, "wechat", OPENID, OFFICIAL, "") == 4
    sim.act(OFFICIAL, "say", "谢谢")
    heard(town, sim)
    assert free(town, "wechat", OPENID, OFFICIAL, "") == 5, "what is opened does not add up"
    sim.act(OFFICIAL, "unfollow")
    heard(town, sim)
    assert free(town, "wechat", OPENID, OFFICIAL, "") == 0


def test_a_template_message_ends_by_a_callback_told_twice(
    town: Town, sim: WechatSim, customer: UUID
) -> None:
    params = {"goods": "鲜奶", "when": "今天"}
    sent = plan(town, customer, channel="wechat", template=TEMPLATE, params=params)
    assert message(town, sent).state == "submitted"
    sim.order("finish")
    heard(town, sim)
    for row in sim.look("deliveries")["deliveries"]:
        assert sim.order("redeliver", id=row["id"])["status"] == 200
        assert sim.order("redeliver", id=row["id"], is_forged=True)["status"] == 403
    assert message(town, sent).state == "delivered"
    with town.db.read(town.brand.merchant.id) as tx:
        told = log.log_slice(tx, 0, log.head(tx), ["message.delivered"])
    assert [entry.properties["message"] for entry in told] == [str(sent)]


def test_each_acceptance_is_one_message_and_a_refused_one_is_given_back(
    town: Town, sim: WechatSim, customer: UUID
) -> None:
    openid = f"{OPENID}mini"
    none = message(town, plan(town, customer, channel="mini"))
    assert (none.state, none.failure) == ("failed", "no_permission")
    for _ in range(2):
        sim.order("acts", app_id=MINI, openid=openid, act="accept", subject=CREDIT)
    heard(town, sim)
    # Two in one second are one to WeChat's own key, so the second may be the first told again.
    assert free(town, "mini", openid, MINI, CREDIT) in (1, 2)
    before = free(town, "mini", openid, MINI, CREDIT)
    long = message(town, plan(town, customer, channel="mini", text="鲜" * 21))
    assert (long.state, long.failure) == ("failed", "value_too_long")
    assert free(town, "mini", openid, MINI, CREDIT) == before
    sent = plan(town, customer, channel="mini")
    assert message(town, sent).state == "submitted"
    assert free(town, "mini", openid, MINI, CREDIT) == before - 1
    sim.order("finish")
    heard(town, sim)
    assert message(town, sent).state == "delivered"


def test_where_the_platform_counts_fewer_it_is_right(
    town: Town, sim: WechatSim, customer: UUID
) -> None:
    openid = f"{OPENID}mini"
    sim.order("acts", app_id=MINI, openid=openid, act="accept", subject=CREDIT)
    heard(town, sim)
    sim.order("faults", path="message/subscribe/send", errcode=43101)
    refused = message(town, plan(town, customer, channel="mini"))
    assert (refused.state, refused.failure) == ("failed", "43101")
    assert free(town, "mini", openid, MINI, CREDIT) == 0


def test_a_limit_of_the_platform_is_waited_for(
    town: Town, sim: WechatSim, customer: UUID, clock: Clock
) -> None:
    sim.order("faults", path="message/template/send", errcode=45009)
    params = {"goods": "鲜奶", "when": "今天"}
    sent = plan(town, customer, channel="wechat", template=TEMPLATE, params=params)
    assert message(town, sent).state == "planned"
    with town.db.read(town.brand.merchant.id) as tx:
        at = tx.value("SELECT not_before FROM reach.message WHERE id = %(id)s", {"id": sent})
    assert timedelta(minutes=9) < at - clock.now <= timedelta(minutes=10)
    clock.move(seconds=601)
    with town.db.write(town.brand.merchant.id) as tx:
        [claimed] = sending.claim_submit(tx, [str(sent)])
    outcome = sending.call_submit(claimed)
    with town.db.write(town.brand.merchant.id) as tx:
        sending.settle_submit(tx, [(claimed, outcome)])
    assert message(town, sent).state == "submitted"


def test_strangers_are_refused(town: Town, sim: WechatSim) -> None:
    callback = sim.look()["accounts"][0]["callback_url"]
    merchant = str(town.brand.merchant.id)
    for url, code in (
        (f"{callback}?signature=x&timestamp=1&nonce=n&echostr=e", 403),
        (callback.replace(merchant, str(uuid4())), 404),
        (callback.replace("/mini/", "/fax/"), 422),
    ):
        assert httpx2.get(url, timeout=60).status_code == code
    assert httpx2.post(callback, content=b"<xml><Encrypt>x", timeout=60).status_code == 400
