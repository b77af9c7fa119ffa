"""Intake: events by HTTP until they are durable, resolved and counted, against a base of customers.

The real processes run (API, one or two workers, embedded PostgreSQL with fsync on). The clock runs
from the first request until every stream has read the whole log; counted are the events that were
accepted. `_cold`: the first events after a start with the database's files out of the page cache, while
the worker reads ahead what they ask for; the others come when that is done.
The baseline, right after each, is raw COPY of the same rows into tables with the keys of `event.log`
and `event.seen`, one commit. `cpu_ms_per_event_*`: processor time of API, workers and PostgreSQL
together, which tells what an event costs also on a machine that has other work. `lost`: processes
are killed (kill -9) at random moments while events are sent; what was acknowledged must be in the
log once, and counted once.
"""

import os
import threading
import time

import psycopg

from bench.base import home
from bench.base.crash import count_lost
from bench.base.files import cool
from bench.base.memory import cpu_seconds
from bench.base.plant import Plant, running
from bench.base.traffic import Traffic, encoded
from huitou.benchmark import Asked, Figure, Report, better
from huitou.worker import warming

CUSTOMERS, EVENTS, KILLS = 1_000_000, 200_000, 20
REQUEST_EVENTS, SENDERS = 500, 4
CRASH_CUSTOMERS = 100_000
_COLD_SHARE, _WARM_UP_SHARE = 10, 20

_BARE = """
    CREATE SCHEMA bench;
    CREATE TABLE bench.log (LIKE event.log, PRIMARY KEY (merchant_id, position, received_at));
    CREATE TABLE bench.seen (LIKE event.seen, PRIMARY KEY (merchant_id, source, id));
"""


def run(asked: Asked) -> Report:
    """Figures as above; `asked.kills` 0 leaves `lost` out."""
    customers, events = asked.customers or CUSTOMERS, asked.events or EVENTS
    kills = KILLS if asked.kills is None else asked.kills
    base = home.prepare(asked.folder, customers=customers, seed=asked.seed, say=asked.say)
    figures: dict[str, Figure] = {}
    cool(base.folder)
    for workers in (1, 2):
        with running(base, workers=workers, say=asked.say) as plant:
            if workers == 1:
                cold, _ = _measure(plant, events // _COLD_SHARE, asked)
            _warm_up(plant, events, asked)
            before = _head(plant)
            rate, cost = _measure(plant, events, asked)
            copied = _measure_copy(plant.supervisor.dsn, before)
        asked.say(f"raw COPY: {copied:,.0f} events/s")
        if workers == 1:
            figures["events_per_s_1_cold"] = better(cold, copied, "events/s")
        figures[f"events_per_s_{workers}"] = better(rate, copied, "events/s")
        figures[f"cpu_ms_per_event_{workers}"] = Figure(round(cost, 3), "ms")
    if kills:
        small = min(customers, CRASH_CUSTOMERS)
        base_to_crash = home.prepare(asked.folder, customers=small, seed=asked.seed, say=asked.say)
        lost = count_lost(base_to_crash, kills=kills, seed=asked.seed, say=asked.say)
        figures["lost"] = Figure(lost, "events")
    return Report(figures, base.scale() | {"events": events, "kills": kills})


def _warm_up(plant: Plant, events: int, asked: Asked) -> None:
    warming.read_ahead(plant.database)
    _measure(plant, max(1_000, events // _WARM_UP_SHARE), asked)


def _measure(plant: Plant, count: int, asked: Asked) -> tuple[float, float]:
    """Accepted events a second, from the first request to the last stream's cursor, and the
    processor's milliseconds for each."""
    traffic = Traffic(plant.base.customers, asked.seed, f"i{_head(plant)}")
    bodies = encoded(traffic.requests(count, REQUEST_EVENTS))
    started, used = time.monotonic(), cpu_seconds(os.getpid())
    accepted = send(plant, bodies)
    sent = time.monotonic() - started
    plant.catch_up()
    seconds = time.monotonic() - started
    asked.say(
        f"{count:,} events: {accepted:,} accepted, sent in {sent:.1f} s, counted in {seconds:.1f} s"
        f" = {accepted / seconds:,.0f} events/s"
    )
    return accepted / seconds, (cpu_seconds(os.getpid()) - used) * 1_000 / accepted


def send(plant: Plant, bodies: list[bytes]) -> int:
    """Send requests, several under way; how many events were accepted."""
    waiting, lock, counts = iter(bodies), threading.Lock(), []

    def post() -> None:
        with plant.api as api:
            while True:
                with lock:
                    body = next(waiting, None)
                if body is None:
                    return
                answer = api.post("/v1/events", content=body)
                assert answer.status_code == 202, answer.text[:300]
                counts.append(answer.json()["accepted"])

    senders = [threading.Thread(target=post) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return sum(counts)


def _head(plant: Plant) -> int:
    with plant.database.read(plant.base.merchant) as tx:
        return int(tx.value("SELECT position FROM event.head"))


def _measure_copy(dsn: str, after: int) -> float:
    """Events a second by COPY of what the log and its memory got since `after`."""
    with psycopg.connect(dsn) as owner:
        rows = {name: _taken(owner, name, after) for name in ("log", "seen")}
        owner.execute(_BARE)
        owner.commit()
        started = time.monotonic()
        for name, data in rows.items():
            with owner.cursor().copy(_COPY_IN[name]) as copy:
                copy.write(data)
        owner.commit()
        seconds = time.monotonic() - started
        found = owner.execute("SELECT count(*) FROM bench.log").fetchone()
        owner.execute("DROP SCHEMA bench CASCADE")
    assert found is not None
    return int(found[0]) / seconds


_COPY_IN = {"log": "COPY bench.log FROM STDIN", "seen": "COPY bench.seen FROM STDIN"}
_COPY_OUT = {
    "log": "COPY (SELECT * FROM event.log WHERE position > {}) TO STDOUT",
    "seen": "COPY (SELECT * FROM event.seen WHERE position > {}) TO STDOUT",
}


def _taken(owner: psycopg.Connection, name: str, after: int) -> bytes:
    statement = psycopg.sql.SQL(_COPY_OUT[name]).format(psycopg.sql.Literal(after))
    with owner.cursor().copy(statement) as copy:
        return b"".join(bytes(piece) for piece in copy)
