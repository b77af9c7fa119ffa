"""WeCom is told of codes: claim, call, settle, some codes at a time. What is not known to have arrived is
looked for before it is said again, so that no code is made twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import Effect, every, job
from huitou.code import reads, rules
from huitou.code.rules import Call
from huitou.code.store import telling as store
from huitou.code.types import NobodyBehind, Outcome, Ways, open_ways
from huitou.merchant import reads as merchants

NO_CHANNEL = "reach.no_channel"
_DUE_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Telling:
    """Calls that are being made. `known`: what WeCom calls the codes that we know, which are none of those
    looked for."""

    ways: Ways
    calls: tuple[Call, ...]
    known: frozenset[str]


def claim(tx: Tx, code_ids: Sequence[str]) -> Telling | None:
    """What WeCom has to be told of these codes, marked as under way."""
    kept = store.lock_due(tx, [UUID(code_id) for code_id in code_ids])
    config = merchants.channel_config(tx, "wecom")
    if config is None:
        # An `add` whose end is unknown stays so: it is looked for once there is a channel again.
        mute = [row.id for row in kept if row.calling is None and not row.is_stopped]
        store.set_quiet(tx, mute, NO_CHANNEL)
        return None
    behind = store.list_behind(tx, reads.midnight(tx), [row.id for row in kept])
    calls, quiet, deserted = [], [], []
    for row in kept:
        users = behind.get(row.id, ())
        call = rules.next_call(row, users)
        if call is not None:
            calls.append(call)
        elif users or row.is_stopped:
            quiet.append(row.id)
        else:
            deserted.append(row.id)
    store.set_quiet(tx, quiet, None)
    store.set_quiet(tx, deserted, NobodyBehind.code)
    if not calls:
        return None
    store.set_calling(tx, calls)
    known = store.known_ids(tx) if any(c.verb == "find" for c in calls) else frozenset()
    return Telling(open_ways.get()(config), tuple(calls), known)


def call(telling: Telling) -> list[Outcome]:
    """Say it, one code after the other."""
    return [_say(telling, each) for each in telling.calls]


def settle(tx: Tx, telling: Telling, outcomes: list[Outcome]) -> None:
    """Keep what WeCom said; what is to be said at once is said at once."""
    tries = store.tries_of(tx, [each.code_id for each in telling.calls])
    ends = [
        (each, rules.settled(each, outcome, tx.now, tries.get(each.code_id, 0)))
        for each, outcome in zip(telling.calls, outcomes, strict=True)
    ]
    store.set_settled(tx, ends)
    tell_codes(tx, store.list_due(tx, _DUE_MAX, [each.code_id for each in telling.calls]))
    tx.show("merchant", {"kind": "codes"})


def tell_codes(tx: Tx, code_ids: Sequence[UUID]) -> None:
    """Queue these, some at a time."""
    for start in range(0, len(code_ids), rules.CHUNK):
        ids = [str(code_id) for code_id in code_ids[start : start + rules.CHUNK]]
        tx.defer(tell, key=ids[0], code_ids=ids)


def _say(telling: Telling, each: Call) -> Outcome:
    ways = telling.ways
    if each.verb == "add":
        return ways.add(each.way)
    if each.verb == "find":
        assert each.added_at is not None
        return ways.find(each.way.state, each.added_at, telling.known)
    assert each.config_id is not None
    if each.verb == "remove":
        return ways.remove(each.config_id)
    return ways.change(each.config_id, each.way)


@job(kind="effect")
def tell() -> Effect[Telling, list[Outcome]]:
    """Tell WeCom of some codes."""
    return Effect(claim, call, settle)


@every(minutes=1)
def follow(tx: Tx) -> None:
    """Codes follow their staff: who came, left, is away, is back, or has had the day's limit. What is due,
    or was left behind by a dead worker, is taken up; so is what waited for staff or for the channel."""
    told = store.list_told(tx)
    has_channel = merchants.channel_config(tx, "wecom") is not None
    waited_for = [NobodyBehind.code, NO_CHANNEL] if has_channel else []
    deserted = store.list_failed(tx, waited_for)
    behind = store.list_behind(tx, reads.midnight(tx)) if told or deserted else {}
    changed = [id for id, users in told.items() if set(users) != set(behind.get(id, ())[:100])]
    peopled = [id for id in deserted if behind.get(id)]
    store.set_untold(tx, [*changed, *peopled])
    tell_codes(tx, store.list_due(tx, _DUE_MAX))
