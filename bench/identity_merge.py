"""Identity: the real stream resolves a log in which every identifier comes alone once, and a
twentieth of the events bridge two.

Cards, WeCom contacts and openids, numbered as they come; the bridges join any two, some a few that are
in everybody's hands, in random order. `seconds` is the stream alone, batch by batch with its commits (fsync on), as large as
the worker takes them when it is that far behind; with fresh statistics, as the worker keeps them.
The baseline is a union-find over plain integers of the same pairs. `clusters_wrong` is by how many
the customers found differ from the union-find's components. `resident_mb` is the peak of this
process and PostgreSQL, shared memory counted once; `cpu_ms_per_event` is the processor time of both.
"""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import psycopg

from bench.base import binary as b
from bench.base import files
from bench.base.home import FORMAT
from bench.base.load import LOADING, fill, index
from bench.base.log import BOOL, INT8
from bench.base.memory import Peak, cpu_seconds
from bench.base.tables import Table, all_are, one_of, size_of
from huitou import wiring
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.migrate import all_migrations, migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.benchmark import Asked, Figure, Report, shorter
from huitou.merchant import actions as merchants
from huitou.worker import streams, upkeep

IDENTIFIERS = 1_000_000
BRIDGING, HOT = 0.05, 0.1
_KINDS = ((b"card", b"default"), (b"external_userid", b"ww-bench"), (b"openid", b"wx-bench"))
_SHARES = (0.6, 0.25, 0.15)

Array = np.ndarray[Any, Any]


def run(asked: Asked) -> Report:
    """`asked.customers` is taken as the number of identifiers."""
    wiring.wire()
    count = asked.customers or IDENTIFIERS
    pairs = _pairs(count, asked.seed)
    folder = asked.folder / f"identity-{count}-{asked.seed}"
    merchant = _prepare(folder, count, pairs, asked)
    started = time.monotonic()
    clusters = _components(count, pairs[pairs[:, 1] > 0])
    baseline = time.monotonic() - started
    with EmbeddedPostgres(folder / "pg") as server:
        assert server.pid is not None
        with psycopg.connect(server.superuser_dsn, autocommit=True) as owner:
            owner.execute(
                "TRUNCATE identity.customer, identity.ordinal, identity.resolved, identity.link CASCADE"
            )
            owner.execute("TRUNCATE identity.phone_use, identity.move, base.cursor, base.notice")
        database = Database(server.dsn, MasterKey.load(folder / "keys" / "master.key"))
        with Peak([server.pid]) as peak:
            started, used = time.monotonic(), _cpu_seconds()
            while streams.consume(database, merchant, ["identity"]):
                upkeep.analyze_grown(database)
            seconds, used = time.monotonic() - started, _cpu_seconds() - used
        with database.read(merchant) as tx:
            found = tx.value("SELECT count(*) FROM identity.customer WHERE root_id = id")
        database.close()
    asked.say(f"{len(pairs):,} events in {seconds:.1f} s; {found:,} customers, {clusters:,} wanted")
    return Report(
        {
            "seconds": shorter(seconds, baseline, "s"),
            "events_per_s": Figure(round(len(pairs) / seconds), "events/s"),
            "cpu_ms_per_event": Figure(round(used * 1_000 / len(pairs), 4), "ms"),
            "resident_mb": Figure(round(peak.mb), "MB"),
            "clusters_wrong": Figure(abs(found - clusters), "customers"),
        },
        {"identifiers": count, "events": len(pairs), "customers": found, "seed": asked.seed},
    )


def _cpu_seconds() -> float:
    """Of this process and the database."""
    return time.process_time() + cpu_seconds(os.getpid())


def _pairs(count: int, seed: int) -> Array:
    """The events: (identifier, 0) or (identifier, another), identifiers from 1."""
    random = np.random.default_rng([seed, count])
    bridges = int(count * BRIDGING / (1 - BRIDGING))
    one = random.integers(0, count, bridges)
    point = np.where(
        random.random(bridges) < HOT, random.random(bridges) ** 4, random.random(bridges)
    )
    other = (point * count).astype(np.int64)
    other = np.where(other == one, (other + 1) % count, other)
    alone = np.stack([np.arange(count), np.full(count, -1)], axis=1)
    events = random.permutation(np.concatenate([alone, np.stack([one, other], axis=1)]) + 1)
    return _as_met(events, count)


def _as_met(events: Array, count: int) -> Array:
    """Identifiers numbered as the vault numbers them: in the order in which they come."""
    met, first = np.unique(events[events > 0], return_index=True)
    number = np.zeros(count + 1, np.int64)
    number[met[np.argsort(first)]] = np.arange(1, count + 1)
    return number[events]


def _components(count: int, pairs: Array) -> int:
    """Union-find by halving paths."""
    parent = list(range(count + 1))
    joined = 0
    for one, other in pairs.tolist():
        while parent[one] != one:
            parent[one] = one = parent[parent[one]]
        while parent[other] != other:
            parent[other] = other = parent[parent[other]]
        if one != other:
            parent[max(one, other)] = min(one, other)
            joined += 1
    return count - joined


def _prepare(folder: Path, count: int, pairs: Array, asked: Asked) -> UUID:
    """Vault and log by COPY, made once; the values sealed in this vault are noise."""
    path = folder / "base.json"
    schema = [FORMAT, *(each.checksum for each in all_migrations())]
    if path.exists() and (kept := json.loads(path.read_text()))["schema"] == schema:
        return UUID(kept["merchant"])
    files.remove(folder)
    asked.say(f"making a log of {len(pairs):,} events with {count:,} identifiers")
    now = datetime.now(UTC)
    master = MasterKey.load(folder / "keys" / "master.key")
    with EmbeddedPostgres(folder / "pg", settings=LOADING) as server:
        migrate(server.dsn)
        with psycopg.connect(server.superuser_dsn, autocommit=True) as owner:
            owner.execute("SELECT event.make_partition(%s)", [now])
            merchant = merchants.found_merchant(owner, master, name="bench", now=now).id
            tables = _tables(merchant, count, pairs, asked.seed, now)
            fill(owner, [(table, table.pieces()) for table in tables], asked.say)
            index(server.superuser_dsn, asked.say)
            owner.execute("INSERT INTO event.head VALUES (%s, %s)", [merchant, len(pairs)])
    path.write_text(json.dumps({"schema": schema, "merchant": str(merchant)}))
    return merchant


def _tables(merchant: UUID, count: int, pairs: Array, seed: int, now: datetime) -> list[Table]:
    random = np.random.default_rng(seed)
    kind = random.choice(len(_KINDS), count, p=_SHARES)
    moment = np.broadcast_to(np.int64(now.timestamp() * 1e6), len(pairs))
    held = np.where(pairs[:, 1] > 0, 2, 1)

    def noise(s: slice) -> b.Field:
        return b.raw(random.integers(0, 256, (size_of(s), 32), np.uint8))

    def same_merchant(s: slice) -> b.Field:
        return b.same_uuid(merchant, size_of(s))

    def falsehood(s: slice) -> b.Field:
        return b.boolean(np.zeros(size_of(s), np.int8))

    return [
        Table(
            "event.identifier",
            count,
            {
                "merchant_id": same_merchant,
                "id": lambda s: b.int8(np.arange(s.start, s.stop) + 1),
                "kind": one_of([name for name, _ in _KINDS], kind),
                "scope": one_of([scope for _, scope in _KINDS], kind),
                "blind": noise,
                "sealed": noise,
            },
        ),
        Table(
            f"event.log_{now:%Y%m}",
            len(pairs),
            {
                "merchant_id": same_merchant,
                "position": lambda s: b.int8(np.arange(s.start, s.stop) + 1),
                "id": lambda s: b.numbered("e", np.arange(s.start, s.stop), 9),
                "source": all_are(b"mall"),
                "type": all_are(b"identity.bound"),
                "occurred_at": lambda s: b.moment(moment[s]),
                "received_at": lambda s: b.moment(moment[s]),
                "identifier_ids": lambda s: b.array_of(
                    [b.int8(pairs[s, 0]), b.int8(pairs[s, 1])], held[s], INT8
                ),
                "verified": lambda s: b.array_of([falsehood(s), falsehood(s)], held[s], BOOL),
                "properties": all_are(b"\x01{}"),
            },
        ),
    ]
