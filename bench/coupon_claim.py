"""Claims: everybody wants a coupon of one template at the same moment.

`writer_per_s` is the batching writer alone, claims handed to it as fast as it takes them, on the hot
template: limits checked, coupons, stock and ledger written, durable. Its baseline is the same claim
as a transaction of its own, from as many threads as make it fastest. `http_*` goes through the real
API process (keep-alive connections, one claim a request); `http_p99_ms` is from the request's start
to the answer. `*_cpu_us` is the processor time of a claim (the writer's process and PostgreSQL; API, worker and
PostgreSQL without who asks), which tells what it costs also on a machine that has other work.
`over_issued` counts, over all templates of the run: coupons beyond the stock or a
customer's limit, coupons answered that are not there or are somebody else's, and invariants of the
ledger that do not hold. A quarter of the claims are repeated or come too late.
"""

import asyncio
import os
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import uvloop

from bench.base import home
from bench.base.files import warm
from bench.base.memory import cpu_seconds
from bench.base.plant import Plant, running
from huitou.api.claims import make_claims
from huitou.base.db import Database
from huitou.benchmark import Asked, Figure, Report, better
from huitou.benefit.actions import coupons, templates
from huitou.benefit.reads import ledger
from huitou.benefit.rules import codes
from huitou.benefit.rules.coupons import claim_of
from huitou.benefit.types.coupons import Claim, Taken
from huitou.benefit.types.templates import Promise

CUSTOMERS = 100_000
CLAIMS = 200_000
_SINGLE_SHARE, _HTTP_SHARE = 50, 3
WAITING, SINGLE_THREADS, CONNECTIONS = 4_000, 16, 200
_LATE = 0.25


@dataclass
class Run:
    """A template, who asks for it, and what was answered."""

    template_id: UUID
    stock: int
    asked: list[Claim]
    answers: list[Taken] = field(default_factory=list)
    of: list[UUID] = field(default_factory=list)


def run(asked: Asked) -> Report:
    """Measure the writer (`asked.events` claims), HTTP (a third) and the baseline (a fiftieth)."""
    claims = asked.events or CLAIMS
    sizes = (claims, claims // _SINGLE_SHARE, claims // _HTTP_SHARE)
    base = home.prepare(
        asked.folder, customers=asked.customers or CUSTOMERS, seed=asked.seed, say=asked.say
    )
    dice = Random(asked.seed)
    with running(base, workers=1, say=asked.say) as plant:
        warm(base.folder)
        people = _customers(plant)
        writer, single, http = (_prepare(plant, people, count, dice) for count in sizes)
        single_per_s = _measure_single(plant.database, base.merchant, single)
        asked.say(f"one claim a transaction: {single_per_s:,.0f} claims/s")
        used = time.process_time() + cpu_seconds(os.getpid())
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            writer_per_s = runner.run(_measure_writer(plant.database, base.merchant, writer))
        writer_cpu = time.process_time() + cpu_seconds(os.getpid()) - used
        asked.say(f"the writer: {writer_per_s:,.0f} claims/s")
        used = cpu_seconds(os.getpid())
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            http_per_s, durations = runner.run(_measure_http(plant, http))
        http_cpu = cpu_seconds(os.getpid()) - used
        p99_ms = statistics.quantiles(durations, n=100)[98] * 1_000
        asked.say(f"HTTP: {http_per_s:,.0f} claims/s, p99 {p99_ms:.0f} ms")
        wrong = _count_wrong(plant, [writer, single, http])
    return Report(
        {
            "writer_per_s": better(writer_per_s, single_per_s, "claims/s"),
            "http_per_s": better(http_per_s, single_per_s, "claims/s"),
            "http_p99_ms": Figure(round(p99_ms, 1), "ms"),
            "writer_cpu_us": Figure(round(writer_cpu * 1e6 / sizes[0], 1), "us"),
            "http_cpu_us": Figure(round(http_cpu * 1e6 / sizes[2], 1), "us"),
            "over_issued": Figure(wrong, "coupons"),
        },
        base.scale() | {"claims": sum(sizes), "connections": CONNECTIONS},
    )


def _customers(plant: Plant) -> list[UUID]:
    with plant.database.read(plant.base.merchant) as tx:
        return tx.column(
            "SELECT id FROM identity.customer WHERE merchant_id = %(merchant)s AND id = root_id"
            " AND state = 'live' ORDER BY ordinal"
        )


def _prepare(plant: Plant, people: Sequence[UUID], count: int, dice: Random) -> Run:
    """A template whose stock runs out before the claims do; some claims come twice."""
    per_customer = -(-count // len(people)) + 1
    stock = int(count * (1 - _LATE))
    promise = Promise.model_validate(
        {
            "name": "抢券",
            "benefit": {"kind": "full_reduction", "threshold_fen": 10_000, "off_fen": 1_000},
            "window": {"kind": "relative", "days": 7},
            "claiming": {},
            "per_customer": per_customer,
            "stock": stock,
        }
    )
    with plant.database.write(plant.base.merchant) as tx:
        template = templates.publish(tx, templates.add(tx, promise).id)
    asked = []
    for number in range(count):
        if asked and dice.random() < 0.02:
            asked.append(asked[-dice.randint(1, min(len(asked), 500))])
            continue
        customer = people[number % len(people)]
        asked.append(Claim(customer, claim_of(f"claim {number}", customer)))
    return Run(template.id, stock, asked)


def _measure_single(database: Database, merchant: UUID, run: Run) -> float:
    waiting, lock = iter(run.asked), threading.Lock()

    def work() -> None:
        while True:
            with lock:
                claim = next(waiting, None)
            if claim is None:
                return
            with database.write(merchant) as tx:
                [taken] = coupons.take(tx, run.template_id, [claim])
            with lock:
                run.answers.append(taken)
                run.of.append(claim.customer_id)

    threads = [threading.Thread(target=work) for _ in range(SINGLE_THREADS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(run.asked) / (time.monotonic() - started)


async def _measure_writer(database: Database, merchant: UUID, run: Run) -> float:
    writer, group = make_claims(database), (merchant, run.template_id)
    waiting = iter(run.asked)

    async def work() -> None:
        for claim in waiting:
            run.answers.append(await writer.add(group, claim))
            run.of.append(claim.customer_id)

    started = time.monotonic()
    await asyncio.gather(*(work() for _ in range(WAITING)))
    return len(run.asked) / (time.monotonic() - started)


class _Connection(asyncio.Protocol):
    """One keep-alive connection: a request, its answer, the next request."""

    def __init__(
        self, requests: Iterator[tuple[bytes, UUID]], run: Run, times: list[float]
    ) -> None:
        self._requests, self._run, self._times = requests, run, times
        self._received, self._customer = b"", UUID(int=0)
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        at = head.lower().find(b"content-length: ")
        if at < 0 or len(body) < int(head[at + 16 :].split(b"\r\n", 1)[0]):
            return
        assert head.startswith(b"HTTP/1.1 200"), self._received
        self._times.append(time.monotonic() - self._sent)
        self._run.answers.append(msgspec.json.decode(body, type=Taken))
        self._run.of.append(self._customer)
        self._received = b""
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("closed in the middle"))

    def _send(self) -> None:
        following = next(self._requests, None)
        if following is None:
            self.done.set_result(None)
            self._transport.close()
            return
        request, self._customer = following
        self._sent = time.monotonic()
        self._transport.write(request)


async def _measure_http(plant: Plant, run: Run) -> tuple[float, list[float]]:
    port = plant.supervisor.config.port
    head = (
        f"POST /v1/coupon-templates/{run.template_id}/claim HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {plant.base.key}\r\nContent-Type: application/json\r\n"
    )
    requests = [(_request(head, claim), claim.customer_id) for claim in run.asked]
    waiting, times = iter(requests), list[float]()
    loop = asyncio.get_running_loop()
    started = time.monotonic()
    made = [
        await loop.create_connection(lambda: _Connection(waiting, run, times), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(connection.done for _, connection in made))
    return len(run.asked) / (time.monotonic() - started), times


def _request(head: str, claim: Claim) -> bytes:
    body = f'{{"customer":"{claim.customer_id}","key":"{claim.claim}"}}'
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def _count_wrong(plant: Plant, runs: Sequence[Run]) -> int:
    wrong = 0
    with plant.database.read(plant.base.merchant) as tx:
        for run in runs:
            rows: list[dict[str, Any]] = tx.rows(
                dict,
                "SELECT serial, customer_id FROM benefit.coupon"
                " WHERE merchant_id = %(merchant)s AND template_id = %(template)s",
                {"template": run.template_id},
            )
            found = {row["serial"]: row["customer_id"] for row in rows}
            wrong += max(0, len(found) - run.stock)
            wrong += abs(len(found) - sum(each.outcome == "issued" for each in run.answers))
            wrong += len(run.asked) - len(run.answers)
            for taken, customer in zip(run.answers, run.of, strict=True):
                if taken.code is not None:
                    serial = codes.read(tx.keys.codes, taken.code)[1]
                    wrong += found.get(serial) != customer
        wrong += sum(broken.count for broken in ledger.check(tx))
    return wrong
