"""Handing messages to their channels, a set at a time: two transactions around the calls.

A message is `in_flight` before its call is made. Whoever finds one in that state long after
cannot know whether the channel has it: it becomes `unknown` and the channel is asked, a minute
later; it is sent again only when the channel surely never took it.

A claim and a settlement are some two dozen statements, whatever the number of messages, and read each message and its
customer's rows once; a message alone is a set of one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import Calls, job
from huitou.base.queueing import Wanted
from huitou.kernel.ids import new_id
from huitou.reach.jobs import holding, news, opening
from huitou.reach.jobs.opening import News, Sending
from huitou.reach.reads import messages as reads
from huitou.reach.rules import gate, pacing, standing
from huitou.reach.store import facts as gates
from huitou.reach.store import messages as store
from huitou.reach.store import paces, permits
from huitou.reach.store.messages import Message
from huitou.reach.types.channels import Failed, Paced, SubmitOutcome
from huitou.reach.types.gate import Blocked, Candidate
from huitou.reach.types.hearing import Permissive
from huitou.reach.types.messages import Standing

SET_MAX = 100
"""Messages of one channel that are claimed together: what sixteen threads hand over in a second where a call takes 160 ms."""
BEHIND = -1
"""Priority of a set: what is sent to one customer alone goes first."""
_STOP_PAUSE = timedelta(seconds=3)
"""A claim that comes while a stop is being declared comes again."""
_LATE_PAUSE = timedelta(seconds=5)
"""What a slow channel left no time for comes again."""


def queue(tx: Tx, whom: Iterable[tuple[UUID, str, datetime | None]]) -> None:
    """`(message, channel, when)`: hand them over, those of one channel and moment together; None is at once."""
    sets: dict[tuple[str, datetime | None], list[str]] = defaultdict(list)
    for message_id, channel, at in whom:
        sets[channel, at].append(str(message_id))
    wanted = [
        _wanted(ids[start : start + SET_MAX], at)
        for (_, at), ids in sets.items()
        for start in range(0, len(ids), SET_MAX)
    ]
    tx.defer_all(submit, wanted)


def put_off(tx: Tx, times: Sequence[tuple[Message, datetime]]) -> None:
    """They wait until then."""
    if times:
        store.set_not_before(tx, [(message.id, at) for message, at in times])
        queue(tx, [(message.id, message.channel, at) for message, at in times])


def claim_submit(tx: Tx, ids: Sequence[str]) -> list[Sending]:
    """Decide once more about each, with the customers held, and mark in flight those that may go. Under an emergency stop
    they wait; of a customer's messages one goes at a time, so that it counts for the next."""
    if not tx.share(holding.HANDING):
        tx.defer_all(submit, [_wanted(ids, tx.now + _STOP_PAUSE)])
        return []
    locked = opening.lock(tx, [UUID(id) for id in ids])
    _give_up(tx, locked)
    planned = holding.free_of(tx, [message for message in locked if message.state == "planned"])
    first = {message.customer_id or message.id: message.id for message in reversed(planned)}
    chosen = [m for m in planned if first[m.customer_id or m.id] == m.id]
    others = [m for m in planned if first[m.customer_id or m.id] != m.id]
    queue(tx, [(message.id, message.channel, None) for message in others])
    going: list[tuple[Message, int | None]] = [(m, None) for m in chosen if m.is_test]
    going += _allowed(tx, [message for message in chosen if not message.is_test])
    return _opened(tx, going)


def call_submit(sending: Sending) -> SubmitOutcome:
    """Hand it over, once."""
    return sending.channel.submit(sending.outgoing)


def settle_submit(tx: Tx, answers: Sequence[tuple[Sending, SubmitOutcome | None]]) -> None:
    """Keep what the channel said; where nothing was said to it, it is as if nobody had claimed the message."""
    locked = {m.id: m for m in opening.lock(tx, [sending.message_id for sending, _ in answers])}
    refused, late, told = [], [], []
    for sending, outcome in answers:
        message = locked.get(sending.message_id)
        if message is None:
            continue
        if outcome is None:
            is_ours = (message.state, message.attempt) == ("in_flight", sending.attempt)
            late += [message] if is_ours else []
            continue
        wait = timedelta(0)
        if isinstance(outcome, Failed):
            refused.append((sending, message, outcome))
            wait = outcome.wait
        after = standing.after_submit(outcome, sending.attempt, tx.now)
        told.append(News(message, after, wait))
    _give_back_permits(tx, refused, late)
    if late:
        store.set_not_in_flight(tx, [message.id for message in late])
        put_off(tx, [(message, tx.now + _LATE_PAUSE) for message in late])
    news.take(tx, told)


def _wanted(ids: Sequence[str], at: datetime | None) -> Wanted:
    is_alone = len(ids) == 1
    return Wanted({"ids": list(ids)}, ids[0] if is_alone else None, at, 0 if is_alone else BEHIND)


def _give_up(tx: Tx, messages: Sequence[Message]) -> None:
    """Whoever made these calls has died; nobody knows what came of them."""
    lost = [
        News(message, Standing(message.attempt, "unknown", tx.now))
        for message in messages
        if message.state == "in_flight"
        and (message.submitted_at or message.planned_at) < tx.now - standing.LOST_AFTER
    ]
    news.take(tx, lost)


def _allowed(tx: Tx, messages: Sequence[Message]) -> list[tuple[Message, int | None]]:
    """Those that may still go out, and their addresses; what forbids the others now is kept."""
    if not messages:
        return []
    candidates = [_candidate(message) for message in messages]
    policy = reads.policy_of(tx)
    found = reads.facts_of(tx, candidates, own_ids=[message.id for message in messages])
    going, waiting, blocked, rows = [], [], [], []
    for message, candidate, (facts, address_id) in zip(messages, candidates, found, strict=True):
        verdict = gate.gate(facts, policy)
        if isinstance(verdict, Blocked):
            rows.append(reads.decision_row(new_id(), candidate, message.id, verdict))
            blocked.append(_failed(tx, message, verdict.code))
            continue
        at = max(verdict.at, message.not_before or verdict.at)
        if at > tx.now:
            waiting.append((message, at))
        else:
            going.append((message, address_id))
    if rows:
        gates.add_decisions(tx, rows)
    news.take(tx, blocked)
    put_off(tx, waiting)
    return going


def _opened(tx: Tx, going: Sequence[tuple[Message, int | None]]) -> list[Sending]:
    """The calls about those for which there is an address and, where the platform counts, a permission left; they are in
    flight."""
    if not going:
        return []
    carriers = reads.channels_on(tx)
    wanted = [(m, address, carriers[m.channel]) for m, address in going if m.channel in carriers]
    found = opening.sendings(tx, wanted)
    going = _in_pace(tx, going, found)
    subjects = [
        (message.id, carrier, address_id, subject)
        for message, address_id in going
        if message.id in found and address_id is not None
        for carrier in [found[message.id].carrier]
        for subject in [_permission_of(found[message.id])]
        if subject is not None
    ]
    until = tx.now + standing.CALL_MAX
    used = permits.take_permits(tx, subjects, until) if subjects else set()
    lacking = {id for id, *_ in subjects} - used
    rows, failures = [], []
    for message, address_id in going:
        sending = found.get(message.id)
        if sending is None or message.id in lacking:
            code = "no_permission" if sending else "no_address"
            failures.append(_failed(tx, message, code))
        else:
            rows.append((message.id, address_id, sending.carrier))
    news.take(tx, failures)
    if rows:
        store.set_in_flight(tx, rows)
    return [found[id] for id, _, _ in rows]


def _in_pace(
    tx: Tx, going: Sequence[tuple[Message, int | None]], found: Mapping[UUID, Sending]
) -> list[tuple[Message, int | None]]:
    """Those that their accounts may be called about now; the others come again."""
    paced: dict[str, list[Message]] = defaultdict(list)
    for message, _ in going:
        sending = found.get(message.id)
        if sending and isinstance(sending.channel, Paced) and sending.channel.per_second:
            paced[sending.carrier].append(message)
    over = set()
    for carrier, messages in sorted(paced.items()):
        channel = found[messages[0].id].channel
        assert isinstance(channel, Paced)
        slot = pacing.slot(tx.now, paces.lock_pace(tx, carrier), len(messages), channel.per_second)
        paces.set_pace(tx, carrier, slot.pace)
        put_off(tx, [(message, slot.at) for message in messages[slot.count :]])
        over |= {message.id for message in messages[slot.count :]}
    return [(message, address) for message, address in going if message.id not in over]


def _failed(tx: Tx, message: Message, code: str) -> News:
    return News(message, Standing(message.attempt, "failed", tx.now, failure=code))


def _candidate(message: Message) -> Candidate:
    assert message.customer_id is not None
    return Candidate(
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


def _permission_of(sending: Sending) -> str | None:
    """What the message uses up; None where the platform counts nothing. A test uses up nothing: it has no address."""
    channel = sending.channel
    return channel.permission_of(sending.outgoing) if isinstance(channel, Permissive) else None


def _give_back_permits(
    tx: Tx, refused: Sequence[tuple[Sending, Message, Failed]], late: Sequence[Message]
) -> None:
    """They surely did not go out; and where the platform counts fewer than we do, it is right."""
    ids = [message.id for _, message, _ in refused] + [message.id for message in late]
    if ids:
        permits.release_permits(tx, ids)
    for sending, message, outcome in refused:
        channel = sending.channel
        if not isinstance(channel, Permissive) or not channel.is_used_up(outcome.code):
            continue
        subject = _permission_of(sending)
        if subject is not None and message.address_id is not None:
            permits.remove_permits(tx, sending.carrier, message.address_id, subject)


@job(kind="effect")
def submit() -> Calls[Sending, SubmitOutcome]:
    """Hand planned messages to their channel."""
    return Calls(claim_submit, call_submit, settle_submit)
