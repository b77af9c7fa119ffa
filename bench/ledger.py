"""The ledger: movements of points a second, one at a time from sixteen connections, and in batches.

A movement is half the time a gift that makes a lot, half the time a payment out of the soonest lots to
expire, of customers drawn evenly; each a transaction that is one statement (`ledger.post_alone`, as systems
move points by `POST /v1/points/movements`), with fsync on, from two processes with eight connections each.
`in_rooms_per_s` does the same by `ledger.post` in a transaction of `Database.write`, as rooms do that have more in
theirs. `batched_per_s` posts a thousand movements in a transaction, each process those of its half of the
customers. The baseline of all three does the same on tables of the same columns and indexes (an entry for each
leg), with CHECKs for what the owner's policies hold, with a client round trip for each statement, as a service
with an ORM would. `broken` counts the invariants that do not hold in the end.
"""

import multiprocessing
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import mean
from uuid import UUID

import psycopg

from huitou import wiring
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.migrate import migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.benchmark import Asked, Figure, Report, better
from huitou.benefit.actions import ledger
from huitou.benefit.reads import ledger as reads
from huitou.benefit.types.ledger import POINTS, Leg, Posting, Terms
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.serve import keep_loaded

CUSTOMERS = 20_000
PROCESSES, CONNECTIONS = 2, 8
BATCH = 1_000
ROUNDS = 3
"""Each way has its share of the machine's good and bad moments."""
_KINDS = ("single", "in_rooms", "batched", "baseline")

Move = Callable[[UUID, int], None]


def run(asked: Asked) -> Report:
    """Measures each figure for a quarter of `asked.seconds`, in turns."""
    wiring.wire()
    count = asked.customers or CUSTOMERS
    folder = asked.folder / f"ledger-{count}-{asked.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    with EmbeddedPostgres(folder / "pg") as server:
        migrate(server.dsn)
        key = folder / "master.key"
        database = Database(server.dsn, MasterKey.load(key), size_max=4)
        merchant = _found(server, database, count)
        asked.say(f"{count:,} customers; one by one from {PROCESSES * CONNECTIONS} connections")
        measured: dict[str, list[float]] = {kind: [] for kind in _KINDS}
        bed = (server.dsn, str(key), merchant, asked.seed, asked.seconds / len(_KINDS) / ROUNDS)
        for number in range(ROUNDS):
            for kind in _KINDS:
                measured[kind].append(_from_all(kind, number, bed))
            asked.say(", ".join(f"{kind} {each[-1]:,.0f}/s" for kind, each in measured.items()))
        with database.read(merchant) as tx:
            broken = reads.check(tx)
            rows = tx.value("SELECT count(*) FROM benefit.every_entry")
        database.close()
    rates = {kind: mean(each) for kind, each in measured.items()}
    baseline = rates.pop("baseline")
    figures = {
        f"{kind}_per_s": better(rate, baseline, "movements/s") for kind, rate in rates.items()
    }
    return Report(
        figures | {"broken": Figure(len(broken), "invariants")},
        {"customers": count, "rows": rows, "seed": asked.seed},
    )


def _found(server: EmbeddedPostgres, database: Database, count: int) -> UUID:
    """A merchant whose customers have a million points each, to be spent from."""
    with database.owner() as owner:
        merchant = merchants.found_merchant(
            owner, database.master, name="bench", now=database.clock()
        ).id
    customers = [new_id() for _ in range(count)]
    with psycopg.connect(server.superuser_dsn, autocommit=True) as owner:
        owner.execute(_BASELINE)
        with (
            owner.cursor() as cursor,
            cursor.copy(
                "COPY identity.customer (merchant_id, id, ordinal, root_id, created_at, state) FROM STDIN"
            ) as copy,
        ):
            for n, id_ in enumerate(customers):
                copy.write_row((merchant, id_, n, id_, database.clock(), "live"))
    for start in range(0, count, 5_000):
        with database.write(merchant, principal="bench") as tx:
            ledger.post(
                tx,
                [
                    _posting(merchant, id_, 1_000_000, tx.now)
                    for id_ in customers[start : start + 5_000]
                ],
            )
    with psycopg.connect(server.superuser_dsn, autocommit=True) as owner:
        owner.execute("INSERT INTO bench.account SELECT * FROM benefit.account")
        owner.execute("INSERT INTO bench.lot SELECT * FROM benefit.lot")
        owner.execute("VACUUM ANALYZE")
        owner.execute("CHECKPOINT")
    return merchant


_BASELINE = """
    DROP SCHEMA IF EXISTS bench CASCADE;
    CREATE SCHEMA bench;
    GRANT ALL ON SCHEMA bench TO PUBLIC;
    CREATE TABLE bench.account (LIKE benefit.account INCLUDING ALL) WITH (fillfactor = 50);
    CREATE TABLE bench.transaction (LIKE benefit.transaction INCLUDING ALL);
    ALTER TABLE bench.transaction
        DROP account_id, DROP contra_id, DROP asset, DROP amount, DROP lot_id;
    CREATE TABLE bench.entry (LIKE benefit.entry INCLUDING ALL);
    CREATE TABLE bench.lot (LIKE benefit.lot INCLUDING ALL) WITH (fillfactor = 70);
    ALTER TABLE bench.account ADD CHECK (owner_kind IN ('staff', 'customer', 'merchant')),
        ADD CHECK ((balance IS NULL) = (owner_kind = 'merchant')), ADD CHECK (owed >= 0);
    ALTER TABLE bench.entry ADD CHECK (amount <> 0);
    ALTER TABLE bench.lot ADD
        CHECK (quantity > 0 AND remaining BETWEEN 0 AND quantity AND held BETWEEN 0 AND remaining);
    GRANT ALL ON ALL TABLES IN SCHEMA bench TO PUBLIC;
    """


def _posting(merchant: UUID, customer: UUID, amount: int, now: datetime) -> Posting:
    terms = Terms(now, datetime(2027 + amount % 3, 12, 31, tzinfo=UTC)) if amount > 0 else None
    return Posting(
        str(new_id()),
        "bench",
        "bench",
        "1",
        now,
        (
            Leg("customer", customer, POINTS, amount, terms),
            Leg("merchant", merchant, POINTS, -amount),
        ),
    )


def _amount(dice: Random) -> int:
    return dice.randint(1, 100) * dice.choice((1, -1))


def _from_all(kind: str, round_: int, bed: tuple[str, str, UUID, int, float]) -> float:
    """Movements a second of all processes together."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        return sum(
            pool.starmap(_process, [(kind, round_, number, *bed) for number in range(PROCESSES)])
        )


def _process(
    kind: str,
    round_: int,
    number: int,
    dsn: str,
    key: str,
    merchant: UUID,
    seed: int,
    seconds: float,
) -> float:
    wiring.wire()
    keep_loaded()
    database = Database(dsn, MasterKey.load(Path(key)), size_max=CONNECTIONS)
    with database.read(merchant) as tx:
        customers = tx.column("SELECT id FROM identity.customer")
    lanes = 1 if kind == "batched" else CONNECTIONS
    if kind == "batched":
        # A writer of its own for each half of the customers: two would wait for one another's.
        customers = customers[number::PROCESSES]
    counts = [0] * lanes
    begin = threading.Barrier(lanes)
    ends_at = [0.0]

    def work(lane: int) -> None:
        dice = Random(f"{seed}:{round_}:{number}:{lane}")
        with _Mover(kind, database, dsn, merchant) as move:
            move(dice.choice(customers), 1)
            if begin.wait() == 0:
                ends_at[0] = time.monotonic() + seconds
            begin.wait()
            while time.monotonic() < ends_at[0]:
                if kind == "batched":
                    _post_batch(database, merchant, customers, dice)
                    counts[lane] += BATCH
                else:
                    move(dice.choice(customers), _amount(dice))
                    counts[lane] += 1

    threads = [threading.Thread(target=work, args=(lane,)) for lane in range(lanes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    return sum(counts) / seconds


def _post_batch(database: Database, merchant: UUID, customers: list[UUID], dice: Random) -> None:
    with database.write(merchant, principal="bench") as tx:
        ledger.post(
            tx,
            [
                _posting(merchant, dice.choice(customers), _amount(dice), tx.now)
                for _ in range(BATCH)
            ],
        )


class _Mover:
    """One lane's way to move points."""

    def __init__(self, kind: str, database: Database, dsn: str, merchant: UUID) -> None:
        self.kind, self.database, self.merchant = kind, database, merchant
        self.connection = psycopg.connect(dsn) if kind == "baseline" else None

    def __enter__(self) -> Move:
        ways = {
            "single": self._post_alone,
            "in_rooms": self._post,
            "baseline": self._by_statements,
            "batched": self._post,
        }
        return ways[self.kind]

    def __exit__(self, *error: object) -> None:
        if self.connection is not None:
            self.connection.close()

    def _post(self, customer: UUID, amount: int) -> None:
        with self.database.write(self.merchant, principal="bench") as tx:
            ledger.post(tx, [_posting(self.merchant, customer, amount, tx.now)])

    def _post_alone(self, customer: UUID, amount: int) -> None:
        now = self.database.clock()
        ledger.post_alone(
            self.database, self.merchant, _posting(self.merchant, customer, amount, now)
        )

    def _by_statements(self, customer: UUID, amount: int) -> None:
        assert self.connection is not None
        now, id_, merchant = datetime.now(UTC), new_id(), self.merchant
        with self.connection.transaction():
            run = self.connection.execute
            run(
                "INSERT INTO bench.transaction VALUES (%s, %s, %s, %s, 'b', 'b', '1', %s, %s, NULL, '{}')",
                [merchant, id_, str(id_), b"0" * 32, now, now],
            )
            account = run(
                "SELECT id, balance, owed FROM bench.account WHERE merchant_id = %s"
                " AND owner_kind = 'customer' AND owner_id = %s AND asset = 'points' FOR UPDATE",
                [merchant, customer],
            ).fetchone()
            assert account is not None
            contra = run(
                "SELECT id FROM bench.account WHERE merchant_id = %s"
                " AND owner_kind = 'merchant' AND owner_id = %s AND asset = 'points'",
                [merchant, merchant],
            ).fetchone()
            assert contra is not None
            if amount > 0:
                lot = new_id()
                run(
                    "INSERT INTO bench.lot VALUES (%s, %s, %s, 'points', %s, %s, 0, %s, %s, %s)",
                    [
                        merchant,
                        lot,
                        account[0],
                        amount,
                        amount,
                        now,
                        now + timedelta(days=365),
                        id_,
                    ],
                )
                parts: list[tuple[UUID, int]] = [(lot, amount)]
            else:
                parts, rest = [], -amount
                for lot, remaining in run(
                    "SELECT id, remaining - held FROM bench.lot WHERE merchant_id = %s AND account_id = %s"
                    " AND remaining > held AND active_at <= %s AND expires_at > %s"
                    " ORDER BY expires_at, id FOR UPDATE",
                    [merchant, account[0], now, now],
                ):
                    part = min(rest, remaining)
                    rest -= part
                    run(
                        "UPDATE bench.lot SET remaining = remaining - %s WHERE merchant_id = %s AND id = %s",
                        [part, merchant, lot],
                    )
                    parts.append((lot, -part))
                    if not rest:
                        break
            run(
                "UPDATE bench.account SET balance = balance + %s WHERE merchant_id = %s AND id = %s",
                [amount, merchant, account[0]],
            )
            legs: list[tuple[UUID, int, UUID | None]] = [
                (account[0], part, lot) for lot, part in parts
            ]
            for seq, (owner, part, entry_lot) in enumerate([*legs, (contra[0], -amount, None)], 1):
                run(
                    "INSERT INTO bench.entry VALUES (%s, %s, %s, %s, 'points', %s, %s, NULL, %s)",
                    [merchant, id_, seq, owner, part, now, entry_lot],
                )
