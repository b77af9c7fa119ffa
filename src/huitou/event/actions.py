"""Appending to the log: what comes from outside, and what we did ourselves."""

from collections.abc import Mapping, Sequence
from uuid import UUID

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
    blinds = [_blinds(tx, item.event) for _, item in numbered]
    rows = zip(numbered, blinds, strict=True)
    store.load_events(
        tx, [_row(tx, no, item, units, own) for no, ((_, item), own) in enumerate(rows)]
    )
    chosen = _new_ones(tx, numbered)
    _vault(tx, [(numbered[no][1].event, blinds[no]) for no in chosen])
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


def _blinds(tx: Tx, event: EventIn) -> list[bytes]:
    return [tx.keys.blind(rules.blind_text(i.kind, i.scope, i.value)) for i in event.identifiers]


def _row(
    tx: Tx, no: int, item: Accepted, units: Mapping[str, UUID], blinds: list[bytes]
) -> tuple[object, ...]:
    event = item.event
    unit = units[event.unit] if event.unit else None
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


def _vault(tx: Tx, events: Sequence[tuple[EventIn, list[bytes]]]) -> None:
    """Seal identifiers that were never seen; known ones are left alone."""
    unknown = store.unknown_blinds(tx)
    if not unknown:
        return
    fresh = {
        blind: (i.kind, i.scope or "", i.value)
        for event, blinds in events
        for i, blind in zip(event.identifiers, blinds, strict=True)
        if blind in unknown
    }
    rows = [
        (kind, scope, blind, tx.keys.seal(value), rules.tail_of(kind, value))
        for blind, (kind, scope, value) in fresh.items()
    ]
    if rows:
        store.add_identifiers(tx, rows)
