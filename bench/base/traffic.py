"""Events as a brand's tills, mall and WeCom send them, against a base: mixed, and a twentieth amiss.

Nine tenths of what is amiss is harmless to those who cope (sent twice, late, out of order, a SKU that
nobody described), the rest must be rejected (a unit nobody knows, lines that do not sum, an id used
again for something else).
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import numpy as np

from bench.base.draw import ASSOCIATES, CARD, EXTERNAL, SHOPS, STORES, UNION, patterns
from bench.base.histories import SKUS_MAX
from bench.base.people import KINDS, values

Event = dict[str, Any]

AMISS = 0.05
_MIX = (
    ("order", 0.45),
    ("view", 0.33),
    ("cart", 0.08),
    ("friend", 0.04),
    ("newcomer", 0.04),
    ("bind", 0.03),
    ("consent", 0.03),
)
_AMISS = (("again", 0.45), ("late", 0.25), ("early refund", 0.1), ("new sku", 0.1), ("wrong", 0.1))
_LINES_MAX = 6
_REFUNDED = 0.05
_HOT = 0.2
_BIT_OF = {bit: place for place, (bit, *_) in enumerate(KINDS)}


@dataclass
class Traffic:
    """One sender's events to the base of that many customers and that seed, always the same for
    the same `run`, which its ids begin with."""

    customers: int
    seed: int
    run: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self._random = Random(f"{self.seed} {self.run}")
        self._count = 0
        self._sent: list[Event] = []

    def requests(self, count: int, size: int) -> list[list[Event]]:
        """`count` events in requests of `size`."""
        events: list[Event] = []
        while len(events) < count:
            events += self._next()
        return [events[at : at + size] for at in range(0, count, size)]

    def _next(self) -> list[Event]:
        if self._random.random() < AMISS and self._sent:
            made = self._amiss(self._one_of(_AMISS))
        else:
            made = [self._make(self._one_of(_MIX))]
            if made[0]["type"] == "order.paid" and self._random.random() < _REFUNDED:
                made.append(self._refund(made[0]))
        self._sent = [*self._sent[-500:], *made]
        return made

    def _amiss(self, kind: str) -> list[Event]:
        if kind == "again":
            return [self._random.choice(self._sent)]
        if kind == "wrong":
            return [self._wrong()]
        order = self._order()
        if kind == "late":
            late = timedelta(days=self._random.uniform(2, 700))
            return [order | {"occurred_at": (self.now - late).isoformat()}]
        if kind == "new sku":
            order["properties"]["lines"][0]["sku"] = f"x{self._random.randrange(10**6)}"
            return [order]
        return [self._refund(order), order]

    def _wrong(self) -> Event:
        order = self._order()
        which = self._random.randrange(3)
        if which == 0:
            return order | {"unit": "nowhere"}
        if which == 1:
            order["properties"]["paid_fen"] += 1
            return order
        return self._random.choice(self._sent) | {"properties": {"sku": "other"}}

    def _make(self, kind: str) -> Event:
        if kind == "order":
            return self._order()
        if kind == "newcomer":
            return self._newcomer()
        number, held = self._customer()
        known = self._known(number, held)
        sku = {"sku": self._sku()}
        if kind in ("view", "cart") or (kind == "friend" and not held & EXTERNAL):
            return self._event("cart.added" if kind == "cart" else "product.viewed", known, sku)
        if kind == "friend":
            staff = {"staff": f"wc-a{self._random.randrange(ASSOCIATES):04d}"}
            return self._event("contact.added", self._known(number, EXTERNAL), staff, "wecom")
        if kind == "bind":
            card: Event = {"kind": "card", "scope": "mall", "value": f"m{self.run}{number}"}
            return self._event("identity.bound", [*known, card], {"method": "card_bound"})
        return self._event("consent.given", known, {"channel": "sms"})

    def _newcomer(self) -> Event:
        number = f"{self.run}{self._count}"
        card: Event = {"kind": "card", "scope": "default", "value": f"n{number}"}
        phone: Event = {
            "kind": "phone",
            "value": f"15{self._random.randrange(10**9):09d}",
            "verified": True,
        }
        known = [card, phone] if self._random.random() < 0.3 else [card]
        return self._event("member.joined", known, {"method": "counter"}, "pos")

    def _order(self) -> Event:
        number, held = self._customer()
        is_mall = self._random.random() < 0.2
        count = min(1 + int(self._random.expovariate(0.8)), _LINES_MAX)
        lines: list[Event] = [
            {
                "line_no": place + 1,
                "sku": self._sku(),
                "quantity": 1000,
                "list_fen": amount,
                "paid_fen": amount,
            }
            for place, amount in enumerate(self._random.choices(range(100, 20_000), k=count))
        ]
        paid = sum(line["paid_fen"] for line in lines)
        number_of_order = f"{self.run}-{self._count}"
        event = self._event(
            "order.paid",
            self._known(number, held),
            {"order_no": number_of_order, "lines": lines, "paid_fen": paid},
            "mall" if is_mall else "pos",
        )
        place = number % SHOPS if is_mall else number * 7 % STORES
        return event | {"unit": f"shop-{place}" if is_mall else f"store-{place:04d}"}

    def _refund(self, order: Event) -> Event:
        said = order["properties"]
        line = said["lines"][0]
        back = {"line_no": line["line_no"], "quantity": 1000, "refund_fen": line["paid_fen"]}
        properties = {
            "order_no": said["order_no"],
            "refund_no": f"r{said['order_no']}",
            "lines": [back],
            "refund_fen": line["paid_fen"],
        }
        event = self._event("order.refunded", order["identifiers"], properties, order["source"])
        return event | {"unit": order["unit"]}

    def _event(
        self, type_: str, known: list[Event], properties: Event, source: str = "mall"
    ) -> Event:
        self._count += 1
        ago = timedelta(seconds=self._random.uniform(1, 3_600))
        return {
            "id": f"{self.run}-{self._count}",
            "type": type_,
            "occurred_at": (self.now - ago).isoformat(),
            "source": source,
            "identifiers": known,
            "properties": properties,
        }

    def _customer(self) -> tuple[int, int]:
        """Most of anyone, some of a few."""
        point = self._random.random()
        if self._random.random() < _HOT:
            point = point**6
        number = int(point * self.customers)
        return number, int(patterns(self.seed, np.array([number]))[0])

    def _known(self, number: int, held: int) -> list[Event]:
        bit = next(bit for bit in (CARD, EXTERNAL, UNION) if held & bit)
        place = _BIT_OF[bit]
        [value] = values(np.array([place]), np.array([number]))
        _, kind, scope = KINDS[place]
        return [{"kind": kind, "value": value} | ({"scope": scope} if scope else {})]

    def _sku(self) -> str:
        return f"s{int(self._random.random() ** 3 * SKUS_MAX):05d}"

    def _one_of(self, mix: tuple[tuple[str, float], ...]) -> str:
        return self._random.choices([name for name, _ in mix], [share for _, share in mix])[0]


def encoded(requests: list[list[Event]]) -> list[bytes]:
    """Bodies of `POST /v1/events`."""
    return [json.dumps({"events": events}).encode() for events in requests]
