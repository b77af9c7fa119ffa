"""What is learnt of messages, and who is told: of a set at once, in as many statements as of one.

`sending` and `asking` declare the jobs that follow from news, and use this: nothing of them is used while the modules load.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from huitou.base.db import ReadTx, Tx
from huitou.base.queueing import Wanted
from huitou.reach.jobs import asking, holding, recording, sending
from huitou.reach.jobs.opening import News
from huitou.reach.rules import standing
from huitou.reach.store import messages as store
from huitou.reach.store.messages import Message
from huitou.reach.types.messages import (
    MessagesDelivered,
    MessagesFailed,
    MessagesSubmitted,
    Standing,
)

_TOLD_MAX = 1_000


@dataclass(frozen=True, slots=True)
class _Step:
    """A message that is in another state, or another attempt, than before."""

    message: Message
    before: Standing
    after: Standing
    wait: timedelta


def take(tx: Tx, news: Sequence[News]) -> None:
    """Advance locked messages, each once, and tell whoever waits for them."""
    if not news:
        return
    steps = [_step(one, tx.now) for one in news]
    store.set_standings(
        tx,
        [
            (
                step.message.id,
                step.after,
                next_ask(tx, step.message, step.after.state)
                if step.after.state in standing.ASKED
                else None,
            )
            for step in steps
        ],
    )
    moved = [
        step
        for step in steps
        if (step.after.state, step.after.attempt) != (step.before.state, step.before.attempt)
    ]
    _try_again(tx, [step for step in moved if step.after.state == "planned"])
    ended = [step for step in moved if step.after.state != "planned"]
    show(tx, [(step.message, step.after.state) for step in ended])
    counting = [step for step in ended if not step.message.is_test]
    _tell(tx, MessagesFailed, [s for s in counting if s.after.state in ("failed", "cancelled")])
    handed = ("submitted", "waiting")
    fresh = [s for s in counting if s.after.state in handed and s.before.state not in handed]
    _tell(tx, MessagesSubmitted, fresh)
    _take_back(tx, [step.message for step in fresh])
    delivered = [step for step in counting if step.after.state == "delivered"]
    _tell(tx, MessagesDelivered, delivered)
    recording.record_delivered(tx, [(step.message, step.after.at) for step in delivered])


def show(tx: Tx, states: Sequence[tuple[Message, str]]) -> None:
    """Tell open pages, `(message, state)`: the associate's own and headquarters'."""
    notes = []
    for message, state in states:
        note = {"kind": "message", "message": str(message.id), "state": state}
        if message.task_id is not None:
            note["task"] = str(message.task_id)
        if message.campaign_id is not None:
            note["campaign"] = str(message.campaign_id)
        notes.append(("merchant", note))
        if message.staff_id is not None:
            notes.append((f"staff:{message.staff_id}", note))
    if notes:
        tx.show_all(notes)


def next_ask(tx: ReadTx, message: Message, state: Any) -> datetime | None:
    """When to ask about it next; None when it is given up."""
    pause = standing.ask_pause(message.channel, state, tx.now - (message.submitted_at or tx.now))
    return None if pause is None else tx.now + pause


def _step(news: News, now: datetime) -> _Step:
    """Nothing is told before it happens, nor happens before it could: by a provider's clock that is ahead or behind a
    message would count another day, and free the place it has today."""
    message = news.message
    could = max(message.planned_at, message.not_before or message.planned_at)
    told = replace(news.standing, at=min(max(news.standing.at, could), now))
    before = Standing(
        message.attempt,
        message.state,
        message.delivered_at or message.submitted_at or message.planned_at,
        message.ref,
        message.failure,
    )
    return _Step(message, before, standing.advance(before, told), news.wait)


def _try_again(tx: Tx, steps: Sequence[_Step]) -> None:
    times = [tx.now + max(standing.retry_pause(s.after.attempt), s.wait) for s in steps]
    waiting = [(step.message.id, at) for step, at in zip(steps, times, strict=True) if step.wait]
    if waiting:
        store.set_not_before(tx, waiting)
    again = zip([step.message for step in steps], times, strict=True)
    sending.queue(tx, [(message.id, message.channel, at) for message, at in again])


def _take_back(tx: Tx, messages: Sequence[Message]) -> None:
    """The customer opted out, or all of this was stopped, while the call was on its way."""
    if not messages:
        return
    own = {message.customer_id for message in messages if message.customer_id}
    back = holding.asked_back(tx, messages)
    back |= set(store.stopped_messages(tx, sorted(own)))
    wanted = [m.id for m in messages if m.id in back or m.body_sealed is None]
    tx.defer_all(asking.take_back, [Wanted({"message_id": str(id)}, str(id)) for id in wanted])


def _tell(
    tx: Tx,
    notice: type[MessagesDelivered | MessagesFailed | MessagesSubmitted],
    steps: Sequence[_Step],
) -> None:
    ids = [step.message.id for step in steps]
    for start in range(0, len(ids), _TOLD_MAX):
        tx.tell(notice(tuple(ids[start : start + _TOLD_MAX])))
