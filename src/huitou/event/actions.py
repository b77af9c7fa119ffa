"""Appending to the log: what comes from outside, and what we did ourselves."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.event import rules, store
from huitou.event.types import (
    OWN_SOURCE,
    Accepted,
    Decoded,
    EventIn,
    Intake,
    NewEntry,
    Recorded,
    Rejected,
)
from huitou.merchant import reads as merchants


def accept(tx: Tx, requests: Sequence[Decoded]) -> list[Intake]:
    """Append the good events of several requests in one batch, each exactly once.

    Answers in the order of the requests: duplicates are the same `(source, id)` with the same
    content, now or ever; other content under a known id is rejected. One statement per step.
    """
    head = store.lock_head(tx)
    events = [item.event for decoded in requests for item in decoded.accepted]
    units = merchants.unit_ids_of(tx, {event.unit for event in events if event.unit})
    sources = {connector.name for connector in merchants.list_connectors(tx)}
    outcomes = [_Outcome(decoded) for decoded in requests]
    numbered: list[tuple[_Outcome, Accepted]] = []
    for outcome in outcomes:
        for item in outcome.decoded.accepted:
            unit, source = item.event.unit, item.event.source
            if unit is not None and unit not in units:
                outcome.reject(item.index, "event.unknown_unit", unit=unit)
            elif source not in sources:
                outcome.reject(item.index, "event.unknown_source", source=source)
            else:
                numbered.append((outcome, item))
    named = [
        (item.event.source, item.event.id, tx.keys.blind(item.canonical)) for _, item in numbered
    ]
    chosen = _new_ones(numbered, store.seen_hashes(tx, named))
    blinds = {no: _blinds(tx, numbered[no][1].event) for no in chosen}
    ids = _vault(tx, [(numbered[no][1].event, blinds[no]) for no in chosen])
    new = [
        _entry(numbered[no][1].event, named[no][2], units, [ids[each] for each in blinds[no]])
        for no in chosen
    ]
    new_head = store.append(tx, new, head) if new else head
    if chosen:
        tx.wake_streams()
    return [outcome.answer(new_head) for outcome in outcomes]


def accept_events(tx: Tx, events: Sequence[EventIn], language: str = "zh") -> Intake:
    """Append events that were built inside an edge (an import, a callback)."""
    return accept(tx, [rules.check_events(list(events), tx.now, language)])[0]


def record(tx: Tx, records: Sequence[Recorded]) -> int:
    """Append what we did ourselves, once per `id`; returns how many were new.

    Call it late in a transaction: it holds the head of the log until the commit.
    """
    if not records:
        return 0
    head = store.lock_head(tx)
    known = store.positions_of_own(tx, OWN_SOURCE, [item.id for item in records])
    fresh = list({item.id: item for item in records if item.id not in known}.values())
    if not fresh:
        return 0
    entries = [
        NewEntry(
            id=item.id,
            source=OWN_SOURCE,
            type=item.type,
            occurred_at=item.occurred_at,
            unit_id=item.unit_id,
            properties={"customer": str(item.customer_id), **item.properties},
            body_hash=b"",
        )
        for item in fresh
    ]
    store.append(tx, entries, head)
    tx.wake_streams()
    return len(fresh)


def set_aside(tx: Tx, stream: str, rows: Sequence[tuple[int, str]]) -> None:
    """Remember `(position, reason code)` that a stream cannot take; the stream goes on."""
    if rows:
        store.add_set_aside(tx, stream, rows)


def take_up(tx: Tx, stream: str, after: int, upto: int) -> None:
    """A stream goes over `(after, upto]`: what it set aside there is resolved, unless it says so
    again."""
    store.resolve_set_aside(tx, stream, after, upto)


def erase(tx: Tx, *, identifier_ids: Sequence[int]) -> int:
    """Erase identifiers from the vault: what the log keeps of them means nothing afterwards."""
    return store.remove_identifiers(tx, identifier_ids)


class _Outcome:
    """What becomes of one request while the batch is worked on."""

    def __init__(self, decoded: Decoded) -> None:
        self.decoded = decoded
        self.accepted = 0
        self.duplicates = 0
        self.rejected: list[Rejected] = list(decoded.rejected)

    def reject(self, index: int, code: str, **params: object) -> None:
        self.rejected.append(rules.rejection(index, code, self.decoded.language, **params))

    def answer(self, position: int) -> Intake:
        rejected = sorted(self.rejected, key=lambda item: item.index)
        return Intake(self.accepted, self.duplicates, rejected, str(position))


def _blinds(tx: Tx, event: EventIn) -> list[bytes]:
    return [
        tx.keys.short_blind(rules.blind_text(i.kind, i.scope, i.value)) for i in event.identifiers
    ]


def _entry(
    event: EventIn, body_hash: bytes, units: Mapping[str, UUID], identifier_ids: Sequence[int]
) -> NewEntry:
    return NewEntry(
        id=event.id,
        source=event.source,
        type=event.type,
        occurred_at=event.occurred_at,
        unit_id=units[event.unit] if event.unit else None,
        properties=event.properties,
        body_hash=body_hash,
        identifier_ids=identifier_ids,
        verified=[each.verified for each in event.identifiers],
    )


def _new_ones(numbered: Sequence[tuple[_Outcome, Accepted]], seen: Mapping[int, bool]) -> list[int]:
    """The numbers to append; counts duplicates and rejects reused ids."""
    first: dict[tuple[str, str], str] = {}
    chosen: list[int] = []
    for no, (outcome, item) in enumerate(numbered):
        key = (item.event.source, item.event.id)
        is_same = seen.get(no)
        if is_same is None and key in first:
            is_same = first[key] == item.canonical
        if is_same is None:
            first[key] = item.canonical
            outcome.accepted += 1
            chosen.append(no)
        elif is_same:
            outcome.duplicates += 1
        else:
            outcome.reject(item.index, "event.id_reused")
    return chosen


def _vault(tx: Tx, events: Sequence[tuple[EventIn, list[bytes]]]) -> dict[bytes, int]:
    """The ids of the events' identifiers. Those that were never seen are sealed first."""
    told = {
        blind: (i.kind, i.scope or "", i.value)
        for event, blinds in events
        for i, blind in zip(event.identifiers, blinds, strict=True)
    }
    ids = store.vault_ids(tx, told) if told else {}
    rows = [
        (kind, scope, blind, tx.keys.seal(value), rules.tail_of(kind, value))
        for blind, (kind, scope, value) in told.items()
        if blind not in ids
    ]
    return ids | store.add_identifiers(tx, rows) if rows else ids
