"""Transactions as types: `ReadTx` is a read-only snapshot, `Tx` writes, tells and defers.

Every transaction of a merchant runs as the role `huitou_app` with the merchant set, so that
row-level security decides what it sees. Rooms never commit: the edge that opened does.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, LiteralString, TypeVar, cast
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import scalar_row
from psycopg.types.json import Jsonb, set_json_loads
from psycopg_pool import ConnectionPool

from huitou.base import copytext, direct, jobs, notices
from huitou.base.crypto import MasterKey, MerchantKeys
from huitou.base.queueing import Wanted, enqueue, is_waiting
from huitou.base.rows import rows_as

if TYPE_CHECKING:
    from huitou.base.warehouse.reader import Warehouse

Row = TypeVar("Row")
Query = LiteralString | sql.SQL | sql.Composed
Params = Mapping[str, Any] | None
Clock = Callable[[], datetime]

LIVE_CHANNEL = "huitou_live"
LOG_CHANNEL = "huitou_log"
_ANALYZE_FROM = 500

set_json_loads(msgspec.json.decode)


def utc_now() -> datetime:
    """The clock of the edges."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Scope:
    """What part of a merchant the asker may see: a subtree of units, or a person's own book."""

    unit_path: str | None = None
    staff_id: UUID | None = None


EVERYTHING = Scope()


class Memory:
    """What one worker remembers from one transaction to the next: answers that never change."""

    def __init__(self) -> None:
        self._latest: dict[str, tuple[Any, Any]] = {}

    def recall(self, name: str, key: Any, make: Callable[[], Row]) -> Row:
        """`make()`, or what it made when `name` was last asked for with this key."""
        known = self._latest.get(name)
        if known is None or known[0] != key:
            known = self._latest[name] = key, make()
        return cast(Row, known[1])


class ReadTx:
    """A read-only snapshot (repeatable read) of one merchant's data."""

    warehouse: "Warehouse | None" = None
    """The columnar copy, where this process has one."""
    memory: Memory | None = None
    """Of the worker that goes over the log."""
    _mode = "ISOLATION LEVEL REPEATABLE READ READ ONLY"

    def __init__(
        self,
        link: direct.Link,
        *,
        merchant: UUID,
        now: datetime,
        keys: MerchantKeys,
        scope: Scope = EVERYTHING,
        principal: str = "system",
    ) -> None:
        self._link = link
        self.merchant = merchant
        self.now = now
        self.keys = keys
        self.scope = scope
        self.principal = principal

    def rows(self, cls: type[Row], query: Query, params: Params = None) -> list[Row]:
        """All rows as `cls` (a dataclass by column names, or `dict`)."""
        with self._connection.cursor(row_factory=rows_as(cls), binary=True) as cursor:
            return cast(list[Row], cursor.execute(query, self._filled(params)).fetchall())

    def row(self, cls: type[Row], query: Query, params: Params = None) -> Row | None:
        """The first row as `cls`, or None."""
        found = self.rows(cls, query, params)
        return found[0] if found else None

    def column(self, query: Query, params: Params = None) -> list[Any]:
        """The first column of all rows."""
        with self._connection.cursor(row_factory=scalar_row, binary=True) as cursor:
            return cursor.execute(query, self._filled(params)).fetchall()

    def value(self, query: Query, params: Params = None) -> Any:
        """The first column of the first row, or None."""
        found = self.column(query, params)
        return found[0] if found else None

    def iterate(self, cls: type[Row], query: Query, params: Params = None) -> Iterator[Row]:
        """Rows through a server-side cursor, for results that do not fit in memory."""
        with self._connection.cursor("iterate", row_factory=rows_as(cls)) as cursor:
            cursor.itersize = 5_000
            yield from cursor.execute(query, self._filled(params), binary=True)

    def unload(self, query: Query, params: Params, file: BinaryIO) -> None:
        """Write the rows of a query to `file` as CSV (COPY: millions of rows a second)."""
        text = psycopg.ClientCursor(self._connection).mogrify(query, self._filled(params))
        copy_to = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(sql.SQL(cast(Any, text)))
        with self._connection.cursor() as cursor, cursor.copy(copy_to) as copy:
            file.writelines(copy)

    @property
    def _connection(self) -> psycopg.Connection:
        """The transaction opens with its first statement."""
        if direct.is_at_rest(self._link):
            direct.begin(self._link, self.merchant, self._mode)
        return self._link

    def _filled(self, params: Params) -> dict[str, Any]:
        return {
            "merchant": self.merchant,
            "now": self.now,
            "scope_path": self.scope.unit_path,
            "scope_staff": self.scope.staff_id,
            **(params or {}),
        }


class Tx(ReadTx):
    """A transaction that may write; what it tells and defers happens only if it commits."""

    request: tuple[str, bytes] | None = None
    """`(idempotency key, hash of the request)`, set by the HTTP edge."""
    copies: "Warehouse | None" = None
    """What `hold_moment` and `beside` let ask."""
    beside: Callable[[], AbstractContextManager[ReadTx]]
    """A snapshot of its own of what is committed when it is first asked: after locks were waited for."""
    _mode = "READ WRITE"

    def run(self, query: Query, params: Params = None) -> int:
        """Execute; returns the number of rows touched."""
        return self._connection.execute(query, self._filled(params)).rowcount

    def call(self, query: LiteralString, values: Sequence[str | None]) -> list[list[str | None]]:
        """A statement with numbered parameters, given and answered as text, past the driver: for what
        runs thousands of times a second."""
        if direct.is_at_rest(self._link):
            return direct.begin_with(self._link, self.merchant, self._mode, query, values)
        return direct.call(self._link, query, values)

    def load(self, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
        """COPY `rows` into a temporary table that lives until the end of the transaction.

        The table is made anew if it exists. Types are PostgreSQL's; values of `jsonb` columns are
        given as Python objects. Returns the number of rows.
        """
        name = sql.Identifier("pg_temp", table)
        spec = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(cast(Any, type_)))
            for column, type_ in columns.items()
        )
        self._connection.execute(
            sql.SQL("DROP TABLE IF EXISTS {0}; CREATE TEMP TABLE {1} ({2}) ON COMMIT DROP").format(
                name, sql.Identifier(table), spec
            )
        )
        count = 0
        copy_into = sql.SQL("COPY {} FROM STDIN").format(name)
        with self._connection.cursor() as cursor, cursor.copy(copy_into) as copy:
            for text, number in copytext.chunks(list(columns.values()), rows):
                copy.write(text)
                count += number
        if count >= _ANALYZE_FROM:
            self._connection.execute(sql.SQL("ANALYZE {}").format(name))
        return count

    def tell(self, notice: Any) -> None:
        """Tell what happened: listeners run as jobs after the commit, once each."""
        record = notices.encode(notice)
        self.run(
            "INSERT INTO base.notice VALUES (%(merchant)s, %(id)s, %(kind)s, %(body)s, %(now)s)",
            {"id": record.id, "kind": record.kind, "body": Jsonb(record.body)},
        )
        for listener in notices.listeners_of(type(notice)):
            heard = {"notice": str(record.id), "listener": listener.name}
            enqueue(self, jobs.HEAR, [Wanted(heard)])

    def defer(
        self,
        job: Callable[..., Any],
        *,
        at: datetime | None = None,
        key: str | None = None,
        **args: Any,
    ) -> None:
        """Queue background work. With a `key`, one waiting job of that key is enough."""
        enqueue(self, jobs.name_of(job), [Wanted(args, key, at)])

    def defer_all(self, job: Callable[..., Any], wanted: Sequence[Wanted]) -> None:
        """Queue much background work in one statement."""
        if wanted:
            enqueue(self, jobs.name_of(job), wanted)

    def is_waiting(self, job: Callable[..., Any], key: str) -> bool:
        """Does a job of this key wait to be begun?"""
        return is_waiting(self, jobs.name_of(job), key)

    def show(self, topic: str, payload: dict[str, Any]) -> None:
        """A live note to open pages: ids, codes and amounts only, under 4 kB."""
        self.show_all([(topic, payload)])

    def show_all(self, notes: Sequence[tuple[str, dict[str, Any]]]) -> None:
        """Several live notes, each `(topic, payload)`."""
        bodies = [
            notices.to_json({"merchant": self.merchant, "topic": topic, **payload})
            for topic, payload in notes
        ]
        assert all(len(body) < 4_000 for body in bodies), "a live note is small"
        self.run(
            "SELECT pg_notify(%(channel)s, body) FROM unnest(%(bodies)s::text[]) AS t (body)",
            {"channel": LIVE_CHANNEL, "bodies": bodies},
        )

    def wake_streams(self) -> None:
        """Say that the log has grown."""
        self.run("SELECT pg_notify(%(channel)s, %(merchant)s::text)", {"channel": LOG_CHANNEL})

    def hold_moment(self) -> None:
        """Call first: one view of everything for the whole transaction, so that the columnar copy can be asked beside
        what changed since it was written."""
        self.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        self.warehouse = self.copies

    def lock(self, name: str) -> None:
        """Wait for, and hold until the end, a lock of this merchant."""
        self.run(
            "SELECT pg_advisory_xact_lock(hashtextextended(%(merchant)s::text || %(name)s, 0))",
            {"name": name},
        )

    def share(self, name: str) -> bool:
        """Hold, until the end, a lock together with others who share it; False while somebody has, or waits
        for, it alone."""
        return bool(
            self.value(
                "SELECT pg_try_advisory_xact_lock_shared("
                "hashtextextended(%(merchant)s::text || %(name)s, 0))",
                {"name": name},
            )
        )

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Whatever fails inside is undone without undoing what came before."""
        with self._connection.transaction():
            yield


class Database:
    """A pool of connections to one PostgreSQL."""

    def __init__(
        self,
        dsn: str,
        master: MasterKey,
        *,
        clock: Clock = utc_now,
        size_max: int = 12,
        warehouse: "Warehouse | None" = None,
    ) -> None:
        self.dsn = dsn
        self.master = master
        self.clock = clock
        self.warehouse = warehouse
        self._keys: dict[UUID, MerchantKeys] = {}
        self._pool = ConnectionPool(
            dsn,
            connection_class=direct.Link,
            min_size=1,
            max_size=size_max,
            timeout=10,
            kwargs={"options": "-c search_path=procrastinate,pg_catalog -c timezone=UTC"},
            check=direct.check,
            open=True,
        )

    def close(self) -> None:
        """Give all connections back."""
        self._pool.close()

    @contextmanager
    def read(
        self, merchant: UUID, *, scope: Scope = EVERYTHING, principal: str = "system"
    ) -> Iterator[ReadTx]:
        """A snapshot of `merchant`, as of its first statement."""
        keys = self._keys_of(merchant)
        with _Linked(self._pool) as link:
            now = self.clock()
            tx = ReadTx(
                link, merchant=merchant, now=now, keys=keys, scope=scope, principal=principal
            )
            tx.warehouse = self.warehouse
            yield tx

    @contextmanager
    def write(
        self,
        merchant: UUID,
        *,
        scope: Scope = EVERYTHING,
        principal: str = "system",
        memory: Memory | None = None,
    ) -> Iterator[Tx]:
        """A transaction on `merchant`; commits when the block ends well."""
        keys = self._keys_of(merchant)
        with _Linked(self._pool) as link:
            now = self.clock()
            tx = Tx(link, merchant=merchant, now=now, keys=keys, scope=scope, principal=principal)
            tx.memory = memory
            tx.copies = self.warehouse
            tx.beside = partial(self.read, merchant, scope=scope, principal=principal)
            yield tx

    def alone(self, query: LiteralString, values: Sequence[str | None]) -> list[list[str | None]]:
        """A `Tx.call` that is a transaction, of the owner: only for functions that are told their merchant."""
        return direct.alone(self._pool, query, values)

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection]:
        """The owner's view over all merchants: log-in look-ups, upkeep and backup only."""
        with self._pool.connection() as connection:
            yield connection

    def merchants(self) -> list[UUID]:
        """All merchants."""
        with self.owner() as connection:
            rows = connection.execute("SELECT id FROM merchant.merchant ORDER BY id").fetchall()
        return [row[0] for row in rows]

    def _keys_of(self, merchant: UUID) -> MerchantKeys:
        keys = self._keys.get(merchant)
        if keys is None:
            with self.owner() as connection:
                row = connection.execute(
                    "SELECT wrapped_key FROM merchant.merchant WHERE id = %s", [merchant]
                ).fetchone()
            assert row is not None, "the merchant exists"
            keys = self._keys[merchant] = self.master.unwrap(row[0])
        return keys


class _Linked:
    """A connection at rest; what is begun on it ends with the block, for good or not at all."""

    __slots__ = ("_link", "_pool")

    def __init__(self, pool: ConnectionPool[direct.Link]) -> None:
        self._pool = pool

    def __enter__(self) -> direct.Link:
        self._link = self._pool.getconn()
        return self._link

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None:
                direct.commit(self._link)
            else:
                direct.rollback(self._link)
        except BaseException:
            direct.rollback(self._link)
            raise
        finally:
            self._pool.putconn(self._link)
