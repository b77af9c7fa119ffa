"""Rules over the whole base: a leaf is a set of customers, a rule is algebra on sets.

A leaf is scanned once over the copy and kept with the moment and the version it is of. Asked again,
only the customers that changed since, by an event, by hand or by time alone, are judged anew in
PostgreSQL, and so are those whose changes the copy does not have yet: every answer is of now. While
a rule is edited, only the leaf that is edited is scanned.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import msgspec
from psycopg import sql
from pyroaring import BitMap

from huitou.base.db import ReadTx
from huitou.base.warehouse.engine import Engine
from huitou.segment.rules import batch, clock, judge, parse
from huitou.segment.store.clock import find_due
from huitou.segment.store.copied import list_ids, list_waiting
from huitou.segment.types.answers import Counted
from huitou.segment.types.rule import (
    SAMPLE_COUNT,
    All,
    AnyOf,
    At,
    Consent,
    Context,
    InSegment,
    Leaf,
    Node,
    Not,
)

_KEPT_MAX = 200
"""Leaves kept per merchant: at most 1.25 MB each at ten million customers."""
_ANEW_MAX = 2_000
"""More customers than that are scanned faster than judged one by one."""


@dataclass(slots=True)
class _Kept:
    """Who met a leaf at a version of the copy and a moment."""

    customers: BitMap
    version: int
    at: datetime


def count(tx: ReadTx, tree: Node, context: Context) -> Counted | None:
    """How many customers in the scope meet a rule; None where there is no copy to ask."""
    if tx.warehouse is None:
        return None
    copy = tx.warehouse.copy(tx.merchant)
    with copy.lock:
        if not copy.sync(tx):
            return None
        sets = _Sets(tx, copy, context, tree)
        people = sets.people
        found = sets.of(tree) & people
        return Counted(
            count=len(found),
            per_leaf={
                at.path: people.intersection_cardinality(sets.of(at)) for at in parse.leaves(tree)
            },
            wecom=found.intersection_cardinality(sets.of_leaf(_WECOM)),
            sms=found.intersection_cardinality(sets.of_leaf(_SMS)),
            sample=list_ids(tx, list(found[:SAMPLE_COUNT])),
        )


def members(tx: ReadTx, tree: Node, context: Context) -> BitMap | None:
    """The ordinals of everyone in the scope who meets a rule; None where there is no copy."""
    if tx.warehouse is None:
        return None
    copy = tx.warehouse.copy(tx.merchant)
    with copy.lock:
        if not copy.sync(tx):
            return None
        sets = _Sets(tx, copy, context, tree)
        return sets.of(tree) & sets.people


def members_of_each(tx: ReadTx, trees: Sequence[Node], context: Context) -> list[BitMap] | None:
    """The same for several rules, of one moment."""
    if tx.warehouse is None:
        return None
    copy = tx.warehouse.copy(tx.merchant)
    with copy.lock:
        if not copy.sync(tx):
            return None
        sets = _Sets(tx, copy, context, AnyOf(tuple(trees)))
        return [sets.of(tree) & sets.people for tree in trees]


_EVERYONE = b"everyone"
_WECOM, _SMS = Consent(channel="wecom"), Consent(channel="sms")


class _Sets:
    """The sets of one question, all of the same moment."""

    def __init__(self, tx: ReadTx, copy: Engine, context: Context, tree: Node) -> None:
        self._tx = tx
        self._copy = copy
        self._context = context
        self._kept: OrderedDict[bytes, _Kept] = copy.kept.setdefault("segment", OrderedDict())
        self._leaves = {
            _key(leaf): leaf for leaf in (_WECOM, _SMS, *parse.all_leaves(tree, context.rules))
        }
        self._prepare()

    @property
    def people(self) -> BitMap:
        """Everyone in the scope who can be a member."""
        return self._kept[self._people_key].customers

    def of(self, node: Node) -> BitMap:
        """The set of a node."""
        match node:
            case Not(inner):
                return self.people - self.of(inner)
            case All(nodes):
                return _joined([self.of(one) for one in nodes], self.people)
            case AnyOf(nodes):
                return BitMap.union(*[self.of(one) for one in nodes]) if nodes else BitMap()
            case At(_, InSegment(id=segment_id)):
                return self.of(self._context.rules[segment_id])
            case At(_, leaf):
                return self.of_leaf(leaf)

    def of_leaf(self, leaf: Leaf) -> BitMap:
        """The set of a leaf."""
        return self._kept[_key(leaf)].customers

    def _prepare(self) -> None:
        scope = self._tx.scope
        self._people_key = msgspec.json.encode(["people", scope.unit_path, scope.staff_id])
        waiting = list_waiting(self._tx)
        anew = BitMap(waiting)
        for key in (self._people_key, *self._leaves):
            stale = self._stale(key)
            if stale is None or len(stale | anew) > _ANEW_MAX + len(waiting):
                self._kept.pop(key, None)
            else:
                anew |= stale
        missing = [key for key in (self._people_key, *self._leaves) if key not in self._kept]
        for key, found in (self._scan(missing) if missing else {}).items():
            self._kept[key] = _Kept(found, self._copy.version, self._tx.now)
        if anew:
            self._judge_anew(anew)
        for key in (self._people_key, *self._leaves):
            kept = self._kept[key]
            kept.version, kept.at = self._copy.version, self._tx.now
            self._kept.move_to_end(key)
        while len(self._kept) > max(_KEPT_MAX, len(self._leaves) + 1):
            self._kept.popitem(last=False)

    def _stale(self, key: bytes) -> BitMap | None:
        """Whom a kept set may be wrong about by now; None when it has to be scanned."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        changed = self._copy.changed_since(kept.version)
        if changed is None or key not in self._leaves:
            return changed
        turns = clock.turns_of_leaf(self._leaves[key])
        since, until = sorted((kept.at, self._tx.now))
        due = clock.due(turns, since, until, self._context.zone)
        return changed | BitMap(find_due(self._tx, due, _ANEW_MAX + 1))

    def _scan(self, keys: Sequence[bytes]) -> dict[bytes, BitMap]:
        """The sets of these, asked of the engine together."""
        dialect = self._copy.dialect
        leaves = {key: self._leaves[key] for key in keys if key != self._people_key}
        found: dict[bytes, BitMap] = {}
        scans: dict[bytes, batch.Scan] = {}
        for key, leaf in leaves.items():
            if batch.is_copied(leaf):
                scans[key] = batch.scan(leaf, self._context, self._tx.merchant, dialect)
            else:
                compiled = judge.everybody(leaf, self._context)
                found[key] = BitMap(self._tx.column(compiled.query, compiled.params))
        questions = {self._people_key: self._people_of_scope()} if len(keys) > len(leaves) else {}
        opposite: list[bytes] = []
        if scans:
            self._copy.define(batch.MACROS[dialect])
            [verdicts] = self._copy.rows(batch.verdicts_without(list(scans.values())))
            for (key, scan), without in zip(scans.items(), verdicts, strict=True):
                questions[key] = batch.settled(scan, without=without)
                opposite += [key] if without else []
        if opposite:
            questions[_EVERYONE] = "SELECT id FROM identity.customer"
        answers = self._copy.ordinals_of_each(list(questions.values()))
        found |= dict(zip(questions, answers, strict=True))
        for key in opposite:
            found[key] = found[_EVERYONE] - found[key]
        found.pop(_EVERYONE, None)
        return found

    def _people_of_scope(self) -> str:
        scope = self._tx.scope
        if scope.unit_path is None and scope.staff_id is None:
            return "SELECT id FROM identity.customer"
        values = {"path": scope.unit_path or "", "staff": str(scope.staff_id or "")}
        return batch.rendered(sql.SQL(_OF_SCOPE), values, self._copy.dialect)

    def _judge_anew(self, anew: BitMap) -> None:
        ids = list_ids(self._tx, list(anew))
        compiled = judge.verdicts(list(self._leaves.values()), self._context, ids)
        found: list[dict[str, Any]] = self._tx.rows(dict, compiled.query, compiled.params)
        here = BitMap(row["ordinal"] for row in found if row["is_seen"])
        self._set(self._people_key, anew, here)
        for index, key in enumerate(self._leaves):
            holding = BitMap(row["ordinal"] for row in found if row["holds"][index])
            self._set(key, anew, holding)

    def _set(self, key: bytes, anew: BitMap, holding: BitMap) -> None:
        kept = self._kept[key]
        kept.customers = (kept.customers - anew) | holding


_OF_SCOPE: LiteralString = """
    SELECT c.id FROM identity.customer c
    JOIN profile.customer p ON p.customer_id = c.id
    LEFT JOIN merchant.unit u ON u.id = p.home_unit_id
    WHERE (%(path)s = '' OR starts_with(u.path, %(path)s))
      AND (%(staff)s = '' OR p.owner_staff_id = %(staff)s)
"""


def _key(leaf: Leaf) -> bytes:
    return msgspec.json.encode(leaf)


def _joined(sets: Sequence[BitMap], everyone: BitMap) -> BitMap:
    if not sets:
        return everyone
    return BitMap.intersection(*sets)
