"""What came of a campaign, channel by channel: of those in the scope, net of refunds, and what it cost."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from huitou.attribution import reads
from huitou.event.types import Intake
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.reach.actions import messages as reach
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.attribution.story import customer_of, deliver, paid, refunded, seen

Send = Callable[[Sequence[dict[str, Any]]], Intake]
HOUR = timedelta(hours=1)
SMS = {
    "endpoint": "http://127.0.0.1:9",
    "access_key_id": "AKID_TEST",
    "access_key_secret": "SECRET_TEST",
    "sign_name": "回头",
    "template_code": "SMS_M",
    "link_variable": "link",
    "receipt_secret": "push-secret-0123456789",
}


def test_every_channel_tells_what_it_brought_and_cost(
    brand: Brand,
    clock: Clock,
    send: Send,
    drain: Callable[[], None],
    read: Read,
    write: Write,
) -> None:
    now: datetime = clock.now
    campaign = new_id()
    send([seen(card, now - 9 * HOUR) for card in ("1", "2", "3")])
    drain()
    with read() as tx:
        one, two, three = (customer_of(tx, card) for card in ("1", "2", "3"))
    with write() as tx:
        merchants.set_channel(tx, "sms", json.dumps(SMS), is_simulated=True)
        deliver(tx, one, now - 8 * HOUR, brand.staff["a-01"], campaign=campaign)
        deliver(tx, two, now - 8 * HOUR, None, campaign=campaign)
        deliver(tx, three, now - 8 * HOUR, None, campaign=campaign)
        deliver(tx, three, now - 8 * HOUR, None, campaign=new_id())
        body = {
            "text": "您好",
            "params": {"name": "您", "link": "x"},
            "template": None,
            "link": None,
        }
        tx.run(
            "UPDATE reach.message SET submitted_at = planned_at, body_sealed = %(body)s"
            " WHERE merchant_id = %(merchant)s AND channel = 'sms' AND campaign_id = %(id)s",
            {"body": tx.keys.seal(json.dumps(body, ensure_ascii=False)), "id": campaign},
        )
    drain()
    send([paid("N1", "1", now - 6 * HOUR, (10_000,)), paid("N2", "2", now - 6 * HOUR, (5_000,))])
    drain()
    send([refunded("N2", "R1", now - 5 * HOUR, {1: 2_000})])
    drain()
    with write() as tx:
        reach.opt_out(tx, three, reason="page", proof="test")
    with read() as tx:
        wecom, sms = sorted(reads.channels(tx, campaign), key=lambda row: row.planned)
    assert (wecom.channel, wecom.delivered, wecom.buyers, wecom.amount_fen) == (
        "wecom",
        1,
        1,
        10_000,
    )
    assert wecom.cost_fen is None
    assert (sms.channel, sms.sent, sms.delivered, sms.left) == ("sms", 2, 2, 1)
    assert (sms.buyers, sms.orders, sms.amount_fen) == (1, 1, 3_000)
    assert sms.cost_fen is not None
    assert sms.cost_fen > 0
