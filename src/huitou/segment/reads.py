"""What others may ask about segments: who, how many, why."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from huitou.base.db import ReadTx
from huitou.catalog import reads as catalog
from huitou.event import reads as events
from huitou.kernel.page import PAGE_MAX, BadCursor, Page, decode_cursor, encode_cursor
from huitou.kernel.time import day_of, day_start
from huitou.merchant import reads as merchant
from huitou.profile import reads as profile
from huitou.profile.types import SOURCE_TAG
from huitou.segment import warehouse
from huitou.segment.rules import compile as compiler
from huitou.segment.rules import overlap as overlaps
from huitou.segment.rules import parse, traits
from huitou.segment.rules import sentence as words
from huitou.segment.rules.templates import TEMPLATES
from huitou.segment.store import clock as time
from huitou.segment.store import segments as store
from huitou.segment.store import sizes
from huitou.segment.types import rule as kinds
from huitou.segment.types.answers import (
    Change,
    Clock,
    Count,
    Counted,
    DayFlow,
    Explanation,
    History,
    LeafCount,
    LeafVerdict,
    Member,
    Names,
    Overlap,
    Reach,
    Segment,
    Sentence,
    SizeAt,
    SizeHistory,
    Stored,
)
from huitou.segment.types.refusals import BeingFilled, NoSegment, UnknownSegment, UnknownUnit
from huitou.segment.types.rule import AnyOf, At, Context, InSegment, Node
from huitou.segment.types.vocabulary import (
    LEAF_KINDS,
    Operator,
    Template,
    Vocabulary,
    is_written,
)

Language = Literal["zh", "en"]
_NAMES_MAX = 500
_FIRST = UUID(int=0)


def read_rule(tx: ReadTx, rule: Any, own_id: UUID | None = None) -> tuple[Node, Context]:
    """A rule checked against what it refers to, and what its meaning depends on.

    `own_id` is the segment it is to be the rule of. Refuses: BadRule, RuleTooLarge, UnknownTrait,
    UnknownUnit, UnknownSegment, Cycle.
    """
    tree, context = resolve(tx, rule, own_id)
    _check_traits(tx, tree)
    _check_units(tx, tree)
    parse.check_cycles(tree, context.rules, own_id)
    return tree, context


def resolve(tx: ReadTx, rule: Any, own_id: UUID | None = None) -> tuple[Node, Context]:
    """A rule that was checked when it was saved. What it names may be gone since: nobody has a
    trait that is gone. Refuses: BadRule, RuleTooLarge, UnknownSegment."""
    tree = parse.parse(rule)
    rules = _referred(tx, tree, own_id)
    return tree, Context(merchant.get_merchant(tx).zone, tx.now, rules)


def count(tx: ReadTx, rule: Any, language: str = "zh") -> Count:
    """How many customers in the scope meet a rule, in all and leaf by leaf. Refuses as
    `read_rule`."""
    tree, context = read_rule(tx, rule)
    counted = warehouse.count(tx, tree, context) or _counted_by_rows(tx, tree, context)
    said = words.sentence(tree, names_of(tx, tree))
    return Count(
        count=counted.count,
        per_leaf=[LeafCount(path, count) for path, count in counted.per_leaf.items()],
        reach=Reach(counted.wecom, counted.sms),
        sample=counted.sample,
        sentence=said.en if language == "en" else said.zh,
        as_of=tx.now,
    )


def _counted_by_rows(tx: ReadTx, tree: Node, context: Context) -> Counted:
    """The same where there is no columnar copy."""
    compiled = compiler.count(tree, context)
    row = tx.row(dict, compiled.query, compiled.params)
    assert row is not None
    per_leaf = dict(zip(compiled.paths, row["per_leaf"], strict=True))
    return Counted(row["count"], per_leaf, row["wecom"], row["sms"], row["sample"])


def explain(tx: ReadTx, rule: Any, customer_id: UUID, language: str = "zh") -> Explanation:
    """Does a customer meet a rule, and each leaf, and on what figure? Refuses as `read_rule`, and
    NoSuchCustomer (also unseen)."""
    root_id = profile.get_visible_root(tx, customer_id)
    tree, context = read_rule(tx, rule)
    compiled = compiler.explain(tree, context, root_id)
    row = tx.row(dict, compiled.query, compiled.params) or {
        "holds": False,
        "per_leaf": [False] * len(compiled.paths),
        "found": [None] * len(compiled.paths),
    }
    names = names_of(tx, tree)
    leaves = []
    for at, holds, found in zip(parse.leaves(tree), row["per_leaf"], row["found"], strict=True):
        said = words.leaf_sentence(at.leaf, names)
        leaves.append(LeafVerdict(at.path, holds, found, said.en if language == "en" else said.zh))
    return Explanation(root_id, row["holds"], leaves, tx.now)


def sentence(tx: ReadTx, rule: Any) -> Sentence:
    """A rule in words. Refuses as `read_rule`."""
    tree, _ = read_rule(tx, rule)
    return words.sentence(tree, names_of(tx, tree))


def customers_matching(tx: ReadTx, rule: Any) -> list[UUID]:
    """Everyone in the scope who meets a rule now. Refuses as `read_rule`."""
    tree, context = read_rule(tx, rule)
    compiled = compiler.members(tree, context)
    return tx.column(compiled.query, compiled.params)


def members(tx: ReadTx, segment_id: UUID) -> list[UUID]:
    """The stored members of a segment, whatever the scope, by id. Refuses as `get_whole`."""
    get_whole(tx, segment_id)
    return store.list_member_ids(tx, segment_id)


def list_members(
    tx: ReadTx, segment_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[Member]:
    """The members in the scope. Refuses: NoSegment."""
    get_stored(tx, segment_id)
    limit = min(limit, PAGE_MAX)
    return _paged(store.list_members(tx, segment_id, _after(cursor), limit + 1), limit)


def members_after(tx: ReadTx, segment_id: UUID, after: UUID | None, count_max: int) -> list[Member]:
    """Members in the scope with ids above `after`, by id: for whoever walks through all of them."""
    return store.list_members(tx, segment_id, after or _FIRST, count_max)


def segments_of(tx: ReadTx, who: Sequence[UUID], among: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Which of these segments each customer is in, whatever the scope; in none: missing. While one is filled, by its rule."""
    stored = store.find_segments(tx, among) if among else []
    filling = {each.id: each.rule for each in stored if each.filling}
    found = store.list_segments_of(tx, who, [id_ for id_ in among if id_ not in filling])
    for segment_id, rule in filling.items():
        compiled = compiler.members(*resolve(tx, rule, segment_id), who)
        for id_ in tx.column(compiled.query, {**compiled.params, **store.UNSCOPED}):
            found.setdefault(id_, set()).add(segment_id)
    return found


def names_by_id(tx: ReadTx, segment_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of the active ones among these."""
    return {stored.id: stored.name for stored in store.find_segments(tx, segment_ids)}


def count_members(tx: ReadTx, segment_id: UUID) -> int:
    """How many members are in the scope."""
    return sum(sizes.count_regions(tx, [segment_id]).values())


def overlap(tx: ReadTx, segment_ids: Sequence[UUID]) -> Overlap:
    """What segments have in common, in the scope. Refuses: UnknownSegment."""
    asked = [At(f"any[{place}]", InSegment(id_)) for place, id_ in enumerate(segment_ids)]
    rules = _referred(tx, AnyOf(tuple(asked)), None)
    names = names_by_id(tx, segment_ids)
    context = Context(merchant.get_merchant(tx).zone, tx.now, rules)
    sets = warehouse.members_of_each(tx, asked, context)
    if sets is None:
        return overlaps.overlap(segment_ids, names, sizes.count_regions(tx, segment_ids))
    return overlaps.overlap(segment_ids, names, overlaps.regions_of(sets))


def list_common(
    tx: ReadTx,
    inside: Sequence[UUID],
    outside: Sequence[UUID],
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Member]:
    """Members in the scope of all segments `inside` and of none `outside`."""
    limit = min(limit, PAGE_MAX)
    return _paged(sizes.list_common(tx, inside, outside, _after(cursor), limit + 1), limit)


def history(tx: ReadTx, segment_id: UUID, days: int) -> History:
    """How large a segment was in the last days (with today), and who came and went. Refuses:
    NoSegment."""
    stored = get_stored(tx, segment_id)
    zone = merchant.get_merchant(tx).zone
    first = day_of(tx.now, zone) - timedelta(days=days - 1)
    since = day_start(first, zone)
    flows = {flow.day: flow for flow in sizes.sum_changes(tx, segment_id, since, zone)}
    spans = [first + timedelta(days=day) for day in range(days)]
    return History(
        segment_id=segment_id,
        sizes=[*sizes.list_sizes(tx, segment_id, since), SizeAt(tx.now, stored.member_count)],
        days=[flows.get(day, DayFlow(day, 0, 0)) for day in spans],
    )


def size_histories(tx: ReadTx, days: int) -> list[SizeHistory]:
    """How large every active segment was in the last days, by the hour at most."""
    found: dict[UUID, list[SizeAt]] = {stored.id: [] for stored in store.list_active(tx)}
    for noted in sizes.list_sizes_of_all(tx, tx.now - timedelta(days=days)):
        found[noted.segment_id].append(SizeAt(noted.at, noted.member_count))
    for stored in store.list_active(tx):
        found[stored.id].append(SizeAt(tx.now, stored.member_count))
    return [SizeHistory(id_, noted) for id_, noted in found.items()]


def _paged(found: list[Member], limit: int) -> Page[Member]:
    shown = found[:limit]
    return Page(shown, encode_cursor(shown[-1].customer_id) if len(found) > limit else None)


def _after(cursor: str | None) -> UUID:
    return _uuid(decode_cursor(cursor, 1)[0]) if cursor else _FIRST


def changes(tx: ReadTx, segment_id: UUID, since: datetime) -> Iterator[Change]:
    """Who entered and left since, in order."""
    return store.iter_changes(tx, segment_id, since)


def export(tx: ReadTx, customer_id: UUID) -> object:
    """Everything this room keeps about a customer, as plain JSON: memberships and changes."""
    return msgspec.to_builtins(store.list_history(tx, customer_id))


def get_stored(tx: ReadTx, segment_id: UUID) -> Stored:
    """A segment without its sentence. Refuses: NoSegment."""
    for stored in store.find_segments(tx, [segment_id]):
        return stored
    raise NoSegment()


def get_whole(tx: ReadTx, segment_id: UUID) -> Stored:
    """A segment all of whose members are found: for whoever does with them what cannot be taken back. Refuses:
    NoSegment, BeingFilled."""
    stored = get_stored(tx, segment_id)
    if stored.filling is not None:
        raise BeingFilled(name=stored.name, percent=stored.filling.percent)
    return stored


def is_filling(tx: ReadTx, segment_id: UUID) -> bool:
    """Are its members still being found?"""
    return any(stored.filling for stored in store.find_segments(tx, [segment_id]))


def list_active(tx: ReadTx) -> list[Stored]:
    """All active segments, without their sentences."""
    return store.list_active(tx)


def get_clock(tx: ReadTx) -> Clock | None:
    """How far time has been followed, and whether that sufficed; None before the first minute."""
    return time.get_clock(tx)


def get_segment(tx: ReadTx, segment_id: UUID, language: str = "zh") -> Segment:
    """A segment as shown. Refuses: NoSegment."""
    return shown(tx, get_stored(tx, segment_id), language)


def list_segments(
    tx: ReadTx, *, cursor: str | None = None, limit: int = 50, language: str = "zh"
) -> Page[Segment]:
    """Active segments by name."""
    limit = min(limit, PAGE_MAX)
    name, id_ = decode_cursor(cursor, 2) if cursor else ("", str(_FIRST))
    found = store.list_segments(tx, name, _uuid(id_), limit + 1)
    items = [shown(tx, stored, language) for stored in found[:limit]]
    following = encode_cursor(items[-1].name, items[-1].id) if len(found) > limit else None
    return Page(items, following)


def list_templates() -> list[Template]:
    """Ready-made rules."""
    return list(TEMPLATES)


def vocabulary(tx: ReadTx) -> Vocabulary:
    """Everything a rule may be made of."""
    names = store.list_trait_names(tx, _NAMES_MAX)
    categories = catalog.category_names(tx) if any(map(is_written, names)) else {}
    custom = [traits.named(name, categories) for name in names]
    of_sources = [SOURCE_TAG + connector.name for connector in merchant.list_connectors(tx)]
    return Vocabulary(
        kinds=list(LEAF_KINDS),
        traits=[*traits.BUILT_IN.values(), *custom],
        ops=[Operator(op, zh, en) for op, (zh, en) in words.OPS.items()],
        aggs=[Operator(agg, zh, en) for agg, (zh, en) in words.AGGS.items()],
        event_types=[
            Operator(type_, *words.EVENTS.get(type_, (type_, type_)))
            for type_ in events.event_types()
        ],
        tags=sorted({*store.list_tag_names(tx, _NAMES_MAX), *of_sources}),
    )


def shown(tx: ReadTx, stored: Stored, language: str) -> Segment:
    """A stored segment with its sentence."""
    tree = parse.parse(stored.rule)
    said = words.sentence(tree, names_of(tx, tree))
    return Segment(
        id=stored.id,
        name=stored.name,
        rule=stored.rule,
        sentence=said.en if language == "en" else said.zh,
        version=stored.version,
        state=stored.state,
        member_count=stored.member_count,
        refreshed_at=stored.refreshed_at,
        created_by=stored.created_by,
        created_at=stored.created_at,
        filling=stored.filling,
    )


def names_of(tx: ReadTx, tree: Node) -> Names:
    """What the codes in a rule are called."""
    leaves = [at.leaf for at in parse.leaves(tree)]
    skus = {sku for leaf in leaves for where in parse.wheres_of(leaf) for sku in where.sku or ()}
    segments = [leaf.id for leaf in leaves if isinstance(leaf, InSegment)]
    has_units = any(parse.units_of(leaf) for leaf in leaves)
    has_categories = any(parse.asks_categories(leaf) for leaf in leaves)
    units = merchant.units_by_code(tx) if has_units else {}
    products = catalog.products_by_sku(tx, sorted(skus)).values()
    sources = merchant.list_connectors(tx) if any(map(parse.asks_sources, leaves)) else []
    return Names(
        categories=catalog.category_names(tx) if has_categories else {},
        units={code: unit.name for code, unit in units.items()},
        segments={stored.id: stored.name for stored in store.find_segments(tx, segments)},
        products={product.sku: product.name for product in products},
        sources={each.name: each.title for each in sources},
    )


def _check_traits(tx: ReadTx, tree: Node) -> None:
    asked = {
        at.leaf.name
        for at in parse.leaves(tree)
        if isinstance(at.leaf, kinds.Trait) and at.leaf.name not in traits.BUILT_IN
    }
    parse.check_traits(tree, set(store.find_traits(tx, sorted(asked))) if asked else set())


def _check_units(tx: ReadTx, tree: Node) -> None:
    named = [(code, at.path) for at in parse.leaves(tree) for code in parse.units_of(at.leaf)]
    known = merchant.units_by_code(tx) if named else {}
    for code, path in named:
        if code not in known:
            raise UnknownUnit(path=path, unit=code)


def _referred(tx: ReadTx, tree: Node, own_id: UUID | None) -> Mapping[UUID, Node]:
    """Every rule referred to, directly or not; the segment's own (unsaved) rule among them."""
    found: dict[UUID, Node] = {} if own_id is None else {own_id: tree}
    waiting = parse.references(tree)
    while missing := {id_: path for id_, path in waiting.items() if id_ not in found}:
        stored = {one.id: one for one in store.find_segments(tx, list(missing))}
        waiting = {}
        for id_, path in missing.items():
            if id_ not in stored:
                raise UnknownSegment(path=path)
            found[id_] = parse.parse(stored[id_].rule)
            waiting |= parse.references(found[id_])
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadCursor() from error
