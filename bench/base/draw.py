"""Who there is and what they bought: arrays drawn from a seed, without a database.

Customers are numbered from 0 in the order they came (their ordinal is one more), orders from 0 in
the order they were received. Times are microseconds of Unix time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from bench.base.histories import LINES_MAX, Catalogue, Pool

Array = np.ndarray[Any, Any]

DAY = 86_400_000_000
YEARS_DAYS = 730
REGIONS, STORES, SHOPS, ASSOCIATES = 12, 300, 8, 900
SOURCES = ("pos", "mall", "wecom")
POS, MALL, WECOM = range(3)

_BUYERS = 0.5
_AT_HOME = 0.85
_ONLINE = 0.2
_LATE, _LATE_DAYS = 0.02, 3
_REFUNDED = 0.02
_FAVOURED = 0.7
_HOT_CUSTOMERS = 3
_SHIPPING_FEN, _FREE_FROM_FEN = 600, 9_900
_PIECES = (0.8, 0.95, 0.98)
_PRICES = (100, 100, 90, 80, 70)

CARD, EXTERNAL, UNION, PHONE = 1, 2, 4, 8
PATTERNS = (CARD, EXTERNAL, UNION, CARD | PHONE, CARD | EXTERNAL, CARD | EXTERNAL | UNION | PHONE)
_PATTERN_SHARES = (0.55, 0.15, 0.10, 0.12, 0.05, 0.03)


@dataclass(frozen=True)
class Orders:
    """By position. `fen` is of the lines, without shipping; `received` is when it came to us."""

    customer: Array
    at: Array
    received: Array
    unit: Array
    source: Array
    fen: Array
    lines: Array
    shipping: Array
    first_line: Array


@dataclass(frozen=True)
class Lines:
    """Of the orders, one after the other. Quantity in pieces."""

    order: Array
    no: Array
    sku: Array
    category: Array
    is_first: Array
    pieces: Array
    list_fen: Array
    paid_fen: Array


@dataclass(frozen=True)
class Refunds:
    """The first line of some orders, given back whole."""

    order: Array
    at: Array


@dataclass(frozen=True)
class World:
    """Everything of a base. `came` is a customer's first moment, `held` which identifiers."""

    seed: int
    at: int
    catalogue: Catalogue
    came: Array
    home: Array
    held: Array
    orders: Orders
    lines: Lines
    refunds: Refunds

    @property
    def customers(self) -> int:
        return len(self.came)


def draw(customers: int, seed: int, at: datetime, pool: Pool, catalogue: Catalogue) -> World:
    """The same for the same arguments."""
    end = int(at.timestamp()) * 1_000_000
    random = random_of(seed, "people")
    came = np.sort(end - (random.random(customers) * YEARS_DAYS * DAY).astype(np.int64) - 1)
    weight = 1 / np.arange(1, STORES + 1) ** 0.7
    weight = np.r_[weight * (1 - _ONLINE) / weight.sum(), np.full(SHOPS, _ONLINE / SHOPS)]
    home = random.choice(STORES + SHOPS, customers, p=weight / weight.sum()).astype(np.int16)
    orders = _orders(seed, end, came, home, pool)
    lines = _lines(seed, customers, orders, catalogue)
    held = patterns(seed, np.arange(customers))
    refunds = _refunds(seed, end, orders)
    return World(seed, end, catalogue, came, home, held, orders, lines, refunds)


def patterns(seed: int, numbers: Array) -> Array:
    """Which identifiers customers have, by their numbers: bits of CARD, EXTERNAL, UNION, PHONE."""
    edges = np.cumsum(_PATTERN_SHARES)[:-1]
    which = np.searchsorted(edges, uniform(seed, "held", numbers), side="right")
    found: Array = np.array(PATTERNS, np.uint8)[which]
    return found


def uniform(seed: int, salt: str, numbers: Array) -> Array:
    """[0, 1) by the number alone, so that who was drawn before does not matter.

    SplitMix64 (Steele, Lea, Flood 2014).
    """
    start = np.uint64(seed * 1_000_003 + sum(salt.encode()) * 7_919)
    with np.errstate(over="ignore"):
        z = (np.asarray(numbers).astype(np.uint64) + start) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    found: Array = (z >> np.uint64(11)).astype(np.float64) / 2**53
    return found


def uuids(seed: int, salt: str, micros: Array) -> Array:
    """UUIDv7 of these moments, as bytes (n, 16)."""
    ids = np.frombuffer(random_of(seed, salt).bytes(16 * len(micros)), np.uint8)
    ids = ids.reshape(len(micros), 16).copy()
    ids[:, :6] = (np.asarray(micros) // 1000).astype(">i8").view(np.uint8).reshape(-1, 8)[:, 2:]
    ids[:, 6] = ids[:, 6] & 0x0F | 0x70
    ids[:, 8] = ids[:, 8] & 0x3F | 0x80
    return ids


def random_of(seed: int, salt: str) -> np.random.Generator:
    """A stream of its own for each purpose."""
    return np.random.default_rng([seed, *salt.encode()])


def _orders(seed: int, end: int, came: Array, home: Array, pool: Pool) -> Orders:
    random = random_of(seed, "orders")
    buyers = np.flatnonzero(random.random(len(came)) < _BUYERS)
    history = _histories(random, pool, len(buyers))
    count = pool.count[history]
    customer = np.repeat(buyers, count)
    place = np.arange(len(customer)) - np.repeat(np.cumsum(count) - count, count)
    drawn = np.repeat(pool.start[history], count) + place
    jitter = np.where(place > 0, random.random(len(drawn)) * 0.5, 0.0)
    at = came[customer] + ((pool.day[drawn] + jitter) * DAY).astype(np.int64)
    customer, at, drawn = _with_hot(random, customer, at, drawn, came, end)
    kept = at < end
    customer, at, drawn = customer[kept], at[kept], drawn[kept]
    is_late = random.random(len(at)) < _LATE
    delay = np.where(is_late, random.random(len(at)) * _LATE_DAYS, 1 / 86_400)
    received = np.minimum(at + (delay * DAY).astype(np.int64), end - 1)
    by = np.argsort(received, kind="stable")
    customer, at, drawn, received = customer[by], at[by], drawn[by], received[by]
    elsewhere = random.random(len(by)) >= _AT_HOME
    unit = np.where(elsewhere, random.integers(0, STORES + SHOPS, len(by)), home[customer])
    source = np.where(unit < STORES, POS, MALL).astype(np.int8)
    fen, lines = np.maximum(pool.fen[drawn], 100), pool.lines[drawn].astype(np.int8)
    shipping = np.where((source == MALL) & (fen < _FREE_FROM_FEN), _SHIPPING_FEN, 0)
    first = np.cumsum(lines, dtype=np.int64) - lines
    return Orders(
        *(customer.astype(np.int32), at, received, unit.astype(np.int16), source),
        *(fen, lines, shipping, first),
    )


def _histories(random: np.random.Generator, pool: Pool, count: int) -> Array:
    """Whole histories, with replacement."""
    edges = np.cumsum([share for share, *_ in pool.ranges])[:-1]
    which = np.searchsorted(edges, random.random(count), side="right")
    firsts = np.array([first for _, first, _ in pool.ranges])
    sizes = np.array([end - first for _, first, end in pool.ranges])
    found: Array = firsts[which] + (random.random(count) * sizes[which]).astype(np.int64)
    return found


def _with_hot(
    random: np.random.Generator, customer: Array, at: Array, drawn: Array, came: Array, end: int
) -> tuple[Array, Array, Array]:
    """A few customers with very many orders: the card that lies beside the till."""
    each = int(np.clip(len(came) // 200, 20, 20_000))
    early = max(1, len(came) // 10)
    hot = random.choice(early, min(_HOT_CUSTOMERS, early), replace=False)
    who = np.repeat(hot, each)
    when = came[who] + (random.random(len(who)) * (end - came[who])).astype(np.int64)
    what = random.integers(0, int(drawn.max()) + 1, len(who))
    return np.r_[customer, who], np.r_[at, when], np.r_[drawn, what]


def _lines(seed: int, customers: int, orders: Orders, catalogue: Catalogue) -> Lines:
    random = random_of(seed, "lines")
    order = np.repeat(np.arange(len(orders.at), dtype=np.int32), orders.lines)
    count = len(order)
    no = (np.arange(count) - orders.first_line[order] + 1).astype(np.int8)
    sku = _skus(random, customers, orders.customer[order], catalogue)
    category = catalogue.category[sku].astype(np.int8)
    pieces = (np.searchsorted(_PIECES, random.random(count)) + 1).astype(np.int8)
    paid = _split(random, order, orders)
    price = np.array(_PRICES)[random.integers(0, len(_PRICES), count)]
    return Lines(
        *(order, no, sku, category, _first_of_category(order, category), pieces),
        *(paid * 100 // price, paid),
    )


def _skus(
    random: np.random.Generator, customers: int, customer: Array, catalogue: Catalogue
) -> Array:
    """By popularity; most of a customer's lines are of a category she favours."""
    cumulated = np.cumsum(catalogue.weight)
    codes = np.arange(int(catalogue.category.max()) + 1)
    low = np.r_[0.0, cumulated][np.searchsorted(catalogue.category, codes)]
    high = cumulated[np.searchsorted(catalogue.category, codes, side="right") - 1]
    draw_one = random.random(customers) * cumulated[-1]
    favoured = catalogue.category[np.searchsorted(cumulated, draw_one, side="right")]
    mine = favoured[customer]
    is_mine = random.random(len(customer)) < _FAVOURED
    point = random.random(len(customer))
    point = np.where(is_mine, low[mine] + point * (high[mine] - low[mine]), point * cumulated[-1])
    found = np.searchsorted(cumulated, point, side="right")
    skus: Array = np.minimum(found, len(cumulated) - 1).astype(np.int16)
    return skus


def _split(random: np.random.Generator, order: Array, orders: Orders) -> Array:
    """An order's amount over its lines by chance; what rounding leaves is the first line's."""
    weight = random.random(len(order)) + 0.2
    total = np.add.reduceat(weight, orders.first_line)
    paid = np.floor(orders.fen[order] * (weight / total[order])).astype(np.int64)
    left = orders.fen - np.add.reduceat(paid, orders.first_line)
    paid[orders.first_line] += left
    return paid


def _first_of_category(order: Array, category: Array) -> Array:
    """The first line of each category in its order; lines are by order and number."""
    key = order.astype(np.int64) * 64 + category
    by = np.argsort(key, kind="stable")
    first = np.zeros(len(key), bool)
    first[by] = np.r_[True, key[by][1:] != key[by][:-1]]
    return first


def _refunds(seed: int, end: int, orders: Orders) -> Refunds:
    random = random_of(seed, "refunds")
    chosen = np.flatnonzero(random.random(len(orders.at)) < _REFUNDED)
    at = orders.received[chosen] + ((1 + random.random(len(chosen)) * 14) * DAY).astype(np.int64)
    return Refunds(chosen[at < end], at[at < end])


assert LINES_MAX <= 8, "line numbers fit in a digit"
