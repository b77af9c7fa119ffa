"""Asking channels what became of messages, a set at a time, and taking messages back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import Calls, Effect, job
from huitou.base.queueing import Wanted
from huitou.reach.jobs import news, opening, sending
from huitou.reach.jobs.opening import News, Sending
from huitou.reach.rules import standing
from huitou.reach.store import messages as store
from huitou.reach.types.channels import (
    AskOutcome,
    Cancels,
    SubmitOutcome,
    Submitted,
    Unknown,
    open_channel,
)
from huitou.reach.types.messages import Standing

_DUE = "due"
_STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class TakingBack:
    """A message that the channel is asked to take back; `ref` is all that it needs."""

    message_id: UUID
    attempt: int
    channel: Cancels
    ref: str


def poll(tx: Tx) -> None:
    """Ask about what is due; take up what a dead worker left behind."""
    _ask_due(tx)
    now = tx.now
    stuck = store.stuck_messages(
        tx, now - standing.STUCK_AFTER, now - standing.LOST_AFTER, sending.SET_MAX
    )
    by_channel: dict[str, list[str]] = {}
    for message_id, channel in stuck:
        by_channel.setdefault(channel, []).append(str(message_id))
    # With many behind, they are in the queue already: one set at a time beside it is enough.
    wanted = [
        Wanted({"ids": ids}, f"{_STUCK}:{channel}", priority=sending.BEHIND)
        for channel, ids in by_channel.items()
    ]
    tx.defer_all(sending.submit, wanted)


def claim_ask(tx: Tx, ids: Sequence[str]) -> list[Sending]:
    """What to ask the channel about; messages that waited too long, or whose customers are
    forgotten, are given up and taken back."""
    locked = opening.lock(tx, [UUID(id) for id in ids])
    settled = [message for message in locked if message.state not in standing.ASKED]
    if settled:
        store.set_next_ask(tx, [(message.id, None) for message in settled])
    asked, ended = [], []
    for message in locked:
        if message.state not in standing.ASKED:
            continue
        is_over = news.next_ask(tx, message, message.state) is None
        if is_over or message.body_sealed is None:
            code = "expired" if is_over else "forgotten"
            ended.append(News(message, Standing(message.attempt, "failed", tx.now, failure=code)))
        else:
            asked.append((message, message.address_id, message.carrier or message.channel))
    news.take(tx, ended)
    back = [str(one.message.id) for one in ended]
    tx.defer_all(take_back, [Wanted({"message_id": id}, id) for id in back])
    if len(ids) == sending.SET_MAX:
        _ask_due(tx)
    return list(opening.sendings(tx, asked).values())


def call_ask(sending: Sending) -> AskOutcome:
    """What became of it."""
    return sending.channel.ask(sending.outgoing, sending.ref)


def settle_ask(tx: Tx, answers: Sequence[tuple[Sending, AskOutcome | None]]) -> None:
    """Keep what the channels said. What was not asked is asked later."""
    locked = {m.id: m for m in opening.lock(tx, [asked.message_id for asked, _ in answers])}
    told, later = [], []
    for asked, outcome in answers:
        message = locked.get(asked.message_id)
        if message is None or outcome is None:
            continue
        if not isinstance(outcome, Unknown) or message.state not in standing.ASKED:
            after = standing.after_ask(outcome, asked.attempt, tx.now)
            told.append(News(message, after))
        elif standing.may_send_again(message.purpose, message.state, message.attempt):
            told.append(News(message, Standing(message.attempt + 1, "planned", tx.now)))
        else:
            later.append((message.id, news.next_ask(tx, message, message.state)))
    if later:
        store.set_next_ask(tx, later)
    news.take(tx, told)


def claim_take_back(tx: Tx, message_id: str) -> TakingBack | None:
    """A message that an associate has not confirmed and that shall not go out."""
    for message in opening.lock(tx, [UUID(message_id)]):
        if message.state not in standing.TAKEN_BACK or message.ref is None:
            return None
        channel = opening.adapter_of(tx, open_channel, message.carrier or message.channel)
        if isinstance(channel, Cancels):
            return TakingBack(message.id, message.attempt, channel, message.ref)
    return None


def call_take_back(taking: TakingBack) -> SubmitOutcome:
    """Ask the channel to take it back."""
    return taking.channel.cancel(taking.ref)


def settle_take_back(tx: Tx, taking: TakingBack, outcome: SubmitOutcome) -> None:
    """Cancelled, or else asked at once: it may have been confirmed meanwhile."""
    for message in opening.lock(tx, [taking.message_id]):
        if isinstance(outcome, Submitted):
            news.take(tx, [News(message, Standing(taking.attempt, "cancelled", tx.now))])
        elif message.state in standing.ASKED:
            store.set_next_ask(tx, [(message.id, tx.now)])


def _ask_due(tx: Tx) -> None:
    """One set waits at a time: those it holds are leased while it does."""
    if tx.is_waiting(ask, _DUE):
        return
    due = store.take_due(tx, sending.SET_MAX, tx.now + standing.LEASE)
    if due:
        ids = [str(message_id) for message_id in due]
        priority = sending.BEHIND if len(ids) > 1 else 0
        tx.defer_all(ask, [Wanted({"ids": ids}, _DUE, priority=priority)])


@job(kind="effect")
def ask() -> Calls[Sending, AskOutcome]:
    """Ask what became of messages."""
    return Calls(claim_ask, call_ask, settle_ask)


@job(kind="effect")
def take_back() -> Effect[TakingBack, SubmitOutcome]:
    """Take back what is not confirmed yet."""
    return Effect(claim_take_back, call_take_back, settle_take_back)
