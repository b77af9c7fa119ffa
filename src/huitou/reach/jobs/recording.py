"""What the log hears of messages."""

from collections.abc import Sequence
from datetime import datetime

from huitou.base.db import Tx
from huitou.event import actions as events
from huitou.event.types import Recorded
from huitou.reach.store.messages import Message


def record_delivered(tx: Tx, delivered: Sequence[tuple[Message, datetime]]) -> None:
    """`(message, when)` it reached its customer."""
    events.record(tx, [_delivery(message, at) for message, at in delivered])


def _delivery(message: Message, at: datetime) -> Recorded:
    assert message.customer_id is not None
    ids = {
        "message": message.id,
        "staff": message.staff_id,
        "campaign": message.campaign_id,
        "opportunity": message.opportunity_id,
        "task": message.task_id,
    }
    named = {name: str(value) for name, value in ids.items() if value is not None}
    return Recorded(
        f"message.delivered:{message.id}",
        "message.delivered",
        message.customer_id,
        at,
        {**named, "channel": message.channel},
        message.unit_id,
    )
