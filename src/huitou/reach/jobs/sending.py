"""Speaking to channels: two transactions around each call, and what is learnt from it.

A message is `in_flight` before the call is made. Whoever finds one in that state after a crash
cannot know whether the channel has it: it becomes `unknown` and the channel is asked, a minute
later; it is sent again only when the channel surely never took it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.base.jobs import Effect, job
from huitou.base.ports import Port
from huitou.event import reads as log
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.merchant import reads as merchants
from huitou.reach.jobs import holding, recording
from huitou.reach.reads import messages as reads
from huitou.reach.rules import gate, standing
from huitou.reach.store import facts as gates
from huitou.reach.store import messages as store
from huitou.reach.store import permits
from huitou.reach.store.messages import Message
from huitou.reach.types.channels import (
    AskOutcome,
    Cancels,
    Channel,
    Failed,
    Link,
    Outgoing,
    SubmitOutcome,
    Submitted,
    Unknown,
    open_channel,
)
from huitou.reach.types.gate import Allowed, Blocked, Candidate
from huitou.reach.types.hearing import Permissive
from huitou.reach.types.messages import (
    MessagesDelivered,
    MessagesFailed,
    MessagesSubmitted,
    Standing,
)

_DUE_MAX = 200
_STOP_PAUSE = timedelta(seconds=3)
"""A claim that comes while a stop is being declared comes again."""
_Adapter = TypeVar("_Adapter")


@dataclass(frozen=True, slots=True)
class Sending:
    """A call about a message that is being made."""

    message_id: UUID
    attempt: int
    channel: Channel
    outgoing: Outgoing
    ref: str | None
    carrier: str


@dataclass(frozen=True, slots=True)
class TakingBack:
    """A message that the channel is asked to take back; `ref` is all that it needs."""

    message_id: UUID
    attempt: int
    channel: Cancels
    ref: str


def adapter_of(
    tx: ReadTx, port: Port[Callable[[str, str], _Adapter]], kind: str
) -> _Adapter | None:
    """The merchant's adapter of this kind; None when the channel is not set up."""
    config = merchants.channel_config(tx, kind)
    return None if config is None else port.get()(kind, config)


def claim_submit(tx: Tx, message_id: str) -> Sending | None:
    """Decide once more, with the customer held, and mark the message in flight. Under an emergency stop it waits."""
    if not tx.share(holding.HANDING):
        tx.defer(submit, at=tx.now + _STOP_PAUSE, key=message_id, message_id=message_id)
        return None
    message = _lock(tx, UUID(message_id))
    if message is None:
        return None
    if message.state == "in_flight":
        take_news(tx, message, Standing(message.attempt, "unknown", tx.now))
        return None
    if message.state != "planned":
        return None
    if holding.holds(tx, message):
        return None
    address_id = None
    if not message.is_test:
        address_id, verdict = _decide_again(tx, message)
        if isinstance(verdict, Blocked):
            no = Standing(message.attempt, "failed", tx.now, failure=verdict.code)
            take_news(tx, message, no)
            return None
        at = max(verdict.at, message.not_before or verdict.at)
        if at > tx.now:
            store.set_not_before(tx, message.id, at)
            tx.defer(submit, at=at, key=str(message.id), message_id=str(message.id))
            return None
    carrier = reads.carrier_of(tx, message.channel)
    sending = _sending(tx, message, address_id, carrier) if carrier else None
    if sending is None:
        news = Standing(message.attempt, "failed", tx.now, failure="no_address")
        take_news(tx, message, news)
        return None
    if not _take_permit(tx, sending, address_id):
        news = Standing(message.attempt, "failed", tx.now, failure="no_permission")
        take_news(tx, message, news)
        return None
    store.set_in_flight(tx, message.id, address_id, sending.carrier)
    return sending


def call_submit(sending: Sending) -> SubmitOutcome:
    """Hand it over, once."""
    return sending.channel.submit(sending.outgoing)


def settle_submit(tx: Tx, sending: Sending, outcome: SubmitOutcome) -> None:
    """Keep what the channel said."""
    message = _lock(tx, sending.message_id)
    if message is None:
        return
    wait = timedelta(0)
    if isinstance(outcome, Failed):
        _give_back_permit(tx, sending, message, outcome)
        wait = outcome.wait
    take_news(tx, message, standing.after_submit(outcome, sending.attempt, tx.now), wait)


def claim_ask(tx: Tx, message_id: str) -> Sending | None:
    """What to ask the channel about; a message that waited too long, or whose customer is
    forgotten, is given up and taken back."""
    message = _lock(tx, UUID(message_id))
    if message is None:
        return None
    if message.state not in standing.ASKED:
        store.set_next_ask(tx, message.id, None)
        return None
    is_over = _next_ask(tx, message, message.state) is None
    if is_over or message.body_sealed is None:
        code = "expired" if is_over else "forgotten"
        take_news(tx, message, Standing(message.attempt, "failed", tx.now, failure=code))
        tx.defer(take_back, key=str(message.id), message_id=str(message.id))
        return None
    return _sending(tx, message, message.address_id, message.carrier or message.channel)


def call_ask(sending: Sending) -> AskOutcome:
    """What became of it."""
    return sending.channel.ask(sending.outgoing, sending.ref)


def settle_ask(tx: Tx, sending: Sending, outcome: AskOutcome) -> None:
    """Keep what the channel said."""
    message = _lock(tx, sending.message_id)
    if message is None:
        return
    if isinstance(outcome, Unknown) and message.state in standing.ASKED:
        if standing.may_send_again(message.purpose, message.state, message.attempt):
            take_news(tx, message, Standing(message.attempt + 1, "planned", tx.now))
            return
        store.set_next_ask(tx, message.id, _next_ask(tx, message, message.state))
        return
    take_news(tx, message, standing.after_ask(outcome, sending.attempt, tx.now))


def claim_take_back(tx: Tx, message_id: str) -> TakingBack | None:
    """A message that an associate has not confirmed and that shall not go out."""
    message = _lock(tx, UUID(message_id))
    if message is None or message.state not in standing.TAKEN_BACK or message.ref is None:
        return None
    channel = adapter_of(tx, open_channel, message.carrier or message.channel)
    if not isinstance(channel, Cancels):
        return None
    return TakingBack(message.id, message.attempt, channel, message.ref)


def call_take_back(taking: TakingBack) -> SubmitOutcome:
    """Ask the channel to take it back."""
    return taking.channel.cancel(taking.ref)


def settle_take_back(tx: Tx, taking: TakingBack, outcome: SubmitOutcome) -> None:
    """Cancelled, or else asked at once: it may have been confirmed meanwhile."""
    message = _lock(tx, taking.message_id)
    if message is None:
        return
    if isinstance(outcome, Submitted):
        take_news(tx, message, Standing(taking.attempt, "cancelled", tx.now))
    elif message.state in standing.ASKED:
        store.set_next_ask(tx, message.id, tx.now)


def take_news(tx: Tx, message: Message, news: Standing, wait: timedelta = timedelta(0)) -> None:
    """Advance a locked message, and tell whoever waits for it. `wait`: another attempt comes no
    sooner."""
    current = Standing(
        message.attempt,
        message.state,
        message.delivered_at or message.submitted_at or message.planned_at,
        message.ref,
        message.failure,
    )
    after = standing.advance(current, news)
    is_asked = after.state in standing.ASKED
    next_ask_at = _next_ask(tx, message, after.state) if is_asked else None
    store.set_standing(tx, message.id, after, next_ask_at)
    if (after.state, after.attempt) == (current.state, current.attempt):
        return
    if after.state == "planned":
        at = tx.now + max(standing.retry_pause(after.attempt), wait)
        if wait:
            store.set_not_before(tx, message.id, at)
        tx.defer(submit, at=at, key=str(message.id), message_id=str(message.id))
        return
    show_message(tx, message, after.state)
    if message.is_test:
        return
    ids = (message.id,)
    if after.state == "delivered":
        tx.tell(MessagesDelivered(ids))
        recording.record_delivered(tx, message, after.at)
    elif after.state in ("failed", "cancelled"):
        tx.tell(MessagesFailed(ids))
    elif after.state in ("submitted", "waiting") and current.state not in ("submitted", "waiting"):
        tx.tell(MessagesSubmitted(ids))
        own = [message.customer_id] if message.customer_id else []
        if (
            holding.is_asked_back(tx, message)
            or message.body_sealed is None
            or message.id in store.stopped_messages(tx, own)
        ):
            # The customer opted out, or all of this was stopped, while the call was on its way.
            tx.defer(take_back, key=str(message.id), message_id=str(message.id))


def show_message(tx: Tx, message: Message, state: str) -> None:
    """Tell open pages: the associate's own and headquarters'."""
    note = {"kind": "message", "message": str(message.id), "state": state}
    if message.task_id is not None:
        note["task"] = str(message.task_id)
    if message.campaign_id is not None:
        note["campaign"] = str(message.campaign_id)
    topics = ["merchant"] if message.staff_id is None else ["merchant", f"staff:{message.staff_id}"]
    for topic in topics:
        tx.show(topic, note)


def poll(tx: Tx) -> None:
    """Ask about what is due; take up what a dead worker left behind."""
    for message_id in store.take_due(tx, _DUE_MAX, tx.now + standing.LEASE):
        tx.defer(ask, key=str(message_id), message_id=str(message_id))
    for message_id in store.stuck_messages(tx, tx.now - standing.STUCK_AFTER, _DUE_MAX):
        tx.defer(submit, key=str(message_id), message_id=str(message_id))


def _lock(tx: Tx, message_id: UUID) -> Message | None:
    """The message as of who answers now, their gate held first: the order in which everybody locks."""
    found = [m.customer_id for m in store.find_messages(tx, [message_id]) if m.customer_id]
    roots = identities.canonical(tx, found)
    gates.lock_customers(tx, list(roots.values()))
    for locked in store.lock_messages(tx, [message_id]):
        own = locked.customer_id
        return replace(locked, customer_id=roots.get(own, own)) if own else locked
    return None


def _decide_again(tx: Tx, message: Message) -> tuple[int | None, Allowed | Blocked]:
    """The address, and whether it may still go out; what forbids it now is kept."""
    assert message.customer_id is not None
    candidate = Candidate(
        message.customer_id,
        message.channel,
        message.content_key,
        text="",
        purpose=message.purpose,
        staff_id=message.staff_id,
        campaign_id=message.campaign_id,
        task_id=message.task_id,
        category=message.category,
        expires_at=message.expires_at,
        puts_off=message.puts_off,
        repeats=message.repeats,
    )
    facts, address_id = reads.facts_of(tx, [candidate], own_ids=[message.id])[0]
    verdict = gate.gate(facts, reads.policy_of(tx))
    if isinstance(verdict, Blocked):
        row = reads.decision_row(new_id(), candidate, message.id, verdict)
        gates.add_decisions(tx, [row])
    return address_id, verdict


def _sending(tx: ReadTx, message: Message, address_id: int | None, carrier: str) -> Sending | None:
    """The call's arguments; None without a body (forgotten), an address or a channel."""
    channel = adapter_of(tx, open_channel, carrier)
    if channel is None or message.body_sealed is None:
        return None
    body = json.loads(tx.keys.open(bytes(message.body_sealed)))
    address = body.get("address") if message.is_test else _address(tx, address_id)
    if address is None:
        return None
    sender = merchants.get_staff(tx, message.staff_id).wecom_user if message.staff_id else None
    outgoing = Outgoing(
        message_id=message.id,
        address=address,
        text=body["text"],
        sender=sender,
        link=Link(**body["link"]) if body["link"] else None,
        template=body["template"],
        params=body["params"],
    )
    return Sending(message.id, message.attempt, channel, outgoing, message.ref, carrier)


def _take_permit(tx: Tx, sending: Sending, address_id: int | None) -> bool:
    """Use up what the customer has opened up, where the platform counts; a test uses up nothing."""
    channel = sending.channel
    subject = channel.permission_of(sending.outgoing) if isinstance(channel, Permissive) else None
    if subject is None or address_id is None:
        return True
    id, until = sending.message_id, tx.now + standing.CALL_MAX
    return permits.take_permit(tx, sending.carrier, address_id, subject, id, until)


def _give_back_permit(tx: Tx, sending: Sending, message: Message, refused: Failed) -> None:
    """It surely did not go out; and where the platform counts fewer than we do, it is right."""
    permits.release_permit(tx, message.id)
    channel = sending.channel
    if not isinstance(channel, Permissive) or not channel.is_used_up(refused.code):
        return
    subject = channel.permission_of(sending.outgoing)
    if subject is not None and message.address_id is not None:
        permits.remove_permits(tx, sending.carrier, message.address_id, subject)


def _address(tx: ReadTx, address_id: int | None) -> str | None:
    if address_id is None:
        return None
    found = log.open_identifiers(tx, [address_id]).get(address_id)
    return found[2] if found else None


def _next_ask(tx: ReadTx, message: Message, state: Any) -> datetime | None:
    pause = standing.ask_pause(message.channel, state, tx.now - (message.submitted_at or tx.now))
    return None if pause is None else tx.now + pause


@job(kind="effect")
def submit() -> Effect[Sending, SubmitOutcome]:
    """Hand a planned message to its channel."""
    return Effect(claim_submit, call_submit, settle_submit)


@job(kind="effect")
def ask() -> Effect[Sending, AskOutcome]:
    """Ask what became of a message."""
    return Effect(claim_ask, call_ask, settle_ask)


@job(kind="effect")
def take_back() -> Effect[TakingBack, SubmitOutcome]:
    """Take back what is not confirmed yet."""
    return Effect(claim_take_back, call_take_back, settle_take_back)
