"""What a rule means, read off the rows one customer at a time.

Written against the meaning in `huitou.segment.types.rule`, without the compiler: the facts are dumped
from the tables and every leaf is judged in Python.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from huitou.base.db import ReadTx
from huitou.order.rules import rfm_segment

DAY = timedelta(days=1)


@dataclass
class Facts:
    """Everything known of one customer."""

    known: dict[str, Any]
    profile: dict[str, Any] | None = None
    total: dict[str, Any] | None = None
    orders: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    seen: list[datetime] = field(default_factory=list)
    traits: dict[str, Any] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    consents: set[tuple[str, str]] = field(default_factory=set)
    is_friend: bool = False


class World:
    """The facts of a merchant at `now`, and rules judged on them."""

    def __init__(self, tx: ReadTx, segments: dict[str, Any] | None = None) -> None:
        self.now = tx.now
        self.segments = segments or {}
        self.zone = ZoneInfo("Asia/Shanghai")
        self.units = {row["id"]: row for row in tx.rows(dict, "SELECT * FROM merchant.unit")}
        self.paths = {row["code"]: row["path"] for row in self.units.values()}
        self.staff = {
            row["id"]: row["code"] for row in tx.rows(dict, "SELECT * FROM merchant.staff")
        }
        self.categories = {
            row["sku"]: row["category_code"]
            for row in tx.rows(dict, "SELECT * FROM catalog.product")
        }
        self.customers = {
            row["id"]: Facts(row)
            for row in tx.rows(dict, "SELECT * FROM identity.customer")
            if row["root_id"] == row["id"] and row["state"] == "live"
        }
        self._load(tx)

    def _load(self, tx: ReadTx) -> None:
        for row in tx.rows(dict, "SELECT * FROM profile.customer"):
            self.customers[row["customer_id"]].profile = row
            of_sources = {f"source:{source}" for source in row["source_channels"]}
            self.customers[row["customer_id"]].tags |= of_sources
        for row in tx.rows(dict, 'SELECT * FROM "order".total'):
            self.customers[row["customer_id"]].total = row
        lines: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
        for row in tx.rows(dict, 'SELECT * FROM "order".line'):
            lines[row["order_id"]].append(row)
        for row in tx.rows(dict, 'SELECT * FROM "order".purchase'):
            if row["customer_id"] in self.customers:  # not by nobody, not by who was forgotten
                order = {
                    **row,
                    "lines": lines[row["id"]],
                    "path": self.units[row["unit_id"]]["path"],
                }
                self.customers[row["customer_id"]].orders.append(order)
        roots = {
            row["id"]: row["root_id"] for row in tx.rows(dict, "SELECT * FROM identity.customer")
        }
        for row in tx.rows(dict, "SELECT * FROM profile.seen"):
            if (root := roots[row["customer_id"]]) in self.customers:
                self.customers[root].seen.append(row["last_seen_at"])
        who = {
            row["position"]: roots[row["customer_id"]]
            for row in tx.rows(dict, "SELECT * FROM identity.resolved")
        }
        for row in tx.rows(dict, "SELECT * FROM event.log"):
            if who.get(row["position"]) in self.customers:
                unit = self.units.get(row["unit_id"])
                event = {**row, "path": unit["path"] if unit else None}
                self.customers[who[row["position"]]].events.append(event)
        for row in tx.rows(dict, "SELECT * FROM profile.trait"):
            self.customers[row["customer_id"]].traits[row["name"]] = row["value"]
        for row in tx.rows(dict, "SELECT * FROM profile.tag"):
            self.customers[row["customer_id"]].tags.add(row["name"])
        for row in tx.rows(dict, "SELECT * FROM profile.consent"):
            if row["state"] == "given":
                self.customers[row["customer_id"]].consents.add((row["channel"], row["purpose"]))
        for row in tx.rows(dict, "SELECT * FROM profile.friendship"):
            self.customers[row["customer_id"]].is_friend |= row["ended_at"] is None

    def matching(self, rule: Any) -> set[UUID]:
        """Everyone who meets the rule."""
        return {id_ for id_, facts in self.customers.items() if self.holds(rule, id_, facts)}

    def leaves(self, node: Any, path: str = "") -> list[tuple[str, Any]]:
        """Leaves with their paths, in order."""
        if "kind" in node:
            return [(path, node)]
        if "not" in node:
            return self.leaves(node["not"], f"{path}.not" if path else "not")
        word = "all" if "all" in node else "any"
        before = f"{path}.{word}" if path else word
        return [
            leaf
            for index, child in enumerate(node[word])
            for leaf in self.leaves(child, f"{before}[{index}]")
        ]

    def holds(self, node: Any, id_: UUID, facts: Facts) -> bool:
        """Does the node hold for this customer?"""
        if "all" in node:
            return all(self.holds(child, id_, facts) for child in node["all"])
        if "any" in node:
            return any(self.holds(child, id_, facts) for child in node["any"])
        if "not" in node:
            return not self.holds(node["not"], id_, facts)
        judge: Callable[[Any, UUID, Facts], bool] = getattr(self, f"_{node['kind']}")
        return judge(node, id_, facts)

    def _segment(self, leaf: Any, id_: UUID, facts: Facts) -> bool:
        return self.holds(self.segments[leaf["id"]], id_, facts)

    def _sample(self, leaf: Any, id_: UUID, facts: Facts) -> bool:
        digest = hashlib.sha256(f"{leaf['salt']}:{id_}".encode()).hexdigest()
        share: float = leaf["share"]
        return int(digest[:8], 16) < round(share * 2**32)

    def _tag(self, leaf: Any, id_: UUID, facts: Facts) -> bool:
        return leaf["name"] in facts.tags

    def _consent(self, leaf: Any, id_: UUID, facts: Facts) -> bool:
        return (leaf["channel"], leaf.get("purpose", "marketing")) in facts.consents

    def _purchase(self, leaf: Any, id_: UUID, facts: Facts) -> bool:
        where = leaf.get("where", {})
        orders = [
            order
            for order in facts.orders
            if self._in_window(order["paid_at"], leaf.get("window", {}))
            and ("unit" not in where or self._under(order["path"], where["unit"]))
            and ("channel" not in where or order["source"] in where["channel"])
        ]
        asks_lines = "category" in where or "sku" in where
        found = [
            (order, line)
            for order in orders
            for line in order["lines"]
            if ("category" not in where or line["category_code"] in where["category"])
            and ("sku" not in where or line["sku"] in where["sku"])
        ]
        matched = [order for order in orders if any(one["id"] == order["id"] for one, _ in found)]
        if not asks_lines:
            matched = orders
        if leaf["agg"] == "days_since_last":
            if not matched:
                return False
            last = max(order["paid_at"] for order in matched)
            return compare((self.now - last) // DAY, leaf["op"], leaf["value"])
        if leaf["agg"] == "count":
            figure = len(matched)
        elif leaf["agg"] == "quantity":
            figure = sum(line["quantity"] - line["refunded_quantity"] for _, line in found)
        elif asks_lines:
            figure = sum(line["paid_fen"] - line["refunded_fen"] for _, line in found)
        else:
            figure = sum(order["paid_fen"] - order["refunded_fen"] for order in orders)
        return compare(figure, leaf["op"], leaf["value"])

    def _event(self, leaf: Any, id_: UUID, facts: Facts) -> bool:
        times = [
            at
            for at in self._times(facts, leaf["type"], leaf.get("where", {}))
            if self._in_window(at, leaf.get("window", {}))
        ]
        if leaf["agg"] == "count":
            return compare(len(times), leaf["op"], leaf["value"])
        return bool(times) and compare((self.now - max(times)) // DAY, leaf["op"], leaf["value"])

    def _nth(self, leaf: Any, id_: UUID, facts: Facts) -> bool:
        every = sorted(self._times(facts, leaf["type"], {}), reverse=leaf["n"] < 0)
        place = abs(leaf["n"]) - 1
        return place < len(every) and any(
            at == every[place] and self._in_window(at, leaf.get("window", {}))
            for at in self._times(facts, leaf["type"], leaf.get("where", {}))
        )

    def _anniversary(self, leaf: Any, id_: UUID, facts: Facts) -> bool:
        first = (facts.total or {}).get("first_paid_at")
        first_on = first and first.astimezone(self.zone).date()
        on = (facts.profile or {}).get("joined_on") if leaf["of"] == "joined" else first_on
        if on is None:
            return False
        today = self.now.astimezone(self.zone).date()
        days = range(leaf["from_days"], leaf["to_days"] + 1)
        return any(
            day.year - on.year in ([leaf["years"]] if "years" in leaf else range(1, 200))
            and day == anniversary(on, day.year)
            for day in (today + DAY * after for after in days)
        )

    def _sequence(self, leaf: Any, id_: UUID, facts: Facts) -> bool:
        within = timedelta(days=leaf["within_days"])
        follower = leaf.get("then") or leaf["then_not"]
        later = self._times(facts, follower["type"], follower.get("where", {}))
        for at in self._times(facts, leaf["first"]["type"], leaf["first"].get("where", {})):
            if not self._in_window(at, leaf.get("window", {})):
                continue
            is_followed = any(at < other <= at + within for other in later)
            if "then" in leaf and is_followed:
                return True
            if "then_not" in leaf and not is_followed and at + within <= self.now:
                return True
        return False

    def _times(self, facts: Facts, type_: str, where: Any) -> list[datetime]:
        if type_ == "order.paid":
            return [
                order["paid_at"]
                for order in facts.orders
                if ("unit" not in where or self._under(order["path"], where["unit"]))
                and any(
                    ("category" not in where or line["category_code"] in where["category"])
                    and ("sku" not in where or line["sku"] in where["sku"])
                    for line in order["lines"]
                )
            ]
        return [
            event["occurred_at"]
            for event in facts.events
            if event["type"] == type_
            and ("unit" not in where or self._under(event["path"], where["unit"]))
            and ("sku" not in where or event["properties"].get("sku") in where["sku"])
            and (
                "category" not in where
                or self.categories.get(event["properties"].get("sku")) in where["category"]
            )
        ]

    def _under(self, path: str | None, codes: list[str]) -> bool:
        return path is not None and any(path.startswith(self.paths[code]) for code in codes)

    def _in_window(self, at: datetime, window: Any) -> bool:
        if "last_days" in window:
            return at > self.now - timedelta(days=window["last_days"])
        if "from" in window and at < self._midnight(date.fromisoformat(window["from"])):
            return False
        return "to" not in window or at < self._midnight(date.fromisoformat(window["to"]) + DAY)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def _trait(self, leaf: Any, id_: UUID, facts: Facts) -> bool:
        name: str = leaf["name"]
        op: str = leaf["op"]
        value = leaf.get("value")
        if name not in self._built_in(facts):
            return custom(facts.traits.get(name), name in facts.traits, op, value)
        found = self._built_in(facts)[name]
        if name in ("order_count", "paid_fen", "refunded_fen") and op not in ("known", "unknown"):
            found = found or 0
        if op == "known":
            return found is not None
        if op == "unknown":
            return found is None
        if found is None:
            return False
        if name == "home_unit":
            return self._under(found, value) == (op == "in")
        if name == "source_channels":
            has = bool(set(found) & set(value))
            return has if op == "contains" else not has
        return compare(found, op, value)

    def _built_in(self, facts: Facts) -> dict[str, Any]:
        total, profile = facts.total or {}, facts.profile or {}
        today = self.now.astimezone(self.zone).date()
        joined = profile.get("joined_on")
        home = profile.get("home_unit_id")
        return {
            **{name: total.get(name) for name in ("order_count", "paid_fen", "refunded_fen")},
            **{name: total.get(name) for name in ("r", "f", "m", "stage", "share_before_bp")},
            "rfm_segment": rfm_segment(total["r"], total["f"], total["m"])
            if total.get("r")
            else None,
            "avg_order_fen": total["paid_fen"] // total["order_count"] if total else None,
            "last_paid_days": self._days(total.get("last_paid_at")),
            "first_paid_days": self._days(total.get("first_paid_at")),
            "gender": profile.get("gender"),
            "birth_month": profile.get("birth_month"),
            "is_birth_month": profile.get("birth_month") == today.month,
            "home_unit": self.units[home]["path"] if home else None,
            "has_owner": profile.get("owner_staff_id") is not None,
            "owner": self.staff.get(profile.get("owner_staff_id")),
            "is_friend": facts.is_friend,
            "joined_days": (today - joined).days if joined else None,
            "is_member": joined is not None,
            "source_channels": profile.get("source_channels") or [],
            "last_seen_days": self._days(max(facts.seen, default=None)),
            "created_days": self._days(facts.known["created_at"]),
            "no_profiling": bool(profile.get("no_profiling")),
            "under_14": bool(profile.get("under_14")),
        }

    def _days(self, at: datetime | None) -> int | None:
        return None if at is None else (self.now - at) // DAY


def anniversary(on: date, year: int) -> date:
    """That of a 29 February is on 1 March where there is none."""
    try:
        return on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def compare(found: Any, op: str, value: Any) -> bool:
    """The operators on a figure that is there."""
    answers: dict[str, Callable[[], bool]] = {
        "=": lambda: bool(found == value),
        "!=": lambda: bool(found != value),
        ">": lambda: bool(found > value),
        ">=": lambda: bool(found >= value),
        "<": lambda: bool(found < value),
        "<=": lambda: bool(found <= value),
        "between": lambda: bool(value[0] <= found <= value[1]),
        "in": lambda: found in value,
        "not_in": lambda: found not in value,
    }
    return answers[op]()


def custom(found: Any, is_there: bool, op: str, value: Any) -> bool:
    """Custom traits: JSON values; in JSON `true` is not 1."""
    if op in ("known", "unknown"):
        return is_there == (op == "known")
    if not is_there:
        return False
    if op in ("contains", "not_contains"):
        has = isinstance(found, list) and any(same(one, other) for one in found for other in value)
        return has == (op == "contains")
    if op in ("=", "!="):
        return same(found, value) == (op == "=")
    if op in ("in", "not_in"):
        return any(same(found, one) for one in value) == (op == "in")
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    return compare(found, op, value)


def same(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
