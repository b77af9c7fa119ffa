"""The vault of identifiers, and the last weeks of the log."""

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bench.base import binary as b
from bench.base.draw import DAY, MALL, SOURCES
from bench.base.people import KINDS, LOG_DAYS, values
from bench.base.tables import ROWS, Table, Writer, one_of, size_of
from huitou.base.crypto import SHORT_BLIND_BYTES, MerchantKeys
from huitou.event import rules

Array = np.ndarray[Any, Any]
Hidden = tuple[Array, list[bytes]]

_ALONE_MAX = 200_000
INT8, BOOL = 20, 16
"""Oids of the elements of arrays."""
_keys: MerchantKeys | None = None
"""For the processes that hash and seal; they are forked from this one."""


def vault(writer: Writer, keys: MerchantKeys) -> tuple[Table, Iterator[bytes]]:
    """`event.identifier` and its rows; hashing and sealing take a process a core."""
    held = writer.people.identifiers
    kinds = [kind.encode() for _, kind, _ in KINDS]
    scopes = [scope.encode() for *_, scope in KINDS]
    hidden: Hidden = (np.zeros((0, SHORT_BLIND_BYTES), np.uint8), [])

    def tail(s: slice) -> b.Field:
        number = b.numbered("", (held.customer[s] + 1) % 10_000, 4)
        return number.or_null((held.kind[s] == 1) | (held.kind[s] == 2))

    table = writer.table(
        "event.identifier",
        len(held.kind),
        id=lambda s: b.int8(np.arange(s.start, s.stop) + 1),
        kind=one_of(kinds, held.kind),
        scope=one_of(scopes, held.kind),
        blind=lambda s: b.raw(hidden[0]),
        sealed=lambda s: b.texts(hidden[1]),
        tail=tail,
    )

    def pieces() -> Iterator[bytes]:
        nonlocal hidden
        parts = [slice(at, min(at + ROWS, table.count)) for at in range(0, table.count, ROWS)]
        asked = [(held.kind[part], held.customer[part]) for part in parts]
        for part, these in zip(parts, _hide_all(asked, keys), strict=True):
            hidden = these
            yield b.rows([make(part) for make in table.columns.values()])

    return table, pieces()


def log(writer: Writer) -> list[Table]:
    """Orders and acts of the last `LOG_DAYS`, month by month, whose they are, and that they were."""
    world, positions = writer.world, writer.people.positions
    acts, orders = writer.people.acts, world.orders
    recent = np.flatnonzero(orders.received >= world.at - LOG_DAYS * DAY)
    place = np.r_[recent, np.arange(len(acts.at))]
    is_act = np.r_[np.zeros(len(recent), bool), np.ones(len(acts.at), bool)]
    position = np.r_[positions.orders[recent], positions.acts]
    by = np.argsort(position)
    entries = _Entries(writer, place[by], is_act[by], position[by])
    month = entries.received.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    tables = []
    for each in np.unique(month):
        of_month = np.flatnonzero(month == each)
        name = f"event.log_{1970 + each // 12:04d}{each % 12 + 1:02d}"
        tables.append(entries.table(name, slice(int(of_month[0]), int(of_month[-1]) + 1)))
    return [*tables, entries.seen(), entries.resolved()]


def months(at: int) -> list[datetime]:
    """A moment in each month of which there may be a part of the log."""
    days = range(0, LOG_DAYS + 1, 15)
    return [datetime.fromtimestamp((at - day * DAY) // 1_000_000, UTC) for day in days]


class _Entries:
    """Log entries by position; `place` is that of the order or of the act."""

    def __init__(self, writer: Writer, place: Array, is_act: Array, position: Array) -> None:
        self.writer, self.place, self.is_act, self.position = writer, place, is_act, position
        orders, acts = writer.world.orders, writer.people.acts
        self.customer = self._either(orders.customer, acts.customer)
        self.occurred = self._either(orders.at, acts.at)
        self.received = self._either(orders.received, acts.at)
        self.source = np.where(is_act, MALL, self._either(orders.source, acts.customer * 0))
        self.via = writer.people.identifiers.first[self.customer] + 1

    def table(self, name: str, rows: slice) -> Table:
        """The entries of `rows` into a part of the log."""

        def within(make: Any) -> Any:
            return lambda s: make(slice(s.start + rows.start, s.stop + rows.start))

        columns = {
            "position": lambda s: b.int8(self.position[s]),
            "id": self._id,
            "source": one_of([name.encode() for name in SOURCES], self.source),
            "type": one_of([b"order.paid", b"product.viewed"], self.is_act.astype(np.int8)),
            "occurred_at": lambda s: b.moment(self.occurred[s]),
            "received_at": lambda s: b.moment(self.received[s]),
            "unit_id": self._unit,
            "identifier_ids": lambda s: b.array_of([b.int8(self.via[s])], _ones(s), INT8),
            "verified": lambda s: b.array_of([b.boolean(self.via[s] < 0)], _ones(s), BOOL),
            "properties": self._properties,
        }
        made = {column: within(make) for column, make in columns.items()}
        return self.writer.table(name, size_of(rows), **made)

    def seen(self) -> Table:
        hashes = np.random.default_rng(self.writer.world.seed)
        return self.writer.table(
            "event.seen",
            len(self.position),
            source=one_of([name.encode() for name in SOURCES], self.source),
            id=self._id,
            body_hash=lambda s: b.raw(hashes.integers(0, 256, (size_of(s), 32), np.uint8)),
            position=lambda s: b.int8(self.position[s]),
        )

    def resolved(self) -> Table:
        return self.writer.table(
            "identity.resolved",
            len(self.position),
            position=lambda s: b.int8(self.position[s]),
            customer_id=self.writer.customer(self.customer),
            via_id=lambda s: b.int8(self.via[s]),
        )

    def _either(self, of_order: Array, of_act: Array) -> Array:
        found = np.zeros(len(self.place), np.int64)
        found[~self.is_act] = of_order[self.place[~self.is_act]]
        found[self.is_act] = of_act[self.place[self.is_act]]
        return found

    def _id(self, s: slice) -> b.Field:
        """`o000000001` is an order, `v000000001` an act."""
        field = b.numbered("o", self.place[s], 9)
        field.data[self.is_act[s], 0] = ord("v")
        return field

    def _unit(self, s: slice) -> b.Field:
        unit = self.writer.world.orders.unit[np.where(self.is_act[s], 0, self.place[s])]
        return b.raw(self.writer.house.units[unit]).or_null(self.is_act[s])

    def _properties(self, s: slice) -> b.Field:
        texts = [
            self._looked_at(place) if is_act else self._bought(place)
            for place, is_act in zip(self.place[s].tolist(), self.is_act[s].tolist(), strict=True)
        ]
        return b.jsonb(b.texts(texts))

    def _looked_at(self, place: int) -> bytes:
        sku = self.writer.world.catalogue.sku[self.writer.people.acts.sku[place]]
        return b'{"sku": "%s"}' % sku.encode()

    def _bought(self, place: int) -> bytes:
        world = self.writer.world
        orders, lines = world.orders, world.lines
        first = int(orders.first_line[place])
        parts = [
            b'{"line_no": %d, "sku": "%s", "quantity": %d, "list_fen": %d, "paid_fen": %d}'
            % (
                *(lines.no[line], world.catalogue.sku[lines.sku[line]].encode()),
                *(int(lines.pieces[line]) * 1000, lines.list_fen[line], lines.paid_fen[line]),
            )
            for line in range(first, first + int(orders.lines[place]))
        ]
        return b'{"order_no": "o%09d", "lines": [%s], "paid_fen": %d, "shipping_fen": %d}' % (
            *(place, b", ".join(parts)),
            *(orders.fen[place] + orders.shipping[place], orders.shipping[place]),
        )


def _hide_all(
    asked: Iterable[tuple[Array, Array]], keys: MerchantKeys
) -> Iterator[tuple[Array, list[bytes]]]:
    """Keyed hash and ciphertext of identifiers, by the merchant's real keys."""
    global _keys
    _keys = keys
    asked = list(asked)
    if sum(len(kind) for kind, _ in asked) <= _ALONE_MAX:
        yield from map(_hide, asked)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        yield from pool.map(_hide, asked)


def _hide(asked: tuple[Array, Array]) -> tuple[Array, list[bytes]]:
    kind, customer = asked
    keys = _keys
    assert keys is not None
    texts = values(kind, customer)
    blinds = b"".join(
        keys.short_blind(rules.blind_text(KINDS[which][1], KINDS[which][2], text))
        for which, text in zip(kind.tolist(), texts, strict=True)
    )
    return np.frombuffer(blinds, np.uint8).reshape(-1, SHORT_BLIND_BYTES), [
        keys.seal(text) for text in texts
    ]


def _ones(part: slice) -> Array:
    return np.ones(size_of(part), np.int64)
