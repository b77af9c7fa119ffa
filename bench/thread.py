"""The thread: from an event sent to the line on an associate's open page, under load.

The real processes run (API, worker, embedded PostgreSQL with fsync on): 500 events a second come in
by HTTP in small requests, among them orders of customers who had a message; pages of associates are
open as server-sent events. `visible_*` is from the request's start to the line's arrival. Beside it,
in the same minute on the same server, a bare commit with NOTIFY is timed as the floor.
`accepted_per_s` is intake alone, full requests one after another; its baseline is raw COPY of the
same rows into a table without indexes.
"""

import asyncio
import json
import statistics
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg

from huitou import wiring
from huitou.api.channels import simulator_url
from huitou.base.config import Config
from huitou.base.db import Database
from huitou.benchmark import Asked, Figure, Report
from huitou.merchant import actions as merchants
from huitou.merchant.rules import PERMISSIONS
from huitou.merchant.types import NewStaff, NewUnit
from huitou.serve import Supervisor

EVENTS_PER_SECOND = 500
REQUEST_EVENTS = 10
WATCHED = 10
STORES, ASSOCIATES = 12, 60
CONTACTED = 400
CUSTOMERS, SEED = 2_000, 1
PORT = 8790
_INTAKE_SECONDS = 6.0

Say = Callable[[str], None]


def run(asked: Asked) -> Report:
    """Measure for `asked.seconds`; makes its base first if there is none."""
    with Bed(asked.folder, asked.say) as bed:
        bed.make_base(CUSTOMERS, SEED)
        latencies, floor, sent = asyncio.run(Load(bed, asked.seconds).run())
        asked.say(f"{len(latencies)} lines seen of {sent} orders")
        assert len(latencies) >= 0.99 * sent, "lines were lost"
        accepted = bed.measure_intake()
        copied = bed.measure_copy()
    cuts, floor_cuts = statistics.quantiles(latencies, n=100), statistics.quantiles(floor, n=100)
    return Report(
        figures={
            "visible_p50_ms": _duration(cuts[49], floor_cuts[49]),
            "visible_p99_ms": _duration(cuts[98], floor_cuts[98]),
            "accepted_per_s": Figure(
                round(accepted), "events/s", round(copied), round(accepted / copied, 4)
            ),
        },
        scale={
            "customers": CUSTOMERS,
            "events": int(EVENTS_PER_SECOND * asked.seconds),
            "rows": len(latencies),
            "seed": SEED,
        },
    )


def _duration(value: float, baseline: float) -> Figure:
    return Figure(round(value, 1), "ms", round(baseline, 2), round(baseline / value, 4))


class Bed:
    """An installation of its own."""

    def __init__(self, folder: Path, say: Say) -> None:
        wiring.wire()
        self.config = Config(folder, "127.0.0.1", PORT)
        self.say = say
        self.supervisor = Supervisor(self.config, say=say)
        self.state: dict[str, Any] = {}

    def __enter__(self) -> "Bed":
        self.supervisor.open_database()
        self.database: Database = self.supervisor.open()
        for name, module in (
            ("simulators", "huitou.simulators"),
            ("api", "huitou.api"),
            ("worker", "huitou.worker"),
        ):
            self.supervisor.add(name, module)
        self.supervisor.mark_ready()
        self._wait_until_ready()
        return self

    def __exit__(self, *error: object) -> None:
        self.database.close()
        self.supervisor.stop()

    @property
    def api(self) -> httpx2.Client:
        headers = {"Authorization": f"Bearer {self.state['key']}"}
        return httpx2.Client(base_url=self.config.url, headers=headers, timeout=120)

    def make_base(self, customers: int, seed: int) -> None:
        """What the load needs; kept in the folder. Messages count for seven days, then anew."""
        path = self.config.data / "thread.json"
        if path.exists():
            self.state = json.loads(path.read_text())
            made_at = datetime.fromisoformat(self.state["made_at"])
            if made_at > datetime.now(UTC) - timedelta(days=6):
                return
            raise SystemExit(f"the base is over six days old; delete {self.config.data}")
        self.say(f"making the base: {customers} customers")
        self._found()
        with self.api as api:
            self._add_customers(api, customers, Random(seed))
            self._contact(api)
        self.state["made_at"] = datetime.now(UTC).isoformat()
        path.write_text(json.dumps(self.state))

    def measure_intake(self) -> float:
        """Events a second, 1,000 a request, two requests under way."""
        bodies = [
            json.dumps({"events": [self._view(number) for number in range(1_000)]}).encode()
            for _ in range(60)
        ]
        queue, lock, counts = iter(bodies), threading.Lock(), []
        deadline = time.monotonic() + _INTAKE_SECONDS

        def post() -> None:
            with self.api as api:
                while time.monotonic() < deadline:
                    with lock:
                        body = next(queue, None)
                    if body is None:
                        return
                    answer = api.post(
                        "/v1/events", content=body, headers={"Content-Type": "application/json"}
                    ).json()
                    counts.append(answer["accepted"])

        started = time.monotonic()
        threads = [threading.Thread(target=post) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        accepted: int = sum(counts)
        return accepted / (time.monotonic() - started)

    def measure_copy(self) -> float:
        """Rows a second by COPY of the same events into a bare table, one commit."""
        rows = [
            [
                *(number, f"id-{number}", "mall", "product.viewed"),
                *(datetime.now(UTC), datetime.now(UTC), None, [number], [True], '{"sku": "S1"}'),
            ]
            for number in range(60_000)
        ]
        with psycopg.connect(self.supervisor.dsn) as connection:
            connection.execute(
                "CREATE TEMP TABLE bare (position bigint, id text, source text, type text,"
                " occurred_at timestamptz, received_at timestamptz, unit_id uuid, ids bigint[],"
                " verified boolean[], properties jsonb)"
            )
            started = time.monotonic()
            with connection.cursor().copy("COPY bare FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            connection.commit()
            return len(rows) / (time.monotonic() - started)

    def _view(self, number: int) -> dict[str, Any]:
        return {
            "id": uuid4().hex,
            "type": "product.viewed",
            "occurred_at": datetime.now(UTC).isoformat(),
            "source": "mall",
            "identifiers": [_card(number % self.state["customers"])],
            "properties": {"sku": f"S{number % 200}"},
        }

    def _found(self) -> None:
        with self.database.owner() as owner:
            merchant = merchants.found_merchant(
                owner, self.database.master, name="bench", now=self.database.clock()
            )
        units = [NewUnit("hq", "hq", "headquarters")]
        units += [NewUnit(f"s{n}", f"s{n}", "store", "hq") for n in range(STORES)]
        staff = [
            NewStaff(f"a{n}", f"a{n}", "associate", f"s{n % STORES}", f"wc-a{n}")
            for n in range(ASSOCIATES)
        ]
        with self.database.write(merchant.id, principal="bench") as tx:
            merchants.add_units(tx, units)
            people = merchants.add_staff(tx, staff)
            for source in ("pos", "mall", "wecom"):
                merchants.add_connector(tx, source, source)
            key = merchants.add_key(tx, "bench", PERMISSIONS).secret
        self.state |= {
            "merchant": str(merchant.id),
            "key": key,
            "staff": {person.code: str(person.id) for person in people},
        }

    def _add_customers(self, api: httpx2.Client, customers: int, random: Random) -> None:
        self.state["customers"] = customers
        long_ago = (datetime.now(UTC) - timedelta(days=60)).isoformat()
        events: list[dict[str, Any]] = []
        for number in range(customers):
            known = [_card(number), _friend(number)]
            base = {"occurred_at": long_ago, "source": "wecom", "identifiers": known}
            staff = {"staff": f"wc-a{number % ASSOCIATES}"}
            consent = {"channel": "wecom", "purpose": "marketing"}
            events += [
                {**base, "id": f"add-{number}", "type": "contact.added", "properties": staff},
                {**base, "id": f"yes-{number}", "type": "consent.given", "properties": consent},
            ]
            events += [
                _order(number, f"old-{number}-{n}", random)
                | {"occurred_at": (datetime.now(UTC) - timedelta(days=10 * n + 1)).isoformat()}
                for n in range(3)
            ]
        for at in range(0, len(events), 500):
            _post(api, "/v1/events", {"events": events[at : at + 500]})
        _post(api, "/v1/channels/wecom/simulate", {})
        members = [{"userid": f"wc-a{n}", "name": f"a{n}"} for n in range(ASSOCIATES)]
        friends = [
            {
                "userid": f"wc-a{number % ASSOCIATES}",
                "external_userid": f"wm{number}",
                "name": f"c{number}",
            }
            for number in range(customers)
        ]
        with httpx2.Client(base_url=simulator_url(self.config, "wecom"), timeout=60) as wecom:
            _post(wecom, "/sim/members", {"members": members})
            _post(wecom, "/sim/friendships", {"friendships": friends, "callback": False})
        self._wait_for(lambda: all(s["behind"] == 0 for s in _get(api, "/v1/lag")["streams"]))

    def _contact(self, api: httpx2.Client) -> None:
        """A care task to the customers of the watched associates, sent and confirmed."""
        self.say("sending messages")
        plan = {
            "name": "bench",
            "goal": "bench",
            "source": {"rule": {"v": 1, "all": [_ever()]}},
            "copy": "hello {name}",
            "product_mode": "none",
            "deadline": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
            "holdout_bp": 0,
        }
        campaign = _post(api, "/v1/campaigns", plan)
        _post(api, f"/v1/campaigns/{campaign['id']}/publish", {})
        self._wait_for(lambda: _get(api, f"/v1/campaigns/{campaign['id']}")["state"] == "live")
        contacted: list[str] = []
        for number in range(WATCHED):
            staff = self.state["staff"][f"a{number}"]
            items = _get(api, f"/v1/tasks?associate={staff}&state=open&limit=200")["items"]
            for task in items[: CONTACTED // WATCHED]:
                _post(api, f"/v1/tasks/{task['id']}/send", {})
                contacted.append(task["id"])
        with httpx2.Client(base_url=simulator_url(self.config, "wecom"), timeout=60) as wecom:
            self._wait_for(lambda: self._confirm(api, wecom))
        numbers = range(self.state["customers"])
        delivered = {message["customer_id"] for message in _pages(api, "/v1/messages?limit=200")}
        self.state["contacted"] = [
            number
            for number in numbers
            if number % ASSOCIATES < WATCHED
            and _get(api, f"/v1/customers?identifier=card:{88000000 + number}@default")["id"]
            in delivered
        ]

    def _confirm(self, api: httpx2.Client, wecom: httpx2.Client) -> bool:
        for number in range(WATCHED):
            wecom.post("/sim/confirm", json={"userid": f"wc-a{number}"})
        states = [message["state"] for message in _pages(api, "/v1/messages?limit=200")]
        return bool(states) and all(state == "delivered" for state in states)

    def _wait_until_ready(self) -> None:
        def is_ready() -> bool:
            try:
                return httpx2.get(f"{self.config.url}/readyz", timeout=2).status_code == 200
            except httpx2.HTTPError:
                return False

        self._wait_for(is_ready)

    def _wait_for(self, test: Callable[[], bool], seconds: float = 300) -> None:
        deadline = time.monotonic() + seconds
        while not test():
            assert time.monotonic() < deadline, "the bench's base was not made in time"
            time.sleep(0.5)


class Load:
    """Events at a steady rate, pages that watch, and the floor, all at once."""

    def __init__(self, bed: Bed, seconds: float) -> None:
        self.bed = bed
        self.seconds = seconds
        self.sent_at: dict[tuple[int, str], float] = {}
        self.latencies: list[float] = []
        self.floor: list[float] = []
        self.is_over = False
        self.random = Random(SEED)

    async def run(self) -> tuple[list[float], list[float], int]:
        """Latencies and floor in ms, and how many lines there should be."""
        pages = [asyncio.create_task(self._watch(number)) for number in range(WATCHED)]
        floor = asyncio.create_task(self._measure_floor())
        await asyncio.sleep(2)
        await self._send_all()
        for _ in range(100):
            if not self.sent_at:
                break
            await asyncio.sleep(0.1)
        self.is_over = True
        await floor
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
        return self.latencies, self.floor, len(self.latencies) + len(self.sent_at)

    async def _send_all(self) -> None:
        headers = {"Authorization": f"Bearer {self.bed.state['key']}"}
        count = int(self.seconds * EVENTS_PER_SECOND / REQUEST_EVENTS)
        gap = REQUEST_EVENTS / EVENTS_PER_SECOND
        async with httpx2.AsyncClient(
            base_url=self.bed.config.url, headers=headers, timeout=60
        ) as api:
            started = time.monotonic()
            posts = []
            for number in range(count):
                await asyncio.sleep(max(0.0, started + number * gap - time.monotonic()))
                posts.append(asyncio.create_task(self._send(api)))
            await asyncio.gather(*posts)

    async def _send(self, api: httpx2.AsyncClient) -> None:
        events = []
        contacted = self.bed.state["contacted"]
        for place in range(REQUEST_EVENTS):
            if place == 0:
                number = self.random.choice(contacted)
                event = _order(number, uuid4().hex, self.random)
                amount = event["properties"]["paid_fen"]
                self.sent_at[amount, event["occurred_at"]] = time.monotonic()
            elif place < 4:
                number = self.random.randrange(self.bed.state["customers"])
                while number in contacted:
                    number = self.random.randrange(self.bed.state["customers"])
                event = _order(number, uuid4().hex, self.random)
            else:
                event = self.bed._view(self.random.randrange(self.bed.state["customers"]))
            events.append(event)
        answer = await api.post("/v1/events", json={"events": events})
        assert answer.json()["accepted"] == REQUEST_EVENTS, answer.text

    async def _watch(self, number: int) -> None:
        """One associate's open page."""
        staff = UUID(self.bed.state["staff"][f"a{number}"])
        with self.bed.database.write(UUID(self.bed.state["merchant"])) as tx:
            token = merchants.open_session(tx, staff, "phone")
        async with (
            httpx2.AsyncClient(
                base_url=self.bed.config.url, cookies={"huitou_phone": token}, timeout=None
            ) as page,
            page.stream("GET", "/v1/stream?surface=phone") as lines,
        ):
            async for line in lines.aiter_lines():
                if line.startswith("data: ") and '"kind":"commission"' in line:
                    note = json.loads(line.removeprefix("data: "))
                    at = datetime.fromisoformat(note["at"]).isoformat()
                    sent = self.sent_at.pop((note["paid_fen"], at), None)
                    if sent is not None:
                        self.latencies.append((time.monotonic() - sent) * 1_000)

    async def _measure_floor(self) -> None:
        """A commit with NOTIFY until it is heard, ten times a second."""
        listening = await psycopg.AsyncConnection.connect(self.bed.supervisor.dsn, autocommit=True)
        sending = await psycopg.AsyncConnection.connect(self.bed.supervisor.dsn, autocommit=True)
        await listening.execute("LISTEN bench_floor")
        await sending.execute("CREATE TEMP TABLE floor (at double precision)")
        while not self.is_over:
            started = time.monotonic()
            async with sending.transaction():
                await sending.execute("INSERT INTO floor VALUES (1)")
                await sending.execute("SELECT pg_notify('bench_floor', '')")
            async for _ in listening.notifies(timeout=5, stop_after=1):
                self.floor.append((time.monotonic() - started) * 1_000)
            await asyncio.sleep(0.1)
        await listening.close()
        await sending.close()


def _card(number: int) -> dict[str, Any]:
    return {"kind": "card", "scope": "default", "value": str(88000000 + number)}


def _friend(number: int) -> dict[str, Any]:
    return {"kind": "external_userid", "scope": "ww-demo", "value": f"wm{number}"}


def _order(number: int, order_no: str, random: Random) -> dict[str, Any]:
    amounts = [random.randrange(100, 20_000) for _ in range(random.randrange(1, 4))]
    lines = [
        {
            "line_no": place + 1,
            "sku": f"S{random.randrange(200)}",
            "quantity": 1000,
            "list_fen": amount,
            "paid_fen": amount,
        }
        for place, amount in enumerate(amounts)
    ]
    return {
        "id": order_no,
        "type": "order.paid",
        "occurred_at": datetime.now(UTC).isoformat(),
        "source": "pos",
        "unit": f"s{number % STORES}",
        "identifiers": [_card(number)],
        "properties": {"order_no": order_no, "lines": lines, "paid_fen": sum(amounts)},
    }


def _ever() -> dict[str, Any]:
    return {
        "kind": "purchase",
        "where": {},
        "window": {"ever": True},
        "agg": "count",
        "op": ">=",
        "value": 1,
    }


def _pages(api: httpx2.Client, path: str) -> list[dict[str, Any]]:
    items, cursor = [], ""
    while True:
        page = _get(api, path + (f"&cursor={cursor}" if cursor else ""))
        items += page["items"]
        cursor = page["next"]
        if not cursor:
            return items


def _get(api: httpx2.Client, path: str) -> Any:
    answer = api.get(path)
    assert answer.status_code < 400, answer.text
    return answer.json()


def _post(api: httpx2.Client, path: str, body: Any) -> Any:
    answer = api.post(path, json=body)
    assert answer.status_code < 400, f"{path}: {answer.text[:300]}"
    return answer.json() if answer.content else None
