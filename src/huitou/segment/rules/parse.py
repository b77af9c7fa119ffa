"""Reading a rule: shape, limits, operators. What it refers to is checked by the actions."""

from collections.abc import Iterator, Mapping, Set
from typing import Any
from uuid import UUID

import msgspec

from huitou.profile.types import SOURCE_TAG
from huitou.segment.rules import traits
from huitou.segment.types.refusals import BadRule, Cycle, RuleTooLarge, UnknownTrait
from huitou.segment.types.rule import (
    DEPTH_MAX,
    LEAVES_MAX,
    RULE_VERSION,
    All,
    Anniversary,
    AnyOf,
    At,
    Consent,
    Event,
    EventMatch,
    EventWhere,
    InSegment,
    Leaf,
    Node,
    Not,
    Nth,
    Purchase,
    PurchaseWhere,
    Sample,
    Sequence,
    Tag,
    Trait,
    Window,
)
from huitou.segment.types.vocabulary import TraitKind, is_written

WITH_PRODUCT = ("product.viewed", "cart.added", "order.paid")
"""Event types whose product a rule may test; `x.` types with a property `sku` as well."""


_YEAR_DAYS = 365

KINDS: dict[str, type[Leaf]] = {
    "purchase": Purchase,
    "event": Event,
    "trait": Trait,
    "tag": Tag,
    "consent": Consent,
    "sequence": Sequence,
    "nth": Nth,
    "anniversary": Anniversary,
    "segment": InSegment,
    "sample": Sample,
}
"""Chosen here and not by msgspec, which would take in the whole union anew for each leaf."""


def parse(rule: Any) -> Node:
    """The tree of a rule. Refuses: BadRule (with the path), RuleTooLarge."""
    if not isinstance(rule, dict):
        raise BadRule(path="$", reason="an object is expected")
    fields = dict(rule)
    version = fields.pop("v", None)
    if type(version) is not int or version != RULE_VERSION:
        raise BadRule(path="v", reason="1 is expected")
    if not fields.keys() & {"all", "any"}:
        raise BadRule(path="$", reason="all or any is expected")
    tree = _node(fields, "", 1)
    if sum(1 for _ in leaves(tree)) > LEAVES_MAX:
        raise RuleTooLarge(leaves=LEAVES_MAX, depth=DEPTH_MAX)
    return tree


def leaves(node: Node) -> Iterator[At]:
    """All leaves, in the order of the rule."""
    if isinstance(node, At):
        yield node
    elif isinstance(node, Not):
        yield from leaves(node.node)
    else:
        for child in node.nodes:
            yield from leaves(child)


def all_leaves(tree: Node, rules: Mapping[UUID, Node]) -> Iterator[Leaf]:
    """The leaves that decide: in the place of a reference, those of the segment referred to."""
    for at in leaves(tree):
        if isinstance(at.leaf, InSegment):
            yield from all_leaves(rules[at.leaf.id], rules)
        else:
            yield at.leaf


def categories(leaf: Leaf) -> set[str]:
    """The categories of products by which a leaf asks for events. Orders keep their own."""
    match leaf:
        case Event() | Nth():
            matches: tuple[EventMatch | None, ...] = (EventMatch(leaf.type, leaf.where),)
        case Sequence():
            matches = (leaf.first, leaf.then, leaf.then_not)
        case _:
            matches = ()
    return {
        code
        for match in matches
        if match is not None and match.type != "order.paid"
        for code in match.where.category or ()
    }


def referring(rules: Mapping[UUID, Node], segment_id: UUID) -> list[UUID]:
    """The segments among `rules` that refer to one, directly or not."""

    def refers(tree: Node) -> bool:
        asked = references(tree)
        return segment_id in asked or any(refers(rules[each]) for each in asked)

    return [each for each, tree in rules.items() if refers(tree)]


def references(tree: Node) -> dict[UUID, str]:
    """The segments that a rule itself refers to, each with its path."""
    return {at.leaf.id: at.path for at in leaves(tree) if isinstance(at.leaf, InSegment)}


def wheres_of(leaf: Leaf) -> list[EventWhere | PurchaseWhere]:
    """What a leaf asks of purchases and events."""
    if isinstance(leaf, Purchase | Event | Nth):
        return [leaf.where]
    if isinstance(leaf, Sequence):
        matches = (leaf.first, leaf.then, leaf.then_not)
        return [match.where for match in matches if match is not None]
    return []


def units_of(leaf: Leaf) -> list[str]:
    """The codes of the units that a leaf names."""
    codes = [code for where in wheres_of(leaf) for code in where.unit or ()]
    if isinstance(leaf, Trait) and leaf.name == "home_unit" and isinstance(leaf.value, tuple):
        codes += [str(code) for code in leaf.value]
    return codes


def asks_categories(leaf: Leaf) -> bool:
    """Is a leaf told with names of categories?"""
    if isinstance(leaf, Trait):
        return is_written(leaf.name)
    return any(where.category for where in wheres_of(leaf))


def asks_sources(leaf: Leaf) -> bool:
    """Is a leaf told with names of sources of events?"""
    if isinstance(leaf, Tag):
        return leaf.name.startswith(SOURCE_TAG)
    return isinstance(leaf, Trait) and leaf.name == "source_channels"


def check_traits(tree: Node, custom: Set[str]) -> None:
    """Every trait exists and its operator and value fit. Refuses: UnknownTrait, BadRule."""
    for at in leaves(tree):
        if isinstance(at.leaf, Trait):
            kind = traits.BUILT_IN.get(at.leaf.name)
            if kind is None and at.leaf.name not in custom:
                raise UnknownTrait(path=at.path, name=at.leaf.name)
            _check_trait(at.path, at.leaf, kind or traits.custom(at.leaf.name))


def check_cycles(tree: Node, rules: Mapping[UUID, Node], own_id: UUID | None) -> None:
    """No rule comes back to itself, and all of it together is not too large.

    `rules` holds every rule referred to, directly or not. Refuses: Cycle, RuleTooLarge.
    """
    _expand(tree, rules, () if own_id is None else (own_id,))


def _expand(tree: Node, rules: Mapping[UUID, Node], above: tuple[UUID, ...]) -> int:
    count = 0
    for at in leaves(tree):
        count += 1
        if isinstance(at.leaf, InSegment):
            if at.leaf.id in above:
                raise Cycle()
            count += _expand(rules[at.leaf.id], rules, (*above, at.leaf.id))
        if count > LEAVES_MAX:
            raise RuleTooLarge(leaves=LEAVES_MAX, depth=DEPTH_MAX)
    return count


def _node(raw: Any, path: str, depth: int) -> Node:
    if depth > DEPTH_MAX:
        raise RuleTooLarge(leaves=LEAVES_MAX, depth=DEPTH_MAX)
    if not isinstance(raw, dict):
        raise BadRule(path=path or "$", reason="an object is expected")
    if "kind" in raw:
        return At(path or "$", _leaf(raw, path or "$"))
    if len(raw) != 1:
        extra = sorted(set(raw) - {"all", "any", "not"})
        raise BadRule(
            path=_join(path, extra[0]) if extra else path or "$",
            reason="exactly one of all, any, not, kind is expected",
        )
    word, inner = next(iter(raw.items()))
    if word == "not":
        return Not(_node(inner, _join(path, "not"), depth + 1))
    if word not in ("all", "any"):
        raise BadRule(path=_join(path, str(word)), reason="unknown field")
    if not isinstance(inner, list):
        raise BadRule(path=_join(path, word), reason="a list is expected")
    if len(inner) > LEAVES_MAX:
        raise RuleTooLarge(leaves=LEAVES_MAX, depth=DEPTH_MAX)
    if word == "any" and not inner:
        raise BadRule(path=_join(path, word), reason="at least one node is expected")
    nodes = tuple(
        _node(child, f"{_join(path, word)}[{index}]", depth + 1)
        for index, child in enumerate(inner)
    )
    return All(nodes) if word == "all" else AnyOf(nodes)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _leaf(raw: dict[str, Any], path: str) -> Leaf:
    kind = raw["kind"]
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise BadRule(path=f"{path}.kind", reason=f"one of {', '.join(KINDS)} is expected")
    try:
        leaf = msgspec.convert(raw, model)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `$")
        raise BadRule(path=path + where.rstrip("`"), reason=reason) from error
    fault = _leaf_fault(leaf)
    if fault is not None:
        raise BadRule(path=f"{path}.{fault[0]}", reason=fault[1])
    return leaf


def _leaf_fault(leaf: Leaf) -> tuple[str, str] | None:
    """Where and why a leaf that has the right shape makes no sense."""
    if isinstance(leaf, Purchase | Event):
        if (leaf.op == "between") != isinstance(leaf.value, tuple):
            return "value", "between takes two numbers, other operators one"
        if isinstance(leaf.value, tuple) and leaf.value[0] > leaf.value[1]:
            return "value", "the first number is the smaller one"
    if isinstance(leaf, Nth) and leaf.n == 0:
        return "n", "1 is the first, -1 the last"
    if isinstance(leaf, Anniversary) and not 0 <= leaf.to_days - leaf.from_days < _YEAR_DAYS:
        return "to_days", "from_days to to_days is less than a year"
    if isinstance(leaf, Event | Nth):
        match = EventMatch(leaf.type, leaf.where)
        return _window_fault(leaf.window) or _where_fault(match, "where")
    if isinstance(leaf, Purchase):
        return _window_fault(leaf.window)
    if isinstance(leaf, Sequence):
        if (leaf.then is None) == (leaf.then_not is None):
            return "then", "exactly one of then, then_not is expected"
        return (
            _window_fault(leaf.window)
            or _where_fault(leaf.first, "first.where")
            or (_where_fault(leaf.then, "then.where") if leaf.then else None)
            or (_where_fault(leaf.then_not, "then_not.where") if leaf.then_not else None)
        )
    return None


def _window_fault(window: Window) -> tuple[str, str] | None:
    is_dated = window.from_ is not None or window.to is not None
    if (window.last_days is not None) + is_dated + (window.ever is not None) > 1:
        return "window", "one of last_days, from and to, ever is expected"
    if window.from_ is not None and window.to is not None and window.from_ > window.to:
        return "window", "from is not after to"
    return None


def _where_fault(match: EventMatch, path: str) -> tuple[str, str] | None:
    asks_product = match.where.category is not None or match.where.sku is not None
    if asks_product and match.type not in WITH_PRODUCT and not match.type.startswith("x."):
        return path, f"{match.type} has no product"
    return None


def _check_trait(path: str, leaf: Trait, kind: TraitKind) -> None:
    if leaf.op not in kind.ops:
        raise BadRule(path=f"{path}.op", reason=f"{leaf.name} takes {', '.join(kind.ops)}")
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if leaf.op in ("known", "unknown"):
        is_right = leaf.value is None
    elif leaf.op == "between":
        is_right = len(values) == 2 and all(type(value) is int for value in values)
    elif leaf.op in ("in", "not_in", "contains", "not_contains"):
        is_right = isinstance(leaf.value, tuple)
    else:
        is_right = leaf.value is not None and not isinstance(leaf.value, tuple)
    if not is_right or not (leaf.value is None or all(_fits(value, kind) for value in values)):
        raise BadRule(path=f"{path}.value", reason="a value that fits is expected")
    if kind.type == "custom" and leaf.op in (">", ">=", "<", "<=") and type(leaf.value) is not int:
        raise BadRule(path=f"{path}.value", reason="a number is expected")
    if kind.choices and leaf.value is not None:
        known = {choice.value for choice in kind.choices}
        if not known.issuperset(map(str, values)):
            raise BadRule(path=f"{path}.value", reason=f"one of {', '.join(sorted(known))}")


def _fits(value: Any, kind: TraitKind) -> bool:
    if kind.type in ("number", "money", "days"):
        return type(value) is int
    if kind.type == "flag":
        return type(value) is bool
    return kind.type == "custom" or type(value) is str
