"""Live segments: from an event sent to the membership that a reader sees.

The real processes run (API, one worker, embedded PostgreSQL with fsync on) on a base, with 100
active segments. Events come in by HTTP at a steady rate, most of them the traffic of tills and the
mall; one in every request is a probe of a customer of the base who has not been probed: it puts
them into one of the segments. `live_*` is from the request's start until a reader who looks every
few milliseconds finds that membership. The rate asked for is 5,000 events a second, or what the
installation takes when that is less: `rate` says what was sent, its baseline is the goal.

The baseline is the same load with a worker that runs one statement per segment and micro-batch.
Afterwards, in one snapshot, stored members of all segments are compared with the rules as the
columnar copy answers them: `mismatches`.
"""

import asyncio
import statistics
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import httpx2
import numpy as np
import psycopg
from pyroaring import BitMap

from bench.base import home, live_rules
from bench.base.draw import patterns
from bench.base.people import KINDS, values
from bench.base.plant import Plant, running, until
from bench.base.traffic import Event, Traffic, encoded
from bench.intake import send
from huitou.base import feed
from huitou.base.db import Database, ReadTx
from huitou.base.warehouse.reader import Warehouse
from huitou.base.warehouse.sets import bitmap
from huitou.benchmark import Asked, Figure, Report, shorter
from huitou.segment import actions, reads, warehouse

CUSTOMERS = 100_000
GOAL_RATE = 5_000
REQUEST_EVENTS = 250
SEGMENTS = 100
_CALIBRATION_EVENTS = 20_000
_SPARE = 0.8
"""Of what the installation can take: at the very limit, waiting times grow without end."""
_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.01


def run(asked: Asked) -> Report:
    """Figures as above."""
    customers = asked.customers or CUSTOMERS
    base = home.prepare(asked.folder, customers=customers, seed=asked.seed, say=asked.say)
    sent = 0
    with running(base, workers=1, say=asked.say) as plant:
        plant.catch_up()
        bench = _Bench(plant, asked)
        bench.add_segments()
        rate = min(GOAL_RATE, asked.events or GOAL_RATE, int(_SPARE * bench.capacity()))
        live = bench.measure(rate)
        plant.catch_up()
        mismatches = bench.mismatches()
        sent += bench.sent
    with running(base, workers=0, say=asked.say) as plant:
        plant.supervisor.add("worker", "bench.base.one_by_one")
        apart = _Bench(plant, asked, bench.segments)
        baseline = apart.measure(rate)
        sent += apart.sent
    with running(base, workers=1, say=asked.say) as plant:
        plant.catch_up()
        _Bench(plant, asked).remove_segments()
    return Report(
        figures={
            "live_p50_ms": shorter(live[49], baseline[49], "ms"),
            "live_p99_ms": shorter(live[98], baseline[98], "ms"),
            "mismatches": Figure(mismatches, "memberships"),
            "rate": Figure(rate, "events/s", GOAL_RATE, round(rate / GOAL_RATE, 4)),
        },
        scale=base.scale() | {"segments": len(bench.segments), "events": sent},
    )


@dataclass
class _Bench:
    """One installation under load; `segments` begins with the one that probes enter."""

    plant: Plant
    asked: Asked
    segments: list[UUID] = field(default_factory=list)
    sent: int = 0

    def __post_init__(self) -> None:
        self._run = f"l{time.time_ns() // 1_000_000:x}"
        self._random = Random(f"{self.asked.seed} {self._run}")

    @property
    def _database(self) -> Database:
        return self.plant.database

    def add_segments(self) -> None:
        """A hundred, as an operator adds them, with the members they have now; the clock runs. None of a
        run before that broke off."""
        self.remove_segments()
        with self._database.write(self.plant.base.merchant) as tx:
            actions.follow_time(tx)
            made = live_rules.rules(tx.column(_CATEGORIES), tx.column(_REGIONS), tx.column(_SKUS))
        started = time.monotonic()
        with self.plant.api as api:
            for rule in (live_rules.probe(live_rules.PROBE), *made):
                self.segments.append(self._add(api, rule))
            known = [str(each) for each in self.segments]
            for rule in live_rules.referring(known, SEGMENTS - len(known)):
                self.segments.append(self._add(api, rule))
        until(self._is_filled, "the segments were never filled")
        self.asked.say(f"{len(self.segments)} segments added in {time.monotonic() - started:.0f} s")

    def _is_filled(self) -> bool:
        with self._database.read(self.plant.base.merchant) as tx:
            return not any(stored.filling for stored in reads.list_active(tx))

    def _add(self, api: httpx2.Client, rule: dict[str, Any]) -> UUID:
        name = f"{self._run} {len(self.segments)}"
        answer = api.post("/v1/segments", json={"name": name, "rule": rule}, timeout=None)
        assert answer.status_code == 201, answer.text[:300]
        return UUID(answer.json()["id"])

    def remove_segments(self) -> None:
        """The base as it was, for other benches. Who refers was added after whom he refers to."""
        with self._database.write(self.plant.base.merchant) as tx:
            for stored in reversed(reads.list_active(tx)):
                actions.delete_segment(tx, stored.id)

    def capacity(self) -> float:
        """Events a second when as many as possible come, until all memberships are right."""
        bodies = self._bodies(_CALIBRATION_EVENTS, 0)
        self.sent += _CALIBRATION_EVENTS
        started = time.monotonic()
        send(self.plant, bodies)
        self.plant.catch_up()
        found = _CALIBRATION_EVENTS / (time.monotonic() - started)
        self.asked.say(f"takes {found:,.0f} events/s at most")
        return found

    def measure(self, rate: int) -> list[float]:
        """The percentiles 1 to 99 of the latency in ms under a steady load."""
        kind = f"x.probe_{self._run}"
        with self._database.write(self.plant.base.merchant) as tx:
            stored = reads.get_stored(tx, self.segments[0])
            rule = live_rules.probe(kind)
            actions.change_segment(
                tx, stored.id, name=stored.name, rule=rule, version=stored.version
            )
        count = int(rate * self.asked.seconds)
        probed = self._random.sample(range(self.plant.base.customers), count // REQUEST_EVENTS)
        probes = [self._probe(kind, number) for number in probed]
        bodies = self._bodies(count, REQUEST_EVENTS, probes)
        self.sent += len(bodies) * REQUEST_EVENTS
        latencies = asyncio.run(_Load(self, rate, probed, bodies).run())
        cuts = statistics.quantiles(latencies, n=100)
        self.asked.say(
            f"{len(latencies)} probes at {rate:,} events/s: p50 {cuts[49]:,.0f} ms,"
            f" p99 {cuts[98]:,.0f} ms"
        )
        return cuts

    def mismatches(self) -> int:
        """Memberships that are not those of the columnar copy, in a snapshot in which nothing waits
        to be looked at: not on the feed (scores may just have been made), and nobody whom time has moved."""
        merchant = self.plant.base.merchant
        while True:
            with self._database.write(merchant) as tx:
                actions.consume(tx, 0, 0)
                actions.follow_time(tx)
                while (known := reads.get_clock(tx)) is not None and known.due_count:
                    actions.judge_due(tx)
                judged_at = tx.now
            with self._database.read(merchant) as tx:
                if not feed.is_waiting(tx, actions.STREAM):
                    with closing(Warehouse(self.plant.supervisor.config.warehouse)) as copies:
                        tx.warehouse = copies
                        return _count_differing(tx, judged_at)

    def _bodies(self, count: int, size: int, probes: list[Event] | None = None) -> list[bytes]:
        traffic = Traffic(self.plant.base.customers, self.asked.seed, f"{self._run}{self.sent}")
        requests = traffic.requests(count, size or REQUEST_EVENTS)
        for request, probe in zip(requests, probes or [], strict=False):
            request[0] = probe
        return encoded(requests)

    def _probe(self, kind: str, number: int) -> Event:
        held = int(patterns(self.asked.seed, np.array([number]))[0])
        place = next(place for place, (bit, *_) in enumerate(KINDS) if held & bit)
        [value] = values(np.array([place]), np.array([number]))
        _, name, scope = KINDS[place]
        return {
            "id": f"{kind}-{number}",
            "type": kind,
            "occurred_at": datetime.now(UTC).isoformat(),
            "source": "mall",
            "identifiers": [{"kind": name, "value": value} | ({"scope": scope} if scope else {})],
            "properties": {},
        }


_CATEGORIES = "SELECT category_code FROM catalog.product GROUP BY 1 ORDER BY count(*) DESC LIMIT 12"
_REGIONS = "SELECT code FROM merchant.unit WHERE kind = 'region' ORDER BY code LIMIT 4"
_SKUS = "SELECT sku FROM catalog.product ORDER BY sku LIMIT 4"


def _count_differing(tx: ReadTx, now: datetime) -> int:
    stored, wrong = _stored_members(tx), 0
    for number, segment in enumerate(reads.list_active(tx)):
        tree, context = reads.resolve(tx, segment.rule, segment.id)
        wanted = warehouse.members(tx, tree, replace(context, now=now))
        assert wanted is not None
        wrong += len(wanted ^ stored[number])
    return wrong


def _stored_members(tx: ReadTx) -> list[BitMap]:
    """Of every active segment, as they are listed: the ordinals of its members, in one pass over all."""
    active = [segment.id for segment in reads.list_active(tx)]
    text = BytesIO()
    tx.unload(_MEMBERS, {"ids": active}, text)
    found = np.fromstring(text.getvalue().decode(), np.int64, sep="\n")
    found.sort()
    starts = np.searchsorted(found >> 32, np.arange(len(active) + 1))
    return [
        bitmap((found[start:end] & 0xFFFFFFFF).astype(np.uint32)) for start, end in pairwise(starts)
    ]


_MEMBERS = """
    SELECT (s.place - 1 << 32) | c.ordinal
    FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS s (id, place)
    JOIN segment.member m ON m.merchant_id = %(merchant)s AND m.segment_id = s.id
    JOIN identity.customer c ON c.merchant_id = m.merchant_id AND c.id = m.customer_id
"""


class _Load:
    """Requests at a steady rate, and a reader of one segment, at once."""

    def __init__(self, bench: _Bench, rate: int, probed: list[int], bodies: list[bytes]) -> None:
        self._bench = bench
        self._gap = REQUEST_EVENTS / rate
        self._probed, self._bodies = probed, bodies
        self._sent_at: dict[int, float] = {}
        self._latencies: list[float] = []
        self._is_sent = False

    async def run(self) -> list[float]:
        """Latencies in ms; of probes never seen, how long they have been waited for."""
        reader = asyncio.create_task(self._read())
        plant = self._bench.plant
        async with httpx2.AsyncClient(
            base_url=plant.supervisor.config.url,
            headers={"Authorization": f"Bearer {plant.base.key}"},
            timeout=120,
        ) as api:
            started = time.monotonic()
            posts = []
            for place, number in enumerate(self._probed):
                await asyncio.sleep(max(0.0, started + place * self._gap - time.monotonic()))
                posts.append(asyncio.create_task(self._post(api, number, self._bodies[place])))
            await asyncio.gather(*posts)
        self._is_sent = True
        await reader
        now = time.monotonic()
        self._bench.asked.say(f"{len(self._sent_at)} probes not seen in time")
        return self._latencies + [(now - at) * 1_000 for at in self._sent_at.values()]

    async def _post(self, api: httpx2.AsyncClient, number: int, body: bytes) -> None:
        self._sent_at[number + 1] = time.monotonic()
        answer = await api.post(
            "/v1/events", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 202, answer.text[:300]

    async def _read(self) -> None:
        plant = self._bench.plant
        params = [plant.base.merchant, self._bench.segments[0], datetime.now(UTC)]
        seen: set[int] = set()
        deadline = None
        async with await psycopg.AsyncConnection.connect(
            plant.supervisor.dsn, autocommit=True
        ) as reader:
            while not self._is_sent or self._sent_at:
                if self._is_sent:
                    deadline = deadline or time.monotonic() + _PATIENCE_SECONDS
                    if time.monotonic() > deadline:
                        return
                for ordinal, at in await (await reader.execute(_ENTERED, params)).fetchall():
                    params[2] = at
                    if ordinal not in seen and ordinal in self._sent_at:
                        seen.add(ordinal)
                        waited = time.monotonic() - self._sent_at.pop(ordinal)
                        self._latencies.append(waited * 1_000)
                await asyncio.sleep(_LOOK_SECONDS)


_ENTERED = """
    SELECT c.ordinal, m.entered_at FROM segment.change g
    JOIN segment.member m ON m.merchant_id = g.merchant_id AND m.segment_id = g.segment_id
         AND m.customer_id = g.customer_id
    JOIN identity.customer c ON c.merchant_id = g.merchant_id AND c.id = g.customer_id
    WHERE g.merchant_id = %s AND g.segment_id = %s AND g.at >= %s ORDER BY m.entered_at
"""
