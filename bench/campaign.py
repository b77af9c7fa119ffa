"""A mailing to many: deciding, reserving and logging it, and handing its messages over.

Candidates are 500,000 of the customers of the base (`bench/base/crowd.py`), a quarter at most: consents on three channels, four caps (all
channels by day and by week, a channel, a category), quiet hours that put one channel off, a control group of 5 % and a budget
that does not suffice. `seconds` runs from the plan to the last place reserved, through the queue's own jobs, with a copy that
is fresh and leaves nothing in memory from before; every candidate has an outcome that is logged. `again_seconds` is the same for the next mailing,
when the copy has been opened, and `rivals_seconds` for two of the same customers that compete (baseline: one after the other). The baseline is one customer per transaction, as `reach.plan` does it, of some
customers, carried on to all of them. `uncounted` is how many candidates have no outcome, or more than one; `mismatches`
how many of a sample the gate decides otherwise by their rows.

`dispatched_per_s`: messages of a reserved mailing made, handed to the SMS simulator over HTTP and settled, by one worker process's
queue; its baseline is the same with every message claimed, called and settled alone.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import httpx2
from pyroaring import BitMap

from bench.base.crowd import Crowd, prepare
from bench.base.plant import free_port
from huitou import wiring
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.migrate import migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.base.warehouse import writer
from huitou.base.warehouse.reader import Warehouse
from huitou.benchmark import Asked, Figure, Report, better, shorter
from huitou.event import actions as events
from huitou.event.rules import decode
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.reach.actions import mailings, messages
from huitou.reach.jobs import crowding, mailing, sending
from huitou.reach.reads import mailings as shown
from huitou.reach.reads import messages as reads
from huitou.reach.rules.crowds import CODES
from huitou.reach.store import mailings as store
from huitou.reach.store import people as people_store
from huitou.reach.types.gate import Candidate
from huitou.reach.types.mailings import MailingPlan, MailingShown, Place, Way
from huitou.reach.types.policies import Calendar, Cap, ContactPolicy, QuietHours, Rolling
from huitou.worker import queue, streams

CUSTOMERS = 10_000_000
CANDIDATES = 500_000
HELD_OUT = 20
ONE_BY_ONE = 400
SAMPLE = 2_000
DISPATCHED = 4_000
DISPATCHED_ALONE = 200

POLICY = ContactPolicy(
    caps=(
        Cap(window=Calendar(unit="day"), limit=1),
        Cap(window=Rolling(hours=168), limit=2),
        Cap(scope="channel", of="sms", window=Rolling(hours=240), limit=1),
        Cap(scope="category", window=Rolling(hours=720), limit=4),
    ),
    quiet=(QuietHours(from_minute=20 * 60, until_minute=9 * 60, channels=("sms",)),),
)


def run(asked: Asked) -> Report:
    """Of `asked.customers` in the base."""
    wiring.wire()
    crowd = prepare(asked.folder, asked.customers or CUSTOMERS, asked.seed, asked.say)
    with EmbeddedPostgres(crowd.folder / "pg") as server:
        migrate(server.dsn)
        copies = Warehouse(crowd.folder / "warehouse")
        master = MasterKey.load(crowd.folder / "master.key")
        database = Database(server.dsn, master, clock=lambda: crowd.at, warehouse=copies)
        _write_copy(database, copies, crowd, asked)
        every = range(1, crowd.customers + 1)
        whom = BitMap(Random(asked.seed).sample(every, min(CANDIDATES, len(every) // 4)))
        out = BitMap(Random(asked.seed).sample(list(whom), len(whom) // HELD_OUT))
        [first], seconds = _mail(database, crowd, whom, out, asked)
        mismatches = _mismatches(database, crowd, whom, out, asked.seed)
        _stop(database, crowd, [first])
        again, again_seconds = _mail(database, crowd, whom, out, asked)
        _stop(database, crowd, again)
        rivals, rivals_seconds = _mail(database, crowd, whom, out, asked, count=2)
        _stop(database, crowd, rivals)
        alone = _one_by_one(database, crowd, list(whom), asked) * len(whom)
        database.close()
        began = time.monotonic()
        database = Database(
            server.dsn, master, clock=lambda: _ticking(crowd, began), warehouse=copies
        )
        per_s, alone_per_s = _dispatched(database, crowd.folder, asked)
        database.close()
        copies.close()
    uncounted = abs(first.candidates - sum(tally.count for tally in first.tallies))
    return Report(
        {
            "seconds": shorter(seconds, alone, "s"),
            "again_seconds": shorter(again_seconds, alone, "s"),
            "rivals_seconds": shorter(rivals_seconds, 2 * again_seconds, "s"),
            "uncounted": Figure(uncounted, "candidates"),
            "mismatches": Figure(mismatches, "candidates"),
            "dispatched_per_s": better(per_s, alone_per_s, "messages/s"),
        },
        {
            "customers": crowd.customers,
            "messages": crowd.messages,
            "candidates": len(whom),
            "reserved": sum(t.count for t in first.tallies if t.outcome == "reserved"),
            "seed": asked.seed,
        },
    )


def _plan(candidates: int) -> MailingPlan:
    """The budget is a fen for each candidate, and an SMS is 4.5."""
    return MailingPlan(
        content_key=f"bench:{new_id()}",
        ways=(
            Way(channel="wechat"),
            Way(channel="sms", cost_fen=4_500),
            Way(channel="rcs", cost_fen=8_000),
        ),
        budget_fen=candidates,
    )


def _write_copy(database: Database, copies: Warehouse, crowd: Crowd, asked: Asked) -> None:
    started = time.monotonic()
    with database.write(crowd.merchant, principal="bench") as tx:
        stored = reads.policy_shown(tx)
        if stored.policy != POLICY:
            messages.set_policy(tx, POLICY, version=stored.version)
        is_there = tx.value(
            "SELECT EXISTS (SELECT FROM base.warehouse_file WHERE replaced_at IS NULL)"
        )
    if not is_there:
        with database.write(crowd.merchant, principal="bench") as tx:
            writer.rebuild(tx, copies.folder(crowd.merchant))
    with database.write(crowd.merchant, principal="bench") as tx:
        writer.flush(tx, copies.folder(crowd.merchant))
    asked.say(f"the copy: {time.monotonic() - started:.0f} s")


def _mail(
    database: Database, crowd: Crowd, whom: BitMap, out: BitMap, asked: Asked, count: int = 1
) -> tuple[list[MailingShown], float]:
    """So many, begun at once, and worked on by the queue's jobs until every place is reserved."""
    ids = [new_id() for _ in range(count)]
    started = time.monotonic()
    with database.write(crowd.merchant, principal="bench") as tx:
        for id in ids:
            mailings.begin(tx, id, _plan(len(whom)), whom, campaign_id=new_id(), held_out=out)
    with database.write(crowd.merchant, principal="bench") as tx:
        mailing.decide_mailing(tx, mailing_id=str(ids[0]))
    decided = time.monotonic() - started
    for id in ids:
        while _state(database, crowd, id) == "reserving":
            with database.write(crowd.merchant, principal="bench") as tx:
                mailing.reserve_mailing(tx, mailing_id=str(id))
    seconds = time.monotonic() - started
    with database.read(crowd.merchant) as tx:
        made = [shown.get_mailing(tx, id) for id in ids]
    for one in made:
        asked.say(
            f"{one.candidates:,} candidates: decided in {decided:.1f} s, reserved after {seconds:.1f} s"
        )
        said = (f"{tally.outcome}/{tally.channel} {tally.count:,}" for tally in one.tallies)
        asked.say(f"  {', '.join(said)}")
    return made, seconds


def _state(database: Database, crowd: Crowd, mailing_id: UUID) -> str:
    with database.read(crowd.merchant) as tx:
        found = store.find_mailing(tx, mailing_id)
    assert found is not None
    return found.state


def _stop(database: Database, crowd: Crowd, made: Sequence[MailingShown]) -> None:
    with database.write(crowd.merchant, principal="bench") as tx:
        for one in made:
            mailings.stop(tx, one.id)


def _mismatches(database: Database, crowd: Crowd, whom: BitMap, out: BitMap, seed: int) -> int:
    """Of some candidates, those whom the rows decide otherwise than the sets, budget aside."""
    some = BitMap(Random(seed).sample(list(whom), min(SAMPLE, len(whom))))
    plan = _plan(0).model_copy(update={"budget_fen": None})
    question = crowding.Question(plan, new_id(), some, out)
    with database.read(crowd.merchant) as tx:
        # The first mailing's places count in both.
        [sets] = crowding.decide(tx, [question])
        rows = crowding.judge(tx, question, POLICY, list(some))
    wrong = 0
    for ordinal, code, way in zip(sets.ordinals, sets.chosen.code, sets.chosen.way, strict=True):
        codes = [one.code for one in rows[int(ordinal)]]
        best = max(range(len(codes)), key=lambda n: (len(CODES) if codes[n] == 0 else codes[n], -n))
        expected = CODES[codes[best]] or ("holdout" if int(ordinal) in out else "")
        wrong += (expected, best) != (CODES[code], int(way))
    return wrong


def _one_by_one(database: Database, crowd: Crowd, whom: Sequence[int], asked: Asked) -> float:
    """Seconds a customer, each in a transaction of its own, by the channel that most allow."""
    some = Random(asked.seed + 1).sample(list(whom), ONE_BY_ONE)
    with database.read(crowd.merchant) as tx:
        people = people_store.list_people(tx, some)
    started = time.monotonic()
    for _, customer_id in people:
        with database.write(crowd.merchant, principal="bench") as tx:
            candidate = Candidate(customer_id, "sms", f"alone:{new_id()}", "您好")
            messages.plan(tx, [candidate])
    each = (time.monotonic() - started) / len(people)
    with database.write(crowd.merchant, principal="bench") as tx:
        tx.run(
            "UPDATE reach.message SET state = 'cancelled'"
            " WHERE merchant_id = %(merchant)s AND content_key LIKE 'alone:%%'"
        )
        tx.run("DELETE FROM procrastinate.procrastinate_jobs WHERE status = 'todo'")
    asked.say(f"one by one: {1 / each:,.0f} customers/s")
    return each


def _dispatched(database: Database, folder: Path, asked: Asked) -> tuple[float, float]:
    """Messages a second of a small brand in the same database, whose customers have phones; in sets, and alone."""
    with _simulator(folder) as url:
        merchant = _small_brand(database, url)
        with database.read(merchant) as tx:
            whom = tx.column(
                "SELECT ordinal FROM identity.customer WHERE merchant_id = %(merchant)s"
            )
        size, sending.SET_MAX = sending.SET_MAX, 1
        alone = _handed_over(database, merchant, whom[:DISPATCHED_ALONE])
        sending.SET_MAX = size
        together = _handed_over(database, merchant, whom[DISPATCHED_ALONE:])
    asked.say(f"handed over: {together:.0f} messages/s in sets, {alone:.0f}/s alone")
    return together, alone


def _handed_over(database: Database, merchant: UUID, whom: Sequence[int]) -> float:
    """Messages a second to these customers."""

    def compose(places: Sequence[Place]) -> list[Candidate]:
        params = {"name": "您", "link": "-"}
        return [Candidate(p.customer_id, "sms", "bench", "您好", params=params) for p in places]

    mailing_id = new_id()
    plan = MailingPlan(content_key="bench", ways=(Way(channel="sms"),))
    with database.write(merchant, principal="bench") as tx:
        mailings.begin(tx, mailing_id, plan, BitMap(whom))
    _work(database)
    before = _count_out(database, merchant)
    started = time.monotonic()
    left = True
    while left:
        with database.write(merchant, principal="bench") as tx:
            left = bool(mailings.dispatch(tx, mailing_id, 1_000, compose))
    _work(database)
    seconds = time.monotonic() - started
    return (_count_out(database, merchant) - before) / seconds


def _ticking(crowd: Crowd, began: float) -> datetime:
    """What is put off for some seconds comes again."""
    return crowd.at + timedelta(seconds=time.monotonic() - began)


def _count_out(database: Database, merchant: UUID) -> int:
    with database.read(merchant) as tx:
        return int(
            tx.value(
                "SELECT count(*) FROM reach.message WHERE merchant_id = %(merchant)s"
                " AND state IN ('submitted', 'delivered')"
            )
        )


def _work(database: Database) -> None:
    """What a worker does, until nothing is left."""
    while True:
        asyncio.run(queue.work(queue.make_queue(database), wait=False))
        with database.owner() as owner:
            waiting = owner.execute(
                "SELECT FROM procrastinate.procrastinate_jobs WHERE status = 'todo'"
            ).fetchone()
        if waiting is None:
            return


def _small_brand(database: Database, url: str) -> UUID:
    with database.owner() as owner:
        merchant = merchants.found_merchant(
            owner, database.master, name=f"small {new_id()}", now=database.clock()
        ).id
    config = {
        "endpoint": url,
        "access_key_id": "AKID_TEST",
        "access_key_secret": "SECRET_TEST",
        "sign_name": "回头",
        "template_code": "SMS_M",
        "link_variable": "link",
        "receipt_secret": "push-secret-0123456789",
    }
    with database.write(merchant, principal="bench") as tx:
        merchants.set_channel(tx, "sms", json.dumps(config), is_simulated=True)
        merchants.set_setting(tx, "site.url", "http://shop.test")
        merchants.add_connector(tx, "pos", "pos")
    run = Random(str(merchant))
    for start in range(0, DISPATCHED, 500):
        sent = []
        for n in range(start, start + 500):
            who = [{"kind": "phone", "value": f"139{run.randrange(10**8):08d}", "verified": True}]
            for type_, properties in (
                ("member.joined", {}),
                ("consent.given", {"channel": "sms", "purpose": "marketing"}),
            ):
                sent.append(
                    {
                        "id": f"{type_}-{n}",
                        "type": type_,
                        "occurred_at": database.clock().isoformat(),
                        "source": "pos",
                        "identifiers": who,
                        "properties": properties,
                    }
                )
        with database.write(merchant, principal="bench") as tx:
            decoded = decode(json.dumps({"events": sent}).encode(), tx.now)
            events.accept_events(tx, [item.event for item in decoded.accepted])
    while streams.consume(database, merchant, wiring.ROOMS):
        pass
    with database.owner() as owner:
        owner.execute("ANALYZE")  # a brand of a minute ago is none for the planner yet
    return merchant


@contextmanager
def _simulator(folder: Path) -> Iterator[str]:
    """The SMS simulator in a process of its own."""
    port = free_port()
    data = folder / "sms.sqlite"
    data.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "huitou.simulators.sms",
        "--port",
        str(port),
        "--data",
        str(data),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx2.Client(base_url=url, trust_env=False) as client:
            for _ in range(200):
                try:
                    client.post(
                        "/sim/configure",
                        json={
                            "keys": [{"id": "AKID_TEST", "secret": "SECRET_TEST"}],
                            "signs": [{"name": "回头"}],
                            "templates": [
                                {
                                    "code": "SMS_M",
                                    "kind": "marketing",
                                    "content": "${name}，新品到店 ${link} 拒收请回复R",
                                }
                            ],
                            "delivery_ms": 0,
                            "is_limiting": False,
                        },
                    )
                    break
                except httpx2.ConnectError:
                    time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()
