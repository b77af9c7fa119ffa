"""What the gate asks about everybody, of the columnar copy: one scan a question, whatever the number of candidates."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

import numpy as np
import sqlglot
from numpy.typing import NDArray
from psycopg import sql
from pyroaring import BitMap

from huitou.base.warehouse.engine import Engine
from huitou.reach.types.arbitration import Floats
from huitou.reach.types.channels import ADDRESS_KINDS
from huitou.reach.types.mailings import UNKNOWN_ORDER_FEN, Ints
from huitou.reach.types.policies import Cap

Moments = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Alike:
    """Messages that a cap counts together with one like this."""

    cap: Cap
    channel: str
    category: str
    campaign: int | None

    @property
    def test(self) -> sql.Composable:
        """As a condition on `reach.message`."""
        of: dict[str, tuple[str, str | int | None]] = {
            "channel": ("channel", self.channel),
            "category": ("category", self.category),
            "campaign": ("campaign", self.campaign),
        }
        if self.cap.scope not in of:
            return sql.SQL("is_marketing")
        column, value = of[self.cap.scope]
        return sql.SQL("is_marketing AND {} = {}").format(
            sql.Identifier(column), sql.Literal(value)
        )


class Crowds:
    """Questions about customers by ordinal, each asked once. The engine's lock is held by the caller, from `sync` on."""

    def __init__(self, copy: Engine, now: datetime) -> None:
        self._copy = copy
        self._people: dict[str, BitMap] = {}
        self._counts: dict[str, Ints] = {}
        # As `policies.list_counting` has it: when it came, or when it is expected.
        self._when = sql.SQL(
            "coalesce(delivered_at, greatest(coalesce(not_before, {0}), {0}))"
        ).format(sql.Literal(now))

    def living(self) -> BitMap:
        """Who answers for themselves."""
        return self._ordinals("SELECT id FROM identity.customer")

    def under_14(self) -> BitMap:
        return self._ordinals("SELECT customer_id FROM profile.customer WHERE under_14")

    def consenting(self, channel: str) -> BitMap:
        return self._ordinals(
            "SELECT customer_id FROM profile.consent"
            " WHERE channel = {} AND purpose = 'marketing' AND state = 'given'",
            channel,
        )

    def opted_out(self, channel: str) -> BitMap:
        return self._ordinals(
            "SELECT customer_id FROM reach.suppression WHERE channel = {}", channel
        )

    def addressed(self, channel: str, scope: str | None) -> BitMap:
        """Who has an address there; of accounts of their own, at this one."""
        return self._ordinals(
            "SELECT customer_id FROM identity.link WHERE kind = {} AND scope = coalesce({}, scope)",
            ADDRESS_KINDS[channel],
            scope,
        )

    def had(self, content: int, since: datetime) -> BitMap:
        """Who was sent the content since then, or will be."""
        return self._ordinals(
            "SELECT customer_id FROM reach.message WHERE content = {} AND planned_at > {}",
            content,
            since,
        )

    def counted(self, alike: Alike, since: datetime, upto: datetime) -> Ints:
        """How many messages each customer has in (since, upto], by ordinal, as far as anybody has one."""
        query = self._text(
            "SELECT customer_id FROM reach.message WHERE {0} AND {1} > {2} AND {1} <= {3}",
            alike.test,
            self._when,
            since,
            upto,
        )
        if query not in self._counts:
            [customers] = self._copy.columns(query)
            self._counts[query] = np.bincount(customers.astype(np.int64))
        return self._counts[query]

    def times(self, alike: Alike, since: datetime, until: datetime) -> tuple[Ints, Moments]:
        """Customers of messages in (since, until), and when each message came or is expected (UTC)."""
        customers, when = self._columns(
            "SELECT customer_id, {1} FROM reach.message WHERE {0} AND {1} > {2} AND {1} < {3}",
            alike.test,
            self._when,
            since,
            until,
        )
        return customers.astype(np.int64), when

    def latest(self) -> datetime | None:
        """Until when messages wait that are planned; None where none waits."""
        [[found]] = self._copy.rows(self._text("SELECT max(not_before) FROM reach.message"))
        return None if found is None else found.astimezone(UTC)

    def order_fen(self, size: int) -> Floats:
        """An average order of each customer below `size`; that of all where there is none."""
        customers, paid, count = self._columns(
            'SELECT customer_id, paid_fen, order_count FROM "order".total WHERE order_count > 0'
        )
        mean = paid.sum() / count.sum() if len(count) else UNKNOWN_ORDER_FEN
        found = np.full(size, float(mean))
        inside = customers < size
        found[customers[inside]] = paid[inside] / count[inside]
        return found

    def _ordinals(self, query: LiteralString, *values: Any) -> BitMap:
        text = self._text(query, *values)
        if text not in self._people:
            self._people[text] = self._copy.ordinals(text)
        return self._people[text].copy()

    def _columns(self, query: LiteralString, *values: Any) -> list[NDArray[Any]]:
        return self._copy.columns(self._text(query, *values))

    def _text(self, query: LiteralString, *values: Any) -> str:
        """The question in the engine's dialect."""
        given = [one if isinstance(one, sql.Composable) else sql.Literal(one) for one in values]
        text = sql.SQL(query).format(*given).as_string(None)
        if self._copy.dialect == "duckdb":
            return text
        return sqlglot.transpile(text, read="duckdb", write=self._copy.dialect)[0]
