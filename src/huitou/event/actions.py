"""Appending to the log: what comes from outside, and what we did ourselves."""

from collections.abc import Sequence
from typing import Any

from huitou.base.db import Tx
from huitou.event import rules, store
from huitou.event.types import OWN_SOURCE, Accepted, Decoded, EventIn, Intake, Recorded, Rejected
from huitou.merchant import reads as merchants


def accept(tx: Tx, requests: Sequence[Decoded]) -> list[Intake]:
    """Append the good events of several requests in one batch, each exactly once.

    Answers in the order of the requests: duplicates are the same `(source, id)` with the same
    content, now or ever; other content under a known id is rejected. One statement per step.
    """
    head = store.lock_head(tx)
    units = merchants.units_by_code(tx)
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
    unit_ids = {code: unit.id for code, unit in units.items()}
    store.load_events(tx, [_row(tx, no, item, unit_ids) for no, (_, item) in enumerate(numbered)])
    chosen = _new_ones(tx, numbered)
    _vault(tx, [numbered[no][1].event for no in chosen])
    new_head = store.append(tx, chosen, head) if chosen else head
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
    store.load_events(
        tx,
        [
            [
                *(no, item.id, OWN_SOURCE, item.type, item.occurred_at, item.unit_id, [], []),
                *({"customer": str(item.customer_id), **item.properties}, b""),
            ]
            for no, item in enumerate(fresh)
        ],
    )
    store.append(tx, range(len(fresh)), head)
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


def _row(tx: Tx, no: int, item: Accepted, unit_ids: dict[str, Any]) -> tuple[object, ...]:
    event = item.event
    unit = unit_ids[event.unit] if event.unit else None
    blinds = [tx.keys.blind(rules.blind_text(i.kind, i.scope, i.value)) for i in event.identifiers]
    verified = [i.verified for i in event.identifiers]
    body_hash = tx.keys.blind(item.canonical)
    head = (no, event.id, event.source, event.type, event.occurred_at, unit)
    return (*head, blinds, verified, event.properties, body_hash)


def _new_ones(tx: Tx, numbered: Sequence[tuple[_Outcome, Accepted]]) -> list[int]:
    """The numbers to append; counts duplicates and rejects reused ids."""
    seen = {row["no"]: row["is_same"] for row in store.seen_hashes(tx)}
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


def _vault(tx: Tx, events: Sequence[EventIn]) -> None:
    """Seal identifiers that were never seen; known ones are left alone."""
    fresh: dict[bytes, tuple[str, str, str]] = {}
    for event in events:
        for i in event.identifiers:
            blind = tx.keys.blind(rules.blind_text(i.kind, i.scope, i.value))
            fresh[blind] = (i.kind, i.scope or "", i.value)
    known = store.known_blinds(tx, list(fresh))
    rows = [
        (kind, scope, blind, tx.keys.seal(value), rules.tail_of(kind, value))
        for blind, (kind, scope, value) in fresh.items()
        if blind not in known
    ]
    if rows:
        store.add_identifiers(tx, rows)
