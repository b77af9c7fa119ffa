"""What others may ask of the log."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from huitou.base.db import ReadTx
from huitou.event import rules, store
from huitou.event.types import Lag, LogEntry, MinuteCount, SetAside, SourceCount
from huitou.kernel.page import PAGE_MAX


def head(tx: ReadTx) -> int:
    """The last position of the log."""
    return store.head(tx)


def log_slice(
    tx: ReadTx, after: int, upto: int, types: Sequence[str] | None = None
) -> list[LogEntry]:
    """Entries at positions `(after, upto]` in order, of these types or of all. Not to be changed:
    the streams read one slice together."""
    if tx.memory is None:
        return store.log_slice(tx, after, upto, types)
    key = tx.merchant, after, upto
    entries = tx.memory.recall("log", key, lambda: store.log_slice(tx, after, upto, None))
    return entries if types is None else [each for each in entries if each.type in types]


def lag(tx: ReadTx) -> Lag:
    """The head of the log and every consumer's distance from it, in events."""
    return Lag(store.head(tx), store.lags(tx))


def has_read(tx: ReadTx, stream: str, position: int) -> bool:
    """Has a consumer come as far as `position`?"""
    return any(each.name == stream and each.position >= position for each in store.lags(tx))


def list_set_aside(tx: ReadTx) -> list[SetAside]:
    """Events that a consumer could not take, with the reason."""
    return store.list_set_aside(tx, PAGE_MAX)


def count_set_aside(tx: ReadTx) -> int:
    """How many times a consumer could not take an event, unresolved."""
    return store.count_set_aside(tx)


def count_by_source(tx: ReadTx, today: datetime) -> list[SourceCount]:
    """What each source sent in the seven days up to now; `today` is when the last of them began."""
    since = today - timedelta(days=6)
    return store.count_by_source(tx, store.last_before(tx, since), since, today)


def count_by_minute(tx: ReadTx, minutes: int) -> list[MinuteCount]:
    """Events taken in within each of the last minutes, oldest first; the last one is under way."""
    this = tx.now.replace(second=0, microsecond=0)
    since = this - timedelta(minutes=minutes - 1)
    counts = store.count_by_minute(tx, store.last_before(tx, since), since)
    moments = [since + timedelta(minutes=minute) for minute in range(minutes)]
    return [MinuteCount(at, counts.get(at, 0)) for at in moments]


def event_types() -> list[str]:
    """The types an outsider may send, by name."""
    return sorted(rules.REGISTRY)


def normalise(kind: str, value: str) -> str | None:
    """The one way to write an identifier's value, or None when it cannot be one."""
    return rules.normalise(kind, value)


def blind_of(tx: ReadTx, kind: str, scope: str | None, value: str) -> bytes | None:
    """The keyed hash by which an identifier is compared, or None when it cannot be one."""
    normal = rules.normalise(kind, value)
    return None if normal is None else tx.keys.short_blind(rules.blind_text(kind, scope, normal))


def identifier_id(tx: ReadTx, kind: str, scope: str | None, value: str) -> int | None:
    """The vault's id of an identifier, or None when it never came in (or was erased)."""
    blind = blind_of(tx, kind, scope, value)
    return None if blind is None else store.find_identifier(tx, blind)


def identifiers_with_tail(tx: ReadTx, tail: str) -> list[int]:
    """Vault ids of phones and cards ending in these four characters (at most 500)."""
    return store.by_tail(tx, tail)


def open_identifiers(tx: ReadTx, identifier_ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """`id → (kind, scope, plain value)`; erased ones are missing. For sending and revealing only."""
    return {
        row["id"]: (row["kind"], row["scope"], tx.keys.open(row["sealed"]))
        for row in store.sealed_of(tx, identifier_ids)
    }
