"""Rules over the whole base: a leaf is a set of customers, a rule is algebra on sets.

A leaf is scanned once over the copy and kept with the moment and the version it is of. Asked again,
only the customers that changed since, by an event, by hand or by time alone, are judged anew in
PostgreSQL, and so are those whose changes the copy does not have yet: every answer is of now. While
a rule is edited, only the leaf that is edited is scanned; and where a leaf tests a number, the
figures of everybody are kept as well, so that another number is not even a scan.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, LiteralString

import msgspec
from psycopg import sql
from pyroaring import BitMap

from huitou.base.db import EVERYTHING, ReadTx, Scope
from huitou.base.warehouse.engine import Dialect, Engine
from huitou.segment.rules import batch, clock, judge, measures, parse
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
_FIGURES_MAX = 512 << 20
"""Bytes of figures kept per merchant: at ten million customers 40 or 80 MB each."""
_ANEW_MAX = 2_000
"""More customers than that are scanned faster than judged one by one."""


@dataclass(frozen=True, slots=True)
class _AsOf:
    """The version of the copy and the moment that something kept is of, and what was looked at."""

    version: int
    at: datetime
    tables: frozenset[str]


@dataclass(slots=True)
class _Kept:
    """Who met a leaf."""

    customers: BitMap
    as_of: _AsOf


@dataclass(frozen=True, slots=True)
class _Figures:
    """What leaves of one figure test."""

    figures: measures.Figures
    as_of: _AsOf


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


_PEOPLE = frozenset({"identity.customer"})
_OWN_TRAITS = frozenset({"profile.trait"})
_WECOM, _SMS = Consent(channel="wecom"), Consent(channel="sms")


class _Sets:
    """The sets of one question, all of the same moment."""

    def __init__(self, tx: ReadTx, copy: Engine, context: Context, tree: Node) -> None:
        self._tx = tx
        self._copy = copy
        self._context = context
        self._kept: OrderedDict[bytes, _Kept] = copy.kept.setdefault("segment", OrderedDict())
        self._figures: OrderedDict[bytes, _Figures] = copy.kept.setdefault("figures", OrderedDict())
        self._leaves = {
            _key(leaf): leaf for leaf in (_WECOM, _SMS, *parse.all_leaves(tree, context.rules))
        }
        self._everyone_key = _people_key(EVERYTHING)
        self._people_key = _people_key(tx.scope)
        self._keys = list(dict.fromkeys((self._everyone_key, self._people_key, *self._leaves)))
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
        waiting = list_waiting(self._tx)
        anew = BitMap(waiting)
        for key in self._keys:
            kept = self._kept.get(key) or self._from_figures(key)
            stale = None if kept is None else self._stale(key, kept.as_of)
            if kept is None or stale is None or len(stale | anew) > _ANEW_MAX + len(waiting):
                self._forget(key)
            else:
                self._kept[key] = kept
                anew |= stale
        self._scan([key for key in self._keys if key not in self._kept])
        if anew:
            self._judge_anew(anew)
        for key in self._keys:
            kept = self._kept[key]
            kept.as_of = replace(kept.as_of, version=self._copy.version, at=self._tx.now)
            self._kept.move_to_end(key)
        while len(self._kept) > max(_KEPT_MAX, len(self._keys)):
            self._kept.popitem(last=False)
        while sum(kept.figures.size for kept in self._figures.values()) > _FIGURES_MAX:
            self._figures.popitem(last=False)

    def _stale(self, key: bytes, as_of: _AsOf) -> BitMap | None:
        """Whom something kept may be wrong about by now; None when it has to be scanned."""
        changed = self._copy.changed_since(as_of.version, as_of.tables)
        if changed is None or key not in self._leaves:
            return changed
        turns = clock.turns_of_leaf(self._leaves[key])
        since, until = sorted((as_of.at, self._tx.now))
        if since == until:
            return changed
        due = clock.due(turns, since, until, self._context.zone)
        return changed | BitMap(find_due(self._tx, due, _ANEW_MAX + 1))

    def _forget(self, key: bytes) -> None:
        self._kept.pop(key, None)
        if key in self._leaves:
            self._figures.pop(measures.key_of(self._leaves[key]) or b"", None)

    def _from_figures(self, key: bytes) -> _Kept | None:
        """A leaf that was not asked yet, by figures that another one has tested."""
        leaf = self._leaves.get(key)
        figures_key = None if leaf is None else measures.key_of(leaf)
        everyone = self._kept.get(self._everyone_key)
        if leaf is None or figures_key is None or everyone is None:
            return None
        if figures_key not in self._figures:
            return None
        kept = self._figures[figures_key]
        self._figures.move_to_end(figures_key)
        test = measures.test_of(leaf, self._context, self._tx.merchant)
        found = kept.figures.those_who(test, everyone.customers)
        as_of = replace(kept.as_of, at=self._tx.now) if measures.is_lasting(leaf) else kept.as_of
        return _Kept(found, as_of)

    def _scan(self, keys: Sequence[bytes]) -> None:
        """Find the sets of these: of people first, the others may be what is left of them."""
        for key in keys:
            if key not in self._leaves:
                scope = EVERYTHING if key == self._everyone_key else self._tx.scope
                question = _people_of(scope, self._copy.dialect)
                self._keep(key, self._copy.ordinals(question.text), question.tables)
        left: dict[bytes, Leaf] = {}
        for key in keys:
            leaf = self._leaves.get(key)
            if leaf is not None and not batch.is_copied(leaf):
                compiled = judge.everybody(leaf, self._context)
                found = BitMap(self._tx.column(compiled.query, compiled.params))
                self._keep(key, found, _OWN_TRAITS)
            elif leaf is not None and not (self._copy.is_near and self._is_measured(key, leaf)):
                left[key] = leaf
        if left:
            self._scan_in_engine(left)

    def _is_measured(self, key: bytes, leaf: Leaf) -> bool:
        """Whether the leaf's set was found beside the engine."""
        asked = measures.measure(leaf, self._context, self._tx.merchant)
        if asked is None:
            return False
        everyone = self._kept[self._everyone_key].customers
        if asked.made == "any":
            found = self._copy.ordinals(asked.question.text)
            found = everyone - found if asked.test.without() else found
        else:
            figures = measures.gathered(self._copy.columns(asked.question.text), asked.made)
            found = figures.those_who(asked.test, everyone)
            kept = _Figures(figures, self._as_of(asked.question.tables))
            self._figures[measures.key_of(leaf) or b""] = kept
        self._keep(key, found, asked.question.tables)
        return True

    def _scan_in_engine(self, leaves: Mapping[bytes, Leaf]) -> None:
        dialect = self._copy.dialect
        self._copy.define(batch.MACROS[dialect])
        scans = [
            batch.scan(leaf, self._context, self._tx.merchant, dialect) for leaf in leaves.values()
        ]
        [verdicts] = self._copy.rows(batch.verdicts_without(scans))
        asked = [scan.rows[without] for scan, without in zip(scans, verdicts, strict=True)]
        answers = self._copy.ordinals_of_each([question.text for question in asked])
        everyone = self._kept[self._everyone_key].customers
        each = zip(leaves, asked, answers, verdicts, strict=True)
        for key, question, found, without in each:
            self._keep(key, everyone - found if without else found, question.tables)

    def _keep(self, key: bytes, customers: BitMap, tables: frozenset[str]) -> None:
        self._kept[key] = _Kept(customers, self._as_of(tables))

    def _as_of(self, tables: frozenset[str]) -> _AsOf:
        return _AsOf(self._copy.version, self._tx.now, tables)

    def _judge_anew(self, anew: BitMap) -> None:
        ids = list_ids(self._tx, list(anew))
        compiled = judge.verdicts(list(self._leaves.values()), self._context, ids)
        found: list[dict[str, Any]] = self._tx.rows(dict, compiled.query, compiled.params)
        here = BitMap(row["ordinal"] for row in found if row["is_seen"])
        self._set(self._people_key, anew, here)
        if self._people_key != self._everyone_key:
            self._set(self._everyone_key, anew, BitMap(row["ordinal"] for row in found))
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


def _people_key(scope: Scope) -> bytes:
    return msgspec.json.encode(["people", scope.unit_path, scope.staff_id])


def _people_of(scope: Scope, dialect: Dialect) -> batch.Question:
    if scope == EVERYTHING:
        return batch.Question("SELECT id FROM identity.customer", _PEOPLE)
    values = {"path": scope.unit_path or "", "staff": str(scope.staff_id or "")}
    return batch.rendered(sql.SQL(_OF_SCOPE), values, dialect)


def _key(leaf: Leaf) -> bytes:
    return msgspec.json.encode(leaf)


def _joined(sets: Sequence[BitMap], everyone: BitMap) -> BitMap:
    if not sets:
        return everyone
    return BitMap.intersection(*sets)
