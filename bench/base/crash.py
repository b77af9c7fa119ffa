"""Kill -9 while events come in, and what became of those that were acknowledged."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import httpx2

from bench.base.home import Base
from bench.base.plant import Plant, is_caught_up, is_ready, running, until
from bench.base.traffic import Event, Traffic, encoded

VICTIMS = ("api", "worker-1", "postgres")
_REQUEST_EVENTS = 50
_LOOK_SECONDS = 0.2
_REQUESTS_MAX = 20_000
_PAUSE_SECONDS = (0.2, 2.0)
_SENDERS = 2

Say = Callable[[str], None]


def count_lost(base: Base, *, kills: int, seed: int, say: Say) -> int:
    """Acknowledged events that are not in the log exactly once, or not counted exactly once.

    `kills` times a random one of API, worker and database is killed at a random moment, and comes
    back by itself. Senders send a request again until it is answered, as tills do.
    """
    random = Random(seed)
    with running(base, workers=1, say=say) as plant, _looked_after(plant), plant.api as api:
        sender = _Sender(plant, seed)
        sender.start()
        for number in range(kills):
            time.sleep(random.uniform(*_PAUSE_SECONDS))
            victim = random.choice(VICTIMS)
            pid = plant.supervisor.pids().get(victim)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
            until(lambda: is_ready(api), "it never came back")
            say(
                f"kill {number + 1} of {kills}: {victim}; {len(sender.acknowledged):,} acknowledged"
            )
        sender.stop()
        until(lambda: is_caught_up(api), "the streams never caught up")
        wrong = _wrong(plant, list(sender.acknowledged.values()))
    say(f"{len(sender.acknowledged):,} acknowledged, {len(wrong)} lost or not counted once")
    return len(wrong)


@contextmanager
def _looked_after(plant: Plant) -> Iterator[None]:
    """The supervisor starts again what was killed, as under `huitou serve`."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            plant.supervisor.look_after()

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


class _Sender:
    """Sends from several threads; remembers what was acknowledged."""

    def __init__(self, plant: Plant, seed: int) -> None:
        self.acknowledged: dict[tuple[str, str], Event] = {}
        self._plant, base = plant, plant.base
        self._over = threading.Event()
        self._lock = threading.Lock()
        run = f"k{base.made_at:%m%d}{time.time_ns() // 10**9:x}"
        self._traffic = [Traffic(base.customers, seed, f"{run}{n}") for n in range(_SENDERS)]
        self._threads = [
            threading.Thread(target=self._send_all, args=(each,)) for each in self._traffic
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _send_all(self, traffic: Traffic) -> None:
        with self._plant.api as api:
            for _ in range(_REQUESTS_MAX):
                if self._over.is_set():
                    return
                [events] = traffic.requests(_REQUEST_EVENTS, _REQUEST_EVENTS)
                [body] = encoded([events])
                answer = self._answer(api, body)
                rejected = {item["index"] for item in answer["rejected"]}
                with self._lock:
                    for index, event in enumerate(events):
                        if index not in rejected:
                            self.acknowledged[event["source"], event["id"]] = event

    def _answer(self, api: httpx2.Client, body: bytes) -> Any:
        """Sent again until there is one; events whose first answer was not heard are duplicates."""
        while True:
            try:
                answer = api.post("/v1/events", content=body, timeout=20)
            except httpx2.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status_code == 202:
                return answer.json()
            assert answer.status_code >= 500, answer.text[:300]
            time.sleep(0.05)


def _wrong(plant: Plant, events: list[Event]) -> set[tuple[str, str]]:
    """Which events are not in the log once, of nobody, or (orders, refunds) not counted once."""
    with plant.database.write(plant.base.merchant, principal="bench") as tx:
        tx.load("acknowledged", _COLUMNS, [_row(event) for event in events])
        found = tx.rows(dict, _WRONG)
        uncounted = tx.column(_UNCOUNTED)
    wrong = {(row["source"], row["id"]) for row in found}
    return wrong | {("order.total", str(customer)) for customer in uncounted}


_COLUMNS = {
    "source": "text",
    "id": "text",
    "type": "text",
    "unit": "text",
    "order_no": "text",
    "fen": "bigint",
}


def _row(event: Event) -> list[Any]:
    said = event["properties"]
    fen = said.get("paid_fen", said.get("refund_fen"))
    head = [event["source"], event["id"], event["type"], event.get("unit")]
    return [*head, said.get("order_no"), fen]


_WRONG = """
    SELECT a.source, a.id FROM pg_temp.acknowledged a
    LEFT JOIN LATERAL (
        SELECT count(*) AS count, max(l.position) AS position FROM event.seen s
        JOIN event.log l ON l.merchant_id = s.merchant_id AND l.position = s.position
             AND l.source = s.source AND l.id = s.id
        WHERE s.merchant_id = %(merchant)s AND s.source = a.source AND s.id = a.id) AS log ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS count FROM identity.resolved r
        WHERE r.merchant_id = %(merchant)s AND r.position = log.position) AS resolved ON true
    LEFT JOIN merchant.unit u ON u.merchant_id = %(merchant)s AND u.code = a.unit
    LEFT JOIN LATERAL (
        SELECT count(*) AS count FROM "order".purchase p
        WHERE a.type = 'order.paid' AND p.merchant_id = %(merchant)s AND p.unit_id = u.id
          AND p.order_no = a.order_no AND p.paid_fen = a.fen AND p.position = log.position
          AND p.paid_fen - p.shipping_fen = (
              SELECT sum(i.paid_fen) FROM "order".line i
              WHERE i.merchant_id = p.merchant_id AND i.order_id = p.id)) AS paid ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS count FROM "order".refund r
        JOIN "order".purchase p ON p.merchant_id = r.merchant_id AND p.id = r.order_id
        WHERE a.type = 'order.refunded' AND r.merchant_id = %(merchant)s AND p.unit_id = u.id
          AND p.order_no = a.order_no AND r.refund_fen = a.fen) AS refunded ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS count FROM "order".waiting_refund w
        WHERE a.type = 'order.refunded' AND w.merchant_id = %(merchant)s AND w.unit_id = u.id
          AND w.order_no = a.order_no AND w.position = log.position) AS waiting ON true
    WHERE log.count <> 1 OR resolved.count <> 1
       OR a.type = 'order.paid' AND paid.count <> 1
       OR a.type = 'order.refunded' AND refunded.count + waiting.count <> 1
"""

_UNCOUNTED = """
    SELECT p.customer_id FROM "order".purchase p
    JOIN (SELECT DISTINCT q.customer_id FROM pg_temp.acknowledged a
          JOIN merchant.unit u ON u.merchant_id = %(merchant)s AND u.code = a.unit
          JOIN "order".purchase q ON q.merchant_id = %(merchant)s AND q.unit_id = u.id
               AND q.order_no = a.order_no
          WHERE a.type = 'order.paid') AS touched ON touched.customer_id = p.customer_id
    LEFT JOIN "order".total t ON t.merchant_id = p.merchant_id AND t.customer_id = p.customer_id
    WHERE p.merchant_id = %(merchant)s
    GROUP BY p.customer_id, t.order_count, t.paid_fen, t.refunded_fen
    HAVING (count(*), sum(p.paid_fen - p.refunded_fen), sum(p.refunded_fen))
        IS DISTINCT FROM (t.order_count::bigint, t.paid_fen::numeric, t.refunded_fen::numeric)
"""
