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
from huitou.segment.rules import algebra, batch, clock, judge, measures, parse
from huitou.segment.store.clock import find_due
from huitou.segment.store.copied import list_ids, list_waiting
from huitou.segment.types.answers import Counted
from huitou.segment.types.rule import (
    SAMPLE_COUNT,
    AnyOf,
    Consent,
    Context,
    Leaf,
    Node,
)

_KEPT_MAX = 200
"""Leaves kept per merchant: at most 1.25 MB each at ten million customers."""
_FIGURES_MAX = 512 << 20
"""Bytes of figures kept per merchant: at ten million customers 40 or 80 MB each."""
_ANEW_MAX = 2_000
"""More customers than that are scanned faster than judged one by one."""


@dataclass(frozen=True, slots=True)
class _AsOf:
    """The version of the copy and the moment that something kept is of, and how it was asked."""

    version: int
    at: datetime
    asked: batch.Question


@dataclass(slots=True)
class _Kept:
    """Who met a leaf: those who were found, or everyone else."""

    found: BitMap
    as_of: _AsOf
    is_opposite: bool = False
    counted: tuple[BitMap, BitMap, int] | None = None
    """The set and the people it was counted among, and how many they were."""

    def count(self, people: BitMap) -> int:
        """How many people meet the leaf; a set is never changed but for another, so what was counted holds."""
        if self.counted is None or not (
            self.counted[0] is self.found and self.counted[1] is people
        ):
            known = algebra.Known(self.found, self.is_opposite)
            self.counted = self.found, people, known.within(people)
        return self.counted[2]


@dataclass(slots=True)
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
        found = sets.algebra.found(tree)
        return Counted(
            count=found.count(),
            per_leaf={at.path: sets.count(at) for at in parse.leaves(tree)},
            wecom=found.count_of(sets.known(_WECOM)),
            sms=found.count_of(sets.known(_SMS)),
            sample=list_ids(tx, found.first(SAMPLE_COUNT)),
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
        return sets.algebra.found(tree).everyone()


def members_of_each(tx: ReadTx, trees: Sequence[Node], context: Context) -> list[BitMap] | None:
    """The same for several rules, of one moment."""
    if tx.warehouse is None:
        return None
    copy = tx.warehouse.copy(tx.merchant)
    with copy.lock:
        if not copy.sync(tx):
            return None
        sets = _Sets(tx, copy, context, AnyOf(tuple(trees)))
        return [sets.algebra.found(tree).everyone() for tree in trees]


_OWN_TRAITS = batch.Question("", frozenset({"profile.trait"}))
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
        self.algebra = algebra.Algebra(self.people, self.known, context.rules)

    @property
    def people(self) -> BitMap:
        """Everyone in the scope who can be a member."""
        return self._kept[self._people_key].found

    def known(self, leaf: Leaf) -> algebra.Known:
        """Who meets a leaf."""
        kept = self._kept[_key(leaf)]
        return algebra.Known(kept.found, kept.is_opposite)

    def count(self, node: Node) -> int:
        """How many people in the scope meet a node."""
        leaf = self.algebra.only_leaf(node)
        if leaf is None:
            return self.algebra.found(node).count()
        return self._kept[_key(leaf)].count(self.people)

    def _prepare(self) -> None:
        waiting = list_waiting(self._tx)
        anew = BitMap(waiting)
        for key in self._keys:
            for find in (self._kept.get, self._from_figures):
                kept = find(key)
                stale = None if kept is None else self._stale(key, self._brought_on(kept).as_of)
                if kept and stale is not None and len(stale | anew) <= _ANEW_MAX + len(waiting):
                    self._kept[key] = kept
                    anew |= stale
                    break
            else:
                self._forget(key)
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
        changed = self._copy.changed_since(as_of.version, as_of.asked.tables)
        if changed is None or key not in self._leaves:
            return changed
        turns = clock.turns_of_leaf(self._leaves[key])
        since, until = sorted((as_of.at, self._tx.now))
        if since == until:
            return changed
        due = clock.due(turns, since, until, self._context.zone)
        found = find_due(self._tx, due, _ANEW_MAX + 1)
        return None if len(found) > _ANEW_MAX else changed | BitMap(found)

    def _brought_on(self, kept: _Kept) -> _Kept:
        """With the rows that are fresh in the copy looked at, where that is known to be enough."""
        if (whose := self._fresh(kept.as_of)) and kept.as_of.asked.again is not None:
            again = self._copy.ordinals(kept.as_of.asked.again)
            kept.found = (kept.found - whose) | (again & whose)
        if whose is not None:
            kept.as_of = replace(kept.as_of, version=self._copy.version)
        return kept

    def _fresh(self, as_of: _AsOf) -> BitMap | None:
        """Whose answers may be other since then; None if asking again is not enough."""
        if as_of.asked.again is None or as_of.version == self._copy.version:
            return None
        [table] = as_of.asked.tables
        return self._copy.fresh_since(as_of.version, table)

    def _forget(self, key: bytes) -> None:
        self._kept.pop(key, None)
        if key in self._leaves:
            self._figures.pop(measures.key_of(self._leaves[key]) or b"", None)

    def _from_figures(self, key: bytes) -> _Kept | None:
        """A leaf that was not asked yet, by figures that another one has tested."""
        leaf = self._leaves.get(key)
        figures_key = None if leaf is None else measures.key_of(leaf)
        if leaf is None or figures_key is None or figures_key not in self._figures:
            return None
        kept = self._figures[figures_key]
        self._figures.move_to_end(figures_key)
        if (whose := self._fresh(kept.as_of)) is not None:
            assert kept.as_of.asked.again is not None
            kept.figures = kept.figures.amended(
                whose, self._copy.columns(kept.as_of.asked.again) if whose else []
            )
            kept.as_of = replace(kept.as_of, version=self._copy.version)
        test = measures.test_of(leaf, self._context, self._tx.merchant)
        at = self._tx.now if measures.is_lasting(leaf) else kept.as_of.at
        return self._tested(kept, test, at)

    def _tested(self, kept: _Figures, test: measures.Test, at: datetime) -> _Kept:
        asked = replace(kept.as_of.asked, again=None)  # that asks for figures
        is_opposite = test.without()
        found = kept.figures.those_who(test, met=not is_opposite)
        return _Kept(found, _AsOf(kept.as_of.version, at, asked), is_opposite)

    def _scan(self, keys: Sequence[bytes]) -> None:
        """Find the sets of these."""
        left: dict[bytes, Leaf] = {}
        for key in keys:
            leaf = self._leaves.get(key)
            if leaf is None:
                scope = EVERYTHING if key == self._everyone_key else self._tx.scope
                asked = _people_of(scope, self._copy.dialect)
                self._kept[key] = _Kept(self._copy.ordinals(asked.text), self._as_of(asked))
            elif not batch.is_copied(leaf):
                compiled = judge.everybody(leaf, self._context)
                found = BitMap(self._tx.column(compiled.query, compiled.params))
                self._kept[key] = _Kept(found, self._as_of(_OWN_TRAITS))
            elif (kept := self._measured(leaf)) is not None:
                self._kept[key] = kept
            else:
                left[key] = leaf
        if left:
            self._scan_in_engine(left)

    def _measured(self, leaf: Leaf) -> _Kept | None:
        """The leaf's set by what is made beside the engine; None where nothing is."""
        if not self._copy.is_near:
            return None
        asked = measures.measure(leaf, self._context, self._tx.merchant)
        if asked is None:
            return None
        text = asked.question.text
        if asked.made == "any":
            as_of = self._as_of_leaf(leaf, asked.question)
            return _Kept(self._copy.ordinals(text), as_of, asked.test.without())
        figures = measures.gathered(self._copy.columns(text), asked.made)
        kept = _Figures(figures, self._as_of(asked.question))
        self._figures[measures.key_of(leaf) or b""] = kept
        return self._tested(kept, asked.test, self._tx.now)

    def _scan_in_engine(self, leaves: Mapping[bytes, Leaf]) -> None:
        dialect = self._copy.dialect
        self._copy.define(batch.MACROS[dialect])
        scans = [
            batch.scan(leaf, self._context, self._tx.merchant, dialect) for leaf in leaves.values()
        ]
        [verdicts] = self._copy.rows(batch.verdicts_without(scans))
        asked = [scan.rows[without] for scan, without in zip(scans, verdicts, strict=True)]
        answers = self._copy.ordinals_of_each([question.text for question in asked])
        each = zip(leaves, asked, answers, verdicts, strict=True)
        for key, question, found, without in each:
            as_of = self._as_of_leaf(leaves[key], question)
            self._kept[key] = _Kept(found, as_of, without)

    def _as_of(self, asked: batch.Question) -> _AsOf:
        return _AsOf(self._copy.version, self._tx.now, asked)

    def _as_of_leaf(self, leaf: Leaf, asked: batch.Question) -> _AsOf:
        """A question with a moment in it is not asked again later."""
        return self._as_of(asked if clock.is_timeless(leaf) else replace(asked, again=None))

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
        kept.found = (kept.found - anew) | (anew - holding if kept.is_opposite else holding)


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
        return batch.rendered(sql.SQL("SELECT c.id FROM identity.customer c"), {}, dialect)
    values = {"path": scope.unit_path or "", "staff": str(scope.staff_id or "")}
    return batch.rendered(sql.SQL(_OF_SCOPE), values, dialect)


def _key(leaf: Leaf) -> bytes:
    return msgspec.json.encode(leaf)
