"""Two providers of one channel: who sends, who is asked, and reports that come too early."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from huitou.channels.sms.receipts import Receipt
from huitou.merchant import actions as merchants
from huitou.merchant import reads as merchant_reads
from huitou.reach.actions import messages as actions
from huitou.reach.jobs import receipts
from huitou.reach.reads import messages as reads
from huitou.reach.types.channels import Delivered
from tests.adapters.sms_world import TENCENT_TEMPLATES, WORLD, World
from tests.conftest import Clock
from tests.rooms.reach.conftest import Town


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> None:
    """The simulator checks the time of a signature."""
    clock.now = datetime.now(UTC)


@pytest.fixture
def tencent(live_town: Town, sms: World, clock: Clock) -> Iterator[None]:
    """Tencent saved after Aliyun: it sends."""
    sms.sim("/configure", {**WORLD, "is_limiting": False, "is_holding": True})
    clock.move(seconds=1)
    config = {
        "endpoint": sms.url,
        "secret_id": "AKID_TEST",
        "secret_key": "SECRET_TEST",
        "sdk_app_id": "1400006666",
        "sign_name": "回头",
        "template_id": "449739",
        "templates": TENCENT_TEMPLATES,
        "timeout_seconds": 5,
    }
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        merchants.set_channel(tx, "sms_tencent", json.dumps(config), is_simulated=True)
    yield
    sms.sim("/receipts/hold", {"is_holding": False})


def _plan(town: Town, customer: UUID) -> UUID:
    with town.db.write(town.brand.merchant.id) as tx:
        candidate = town.candidate(customer, product_list_id=town.product_list())
        [decision] = actions.plan(tx, [candidate])
    assert decision.message_id is not None
    return decision.message_id


def _state(town: Town, message_id: UUID) -> str:
    with town.db.read(town.brand.merchant.id) as tx:
        return reads.get_message(tx, message_id).message.state


def _ref(town: Town, message_id: UUID) -> str:
    with town.db.read(town.brand.merchant.id) as tx:
        ref = tx.value("SELECT ref FROM reach.message WHERE id = %(id)s", {"id": message_id})
    return str(ref)


def test_the_settings_saved_last_send(live_town: Town, sms: World, tencent: None) -> None:
    [customer] = live_town.people(1)
    message_id = _plan(live_town, customer)
    live_town.drain()
    assert _state(live_town, message_id) == "submitted"
    [sent] = sms.messages(live_town.phone(customer))
    assert (sent["vendor"], _ref(live_town, message_id)) == ("tencent", sent["biz_id"])


def test_what_went_out_through_one_is_never_asked_of_the_other(
    live_town: Town, sms: World, tencent: None, clock: Clock
) -> None:
    """Asked for by Aliyun it would be 'not found', and go out a second time."""
    [customer] = live_town.people(1)
    sms.sim("/faults", {"effect": "drop_after", "action": "SendSms"})
    message_id = _plan(live_town, customer)
    live_town.drain()
    assert _state(live_town, message_id) == "unknown"
    clock.move(seconds=1)
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        aliyun = merchant_reads.channel_config(tx, "sms")
        assert aliyun is not None
        merchants.set_channel(tx, "sms", aliyun, is_simulated=True)
    with live_town.db.read(live_town.brand.merchant.id) as tx:
        assert reads.carrier_of(tx, "sms") == "sms"
    clock.move(seconds=61)
    live_town.drain()
    assert _state(live_town, message_id) == "unknown"
    sms.sim("/receipts/hold", {"is_holding": False})
    clock.move(seconds=120)
    live_town.drain()
    assert _state(live_town, message_id) == "delivered"
    assert len(sms.messages(live_town.phone(customer))) == 1


def test_a_report_before_the_answer_is_kept_waits_and_counts_once(
    live_town: Town, sms: World, tencent: None
) -> None:
    [customer] = live_town.people(1)
    message_id = _plan(live_town, customer)
    merchant = live_town.brand.merchant.id

    def report(ref: str) -> Receipt:
        at = live_town.db.clock()
        return Receipt(f"key-{ref}", "13800000000", None, ref, Delivered(ref, at), at)

    live_town.drain()
    ref = _ref(live_town, message_id)
    with live_town.db.write(merchant) as tx:
        # As if the transaction that keeps the answer were still open.
        tx.run("UPDATE reach.message SET ref = NULL WHERE id = %(id)s", {"id": message_id})
        for _ in range(2):
            receipts.take(tx, "sms_tencent", [report(ref), report("2640:of-somebody-else")])
        receipts.settle(tx)
    assert _state(live_town, message_id) == "submitted"
    with live_town.db.write(merchant) as tx:
        tx.run(
            "UPDATE reach.message SET ref = %(ref)s WHERE id = %(id)s",
            {"ref": ref, "id": message_id},
        )
        receipts.settle(tx)
        assert tx.value("SELECT count(*) FROM reach.report", {}) == 1
    assert _state(live_town, message_id) == "delivered"
    with live_town.db.write(merchant) as tx:
        tx.run("UPDATE reach.report SET heard_at = %(at)s", {"at": tx.now - timedelta(days=2)})
        receipts.settle(tx)
        assert tx.value("SELECT count(*) FROM reach.report", {}) == 0
