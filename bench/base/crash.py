"""Kill -9 while events come in, and what became of those that were acknowledged."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx2

from bench.base.home import Base
from bench.base.plant import client, free_port, is_caught_up, is_ready, until
from bench.base.traffic import Event, Traffic, encoded
from huitou import wiring
from huitou.base.crypto import MasterKey
from huitou.base.db import Database

VICTIMS = ("huitou.api", "huitou.worker", "postgres")
_REQUEST_EVENTS = 50
_STARTS_MAX = 5
_REQUESTS_MAX = 20_000
_PAUSE_SECONDS = (0.2, 2.0)
_SENDERS = 2

Say = Callable[[str], None]


def count_lost(base: Base, *, kills: int, seed: int, say: Say) -> int:
    """Acknowledged events that are not in the log exactly once, or not counted exactly once.

    `kills` times a random one of API, worker and database is killed at a random moment, and comes
    back by itself. Senders send a request again until it is answered, as tills do.
    """
    wiring.wire()
    random = Random(seed)
    port = free_port()
    with _served(base, port) as (supervisor, api):
        sender = _Sender(base, port, seed)
        sender.start()
        for number in range(kills):
            time.sleep(random.uniform(*_PAUSE_SECONDS))
            victim = random.choice(VICTIMS)
            pid = _child(supervisor.pid, victim)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
            _await(supervisor, api)
            assert supervisor.poll() is None, "the supervisor ended"
            say(
                f"kill {number + 1} of {kills}: {victim}; {len(sender.acknowledged):,} acknowledged"
            )
        sender.stop()
        until(lambda: is_caught_up(api), "the streams never caught up")
        dsn = (base.folder / "run" / "dsn").read_text().strip()
        wrong = _wrong(dsn, base, list(sender.acknowledged.values()))
    say(f"{len(sender.acknowledged):,} acknowledged, {len(wrong)} lost or not counted once")
    return len(wrong)


class _Sender:
    """Sends from several threads; remembers what was acknowledged."""

    def __init__(self, base: Base, port: int, seed: int) -> None:
        self.acknowledged: dict[tuple[str, str], Event] = {}
        self._base, self._port = base, port
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
        with client(self._base, self._port) as api:
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


def _wrong(dsn: str, base: Base, events: list[Event]) -> set[tuple[str, str]]:
    """Which events are not in the log once, of nobody, or (orders, refunds) not counted once."""
    database = Database(dsn, MasterKey.load(base.folder / "keys" / "master.key"))
    try:
        with database.write(base.merchant, principal="bench") as tx:
            tx.load(
                "acknowledged",
                {
                    "source": "text",
                    "id": "text",
                    "type": "text",
                    "unit": "text",
                    "order_no": "text",
                    "fen": "bigint",
                },
                [_row(event) for event in events],
            )
            found = tx.rows(dict, _WRONG)
            uncounted = tx.column(_UNCOUNTED)
    finally:
        database.close()
    wrong = {(row["source"], row["id"]) for row in found}
    return wrong | {("order.total", str(customer)) for customer in uncounted}


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


@contextmanager
def _served(base: Base, port: int) -> Iterator[tuple[subprocess.Popen[bytes], httpx2.Client]]:
    """`huitou serve` on the base, whose supervisor starts again what is killed. On a machine that is
    too busy for its patience it gives up, and is started again as a service manager would."""
    with client(base, port) as api:
        for _ in range(_STARTS_MAX):
            supervisor = _serve(base, port)
            _await(supervisor, api)
            if supervisor.poll() is None:
                break
        else:
            raise SystemExit(f"huitou serve never came up; see {base.folder / 'logs'}")
        try:
            yield supervisor, api
        finally:
            supervisor.send_signal(signal.SIGINT)
            supervisor.wait(60)


def _await(supervisor: subprocess.Popen[bytes], api: httpx2.Client) -> None:
    until(lambda: is_ready(api) or supervisor.poll() is not None, "it never came up")


def _serve(base: Base, port: int) -> subprocess.Popen[bytes]:
    log = base.folder / "logs" / "serve.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = ["serve", "--port", str(port), "--data", str(base.folder), "--no-simulators"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HUITOU_")}
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "huitou.cli", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def _child(parent: int, word: str) -> int | None:
    """The process under `parent` with `word` in its command, if it runs now."""
    for task in Path(f"/proc/{parent}/task").iterdir():
        for pid in (task / "children").read_text().split():
            command = Path(f"/proc/{pid}/cmdline")
            if word in command.read_bytes().replace(b"\0", b" ").decode():
                return int(pid)
    return None
