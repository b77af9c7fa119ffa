"""Random histories of orders and refunds, as events, and what they must add up to."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

STORES = ("store-0401", "store-0412", "mall")
SKUS = {"M1": "dairy", "M2": "dairy", "B1": "bakery", "S1": "snacks"}
"""The SKU X9 is never described: its category is `unknown`."""

Event = dict[str, Any]


@dataclass
class Figures:
    order_count: int = 0
    paid_fen: int = 0
    refunded_fen: int = 0
    times: list[datetime] = field(default_factory=list)


@dataclass
class CategoryFigures:
    order_count: int = 0
    quantity: int = 0
    paid_fen: int = 0
    times: list[datetime] = field(default_factory=list)


def make_history(random: Random, now: datetime, count: int, people: int) -> list[Event]:
    """Orders (some sent twice, some under a used number, some by nobody) and refunds (some twice,
    some too large, some of orders that never come), in a random order."""
    events: list[Event] = []
    for index in range(count):
        order = _order(random, now, index, people)
        events.append(order)
        if random.random() < 0.15:
            events.append({**order, "id": f"{order['id']}-again"})
        if random.random() < 0.1:
            properties = {**order["properties"], "paid_fen": order["properties"]["paid_fen"] + 1}
            properties["shipping_fen"] += 1
            events.append({**order, "id": f"{order['id']}-other", "properties": properties})
        refund_count = random.choice((0, 0, 0, 1, 2, 3))
        events.extend(_refund(random, order, number) for number in range(refund_count))
    random.shuffle(events)
    return events


def _order(random: Random, now: datetime, index: int, people: int) -> Event:
    lines: list[dict[str, Any]] = []
    for line_no in range(1, random.randint(1, 4) + 1):
        list_fen = random.randint(1, 500)
        lines.append(
            {
                "line_no": line_no,
                "sku": random.choice([*SKUS, "X9"]),
                "quantity": random.randint(1, 5) * 1000,
                "list_fen": list_fen,
                "paid_fen": random.randint(0, list_fen),
            }
        )
    shipping = random.choice((0, 0, 600))
    buyer = random.randint(0, people)
    card = {"kind": "card", "scope": "default", "value": f"88{buyer:06d}"}
    at = now - timedelta(seconds=random.randint(3600, 400 * 86400))
    return {
        "id": f"o-{index}",
        "type": "order.paid",
        "source": "pos",
        "unit": random.choice(STORES),
        "occurred_at": at.isoformat(),
        "identifiers": [card] if buyer else [],
        "properties": {
            "order_no": f"N{index}",
            "lines": lines,
            "paid_fen": sum(line["paid_fen"] for line in lines) + shipping,
            "shipping_fen": shipping,
        },
    }


def _refund(random: Random, order: Event, number: int) -> Event:
    lines = [
        {
            "line_no": line["line_no"],
            "quantity": random.choice((0, line["quantity"], line["quantity"])),
            "refund_fen": random.randint(0, line["paid_fen"]),
        }
        for line in order["properties"]["lines"]
        if random.random() < 0.5
    ]
    shipping = order["properties"]["shipping_fen"] if random.random() < 0.3 else 0
    refund_fen = sum(line["refund_fen"] for line in lines) + shipping
    if not refund_fen:
        lines, shipping, refund_fen = [], 1, 1
    order_no = order["properties"]["order_no"]
    return {
        "id": f"r-{order['id']}-{number}",
        "type": "order.refunded",
        "source": "pos",
        "unit": order["unit"],
        "occurred_at": order["occurred_at"],
        "properties": {
            "order_no": order_no if random.random() < 0.95 else f"{order_no}-never",
            "refund_no": random.choice(("R1", "R1", "R2", "R3")),
            "lines": lines,
            "refund_fen": refund_fen,
            "shipping_fen": shipping,
        },
    }


@dataclass
class Model:
    """The same history read slowly: one event after the other, in the order of the log."""

    orders: dict[tuple[str, str], Event] = field(default_factory=dict)
    refunds: dict[tuple[str, str], list[Event]] = field(default_factory=lambda: defaultdict(list))
    set_aside: dict[str, str] = field(default_factory=dict)

    def take(self, events: list[Event]) -> None:
        for event in events:
            if event["type"] == "order.paid":
                self._order(event)
        for event in events:
            if event["type"] == "order.refunded":
                self._refund(event)

    def _order(self, event: Event) -> None:
        key = (event["unit"], event["properties"]["order_no"])
        first = self.orders.setdefault(key, event)
        if first["properties"] != event["properties"]:
            self.set_aside[event["id"]] = "order.reused_no"

    def _refund(self, event: Event) -> None:
        said = event["properties"]
        key = (event["unit"], said["order_no"])
        order = self.orders.get(key)
        if order is None:
            return
        before = self.refunds[key]
        for refund in before:
            if refund["properties"]["refund_no"] == said["refund_no"]:
                other = refund["properties"]
                if (other["refund_fen"], other["lines"]) != (said["refund_fen"], said["lines"]):
                    self.set_aside[event["id"]] = "order.reused_no"
                return
        taken = [*before, event]
        total = sum(refund["properties"]["refund_fen"] for refund in taken)
        is_right = total <= order["properties"]["paid_fen"]
        for line in order["properties"]["lines"]:
            of_line = [
                x
                for refund in taken
                for x in refund["properties"]["lines"]
                if x["line_no"] == line["line_no"]
            ]
            is_right &= sum(x["refund_fen"] for x in of_line) <= line["paid_fen"]
            is_right &= sum(x["quantity"] for x in of_line) <= line["quantity"]
        if is_right:
            before.append(event)
        else:
            self.set_aside[event["id"]] = "order.refund_too_large"

    def totals(self) -> dict[str, Figures]:
        """By card number; orders by nobody are in nobody's totals."""
        found: dict[str, Figures] = defaultdict(Figures)
        for key, order in self.orders.items():
            for card in order["identifiers"]:
                figures = found[card["value"]]
                refunded = sum(r["properties"]["refund_fen"] for r in self.refunds[key])
                figures.order_count += 1
                figures.paid_fen += order["properties"]["paid_fen"] - refunded
                figures.refunded_fen += refunded
                figures.times.append(datetime.fromisoformat(order["occurred_at"]))
        return dict(found)

    def category_totals(self) -> dict[tuple[str, str], CategoryFigures]:
        """By card number and category."""
        found: dict[tuple[str, str], CategoryFigures] = defaultdict(CategoryFigures)
        for key, order in self.orders.items():
            refunds = [x for r in self.refunds[key] for x in r["properties"]["lines"]]
            for card in order["identifiers"]:
                seen = set()
                for line in order["properties"]["lines"]:
                    category = SKUS.get(line["sku"], "unknown")
                    figures = found[card["value"], category]
                    back = [x for x in refunds if x["line_no"] == line["line_no"]]
                    figures.quantity += line["quantity"] - sum(x["quantity"] for x in back)
                    figures.paid_fen += line["paid_fen"] - sum(x["refund_fen"] for x in back)
                    figures.times.append(datetime.fromisoformat(order["occurred_at"]))
                    figures.order_count += category not in seen
                    seen.add(category)
        return dict(found)
