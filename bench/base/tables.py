"""The base as rows: for each table its columns, from the drawn arrays, a slice at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from bench.base import binary as b
from bench.base.binary import Field
from bench.base.draw import DAY, SOURCES, World, random_of, uuids
from bench.base.people import KINDS, People
from huitou.order.types import StagePolicy

Array = np.ndarray[Any, Any]
Make = Callable[[slice], Field]

ROWS = 100_000
"""So many rows are made at a time."""
_NAMES = tuple(name.encode() for name in SOURCES)
_GRADES = (b"A", b"B", b"A", b"A")
_LOCAL_US = 8 * 3600 * 1_000_000


@dataclass(frozen=True)
class Table:
    name: str
    count: int
    columns: Mapping[str, Make]

    def pieces(self) -> Iterator[bytes]:
        """The rows as COPY takes them."""
        for start in range(0, self.count, ROWS):
            part = slice(start, min(start + ROWS, self.count))
            yield b.rows([make(part) for make in self.columns.values()])


@dataclass(frozen=True)
class House:
    """What was founded before: the merchant, its units and staff (ids as bytes), by number."""

    merchant: UUID
    units: Array
    staff: Array


@dataclass(frozen=True)
class Ids:
    """UUIDs as bytes."""

    customers: Array
    orders: Array
    refunds: Array

    @classmethod
    def of(cls, world: World) -> "Ids":
        return cls(
            uuids(world.seed, "customer ids", world.came),
            uuids(world.seed, "order ids", world.orders.received),
            uuids(world.seed, "refund ids", world.refunds.at),
        )


class Writer:
    """Makes the tables of one base."""

    def __init__(self, world: World, people: People, house: House) -> None:
        self.world, self.people, self.house = world, people, house
        self.ids = Ids.of(world)

    def tables(self) -> list[Table]:
        """Of identity and order."""
        return [*self._identity(), *self._orders(), *self._totals()]

    def table(self, name: str, count: int, /, **columns: Make) -> Table:
        """With the merchant before all columns."""
        head: dict[str, Make] = {
            "merchant_id": lambda s: b.same_uuid(self.house.merchant, size_of(s))
        }
        return Table(name, count, head | columns)

    def customer(self, of: Array) -> Make:
        return lambda s: b.raw(self.ids.customers[of[s]])

    def unit(self, of: Array) -> Make:
        return lambda s: b.raw(self.house.units[of[s]])

    def _identity(self) -> list[Table]:
        world, held = self.world, self.people.identifiers
        everyone = np.arange(world.customers)
        phones = np.flatnonzero(held.kind == 3)
        others = phones - 1  # a phone is numbered last, and never alone
        return [
            self.table(
                "identity.customer",
                world.customers,
                id=self.customer(everyone),
                ordinal=lambda s: b.int4(everyone[s] + 1),
                created_at=moments(world.came),
                root_id=self.customer(everyone),
                is_strong=all_are(b"\1"),
                state=all_are(b"live"),
            ),
            self.table(
                "identity.link",
                len(held.kind),
                identifier_id=lambda s: b.int8(np.arange(s.start, s.stop) + 1),
                kind=one_of([kind.encode() for _, kind, _ in KINDS], held.kind),
                scope=one_of([scope.encode() for *_, scope in KINDS], held.kind),
                customer_id=self.customer(held.customer),
                grade=one_of(_GRADES, held.kind),
                is_verified=lambda s: b.boolean(held.kind[s] == 3),
                source=one_of([_NAMES[0], _NAMES[2], _NAMES[1], _NAMES[1]], held.kind),
                linked_at=lambda s: b.moment(world.came[held.customer[s]]),
            ),
            self.table(
                "identity.phone_use",
                len(phones),
                phone_id=lambda s: b.int8(phones[s] + 1),
                other_id=lambda s: b.int8(others[s] + 1),
                kind=one_of([kind.encode() for _, kind, _ in KINDS], held.kind[others]),
                scope=one_of([scope.encode() for *_, scope in KINDS], held.kind[others]),
            ),
        ]

    def _orders(self) -> list[Table]:
        world, ids = self.world, self.ids
        orders, lines, refunds = world.orders, world.lines, world.refunds
        positions = self.people.positions
        returned = np.zeros(len(orders.at), bool)
        returned[refunds.order] = True
        contents = np.frombuffer(
            random_of(world.seed, "contents").bytes(16 * len(orders.at)), np.uint8
        ).reshape(-1, 16)

        def given_back(s: slice) -> Array:
            is_back: Array = returned[lines.order[s]] & (lines.no[s] == 1)
            return is_back

        first = orders.first_line
        return [
            self.table(
                '"order".purchase',
                len(orders.at),
                id=lambda s: b.raw(ids.orders[s]),
                unit_id=self.unit(orders.unit),
                order_no=lambda s: b.numbered("o", np.arange(s.start, s.stop), 9),
                source=one_of(_NAMES, orders.source),
                customer_id=self.customer(orders.customer),
                paid_at=moments(orders.at),
                paid_fen=lambda s: b.int8(orders.fen[s] + orders.shipping[s]),
                shipping_fen=lambda s: b.int8(orders.shipping[s]),
                refunded_fen=lambda s: b.int8(np.where(returned[s], lines.paid_fen[first[s]], 0)),
                line_count=lambda s: b.int4(orders.lines[s]),
                position=lambda s: b.int8(positions.orders[s]),
                content=lambda s: b.raw(contents[s]),
            ),
            self.table(
                '"order".line',
                len(lines.order),
                order_id=lambda s: b.raw(ids.orders[lines.order[s]]),
                line_no=lambda s: b.int4(lines.no[s]),
                sku=one_of([sku.encode() for sku in world.catalogue.sku], lines.sku),
                category_code=one_of(self._categories(), lines.category),
                is_first_of_category=lambda s: b.boolean(lines.is_first[s]),
                quantity=lambda s: b.int8(lines.pieces[s].astype(np.int64) * 1000),
                list_fen=lambda s: b.int8(lines.list_fen[s]),
                paid_fen=lambda s: b.int8(lines.paid_fen[s]),
                refunded_quantity=lambda s: b.int8(
                    given_back(s) * lines.pieces[s].astype(np.int64) * 1000
                ),
                refunded_fen=lambda s: b.int8(given_back(s) * lines.paid_fen[s]),
                customer_id=lambda s: b.raw(ids.customers[orders.customer[lines.order[s]]]),
                paid_at=lambda s: b.moment(orders.at[lines.order[s]]),
            ),
            self.table(
                '"order".refund',
                len(refunds.order),
                id=lambda s: b.raw(ids.refunds[s]),
                order_id=lambda s: b.raw(ids.orders[refunds.order[s]]),
                refund_no=lambda s: b.numbered("r", np.arange(s.start, s.stop), 9),
                refund_fen=lambda s: b.int8(lines.paid_fen[first[refunds.order[s]]]),
                refunded_at=moments(refunds.at),
                position=lambda s: b.int8(positions.refunds[s]),
                lines=lambda s: b.jsonb(b.texts(self._refund_lines(refunds.order[s]))),
            ),
        ]

    def _refund_lines(self, orders: Array) -> list[bytes]:
        """As the order room keeps them."""
        line = self.world.orders.first_line[orders]
        pieces = self.world.lines.pieces[line].astype(np.int64) * 1000
        fen = self.world.lines.paid_fen[line]
        return [
            b'[{"line_no": 1, "quantity": %d, "refund_fen": %d}]' % each
            for each in zip(pieces.tolist(), fen.tolist(), strict=True)
        ]

    def _totals(self) -> list[Table]:
        """Scores are left to the order room: it sets them for all at the end."""
        world, orders, lines = self.world, self.world.orders, self.world.lines
        back_fen = np.zeros(len(orders.at), np.int64)
        back = world.refunds.order
        back_fen[back] = lines.paid_fen[orders.first_line[back]]
        by = np.argsort(orders.customer, kind="stable")
        first = _firsts(orders.customer[by])
        who = orders.customer[by][first]
        count = np.diff(np.r_[first, len(by)])
        refunded = np.add.reduceat(back_fen[by], first)
        paid = np.add.reduceat((orders.fen + orders.shipping)[by], first) - refunded
        earliest = np.minimum.reduceat(orders.at[by], first)
        latest = np.maximum.reduceat(orders.at[by], first)
        stage = stages(count, latest, world.at)
        return [
            self.table(
                '"order".total',
                len(who),
                customer_id=self.customer(who),
                order_count=lambda s: b.int4(count[s]),
                paid_fen=lambda s: b.int8(paid[s]),
                refunded_fen=lambda s: b.int8(refunded[s]),
                first_paid_at=moments(earliest),
                last_paid_at=moments(latest),
                stage=one_of(STAGES, stage),
            ),
            self._category_totals(),
        ]

    def _category_totals(self) -> Table:
        world, orders, lines = self.world, self.world.orders, self.world.lines
        returned = np.zeros(len(orders.at), bool)
        returned[world.refunds.order] = True
        key = orders.customer[lines.order].astype(np.int64) * 64 + lines.category
        by = np.argsort(key, kind="stable")
        first = _firsts(key[by])
        found = key[by][first]
        kept = ~(returned[lines.order] & (lines.no == 1))
        quantity = np.add.reduceat((lines.pieces * kept)[by].astype(np.int64), first) * 1000
        paid = np.add.reduceat((lines.paid_fen * kept)[by], first)
        count = np.add.reduceat(lines.is_first[by].astype(np.int32), first)
        at = orders.at[lines.order][by]
        earliest, latest = np.minimum.reduceat(at, first), np.maximum.reduceat(at, first)
        return self.table(
            '"order".category_total',
            len(found),
            customer_id=self.customer(found // 64),
            category_code=one_of(self._categories(), found % 64),
            order_count=lambda s: b.int4(count[s]),
            quantity=lambda s: b.int8(quantity[s]),
            paid_fen=lambda s: b.int8(paid[s]),
            first_paid_at=moments(earliest),
            last_paid_at=moments(latest),
        )

    def _categories(self) -> list[bytes]:
        return [code.encode() for code, _ in self.world.catalogue.categories]


STAGES = (b"new", b"growing", b"loyal", b"dormant", b"lost")


def stages(count: Array, last: Array, at: int) -> Array:
    """`order.rules.stage` for many, as places in `STAGES`."""
    policy = StagePolicy()
    found: Array = np.select(
        [
            last <= at - policy.lost_days * DAY,
            last <= at - policy.active_days * DAY,
            count >= policy.loyal_orders,
            count >= 2,
        ],
        [4, 3, 2, 1],
        0,
    )
    return found


def local_day(micros: Array) -> Array:
    """The day in Asia/Shanghai, from 1970."""
    days: Array = (micros + _LOCAL_US) // DAY
    return days


def size_of(part: slice) -> int:
    return int(part.stop - part.start)


def all_are(value: bytes) -> Make:
    return lambda s: b.same(value, size_of(s))


def moments(values: Array) -> Make:
    return lambda s: b.moment(values[s])


def one_of(choices: Sequence[bytes | None], which: Array) -> Make:
    return lambda s: b.chosen(choices, which[s])


def _firsts(sorted_keys: Array) -> Array:
    found: Array = np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]])
    return found
