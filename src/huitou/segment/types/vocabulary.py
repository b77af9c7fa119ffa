"""What a rule may be made of, for the builder, and ready-made rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from huitou.segment.types.rule import Op


@dataclass(frozen=True, slots=True)
class Template:
    """A ready-made rule; `meaning` says whom it finds."""

    key: str
    name: str
    name_en: str
    meaning: str
    meaning_en: str
    rule: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LeafKind:
    kind: str
    zh: str
    en: str


LEAF_KINDS = (
    LeafKind("purchase", "购买", "Purchases"),
    LeafKind("trait", "属性", "Trait"),
    LeafKind("tag", "标签", "Tag"),
    LeafKind("consent", "触达授权", "Consent"),
    LeafKind("event", "行为", "Events"),
    LeafKind("sequence", "先后行为", "Sequence of events"),
    LeafKind("nth", "第几次", "Nth time"),
    LeafKind("anniversary", "周年", "Anniversary"),
    LeafKind("segment", "人群", "Segment"),
    LeafKind("sample", "抽样", "Sample"),
)


@dataclass(frozen=True, slots=True)
class Operator:
    """A word of the rule language (operator, aggregate, event type) and how it is called."""

    op: str
    zh: str
    en: str


TraitType = Literal["number", "money", "days", "text", "choice", "flag", "set", "unit", "custom"]


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class TraitKind:
    """A trait that a rule may test, the operators it takes and, if closed, its values."""

    name: str
    type: TraitType
    zh: str
    en: str
    ops: tuple[Op, ...]
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything a rule may be made of, for the builder."""

    kinds: list[LeafKind]
    traits: list[TraitKind]
    ops: list[Operator]
    aggs: list[Operator]
    event_types: list[Operator]
    tags: list[str]


Categories = Mapping[str, tuple[str, str]]
"""Code → name in Chinese and in English."""


def _open(categories: Categories) -> tuple[Choice, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class WrittenTrait:
    """A custom trait that a room writes: what it is called, its values, how it is compared."""

    zh: str
    en: str
    choose: Callable[[Categories], tuple[Choice, ...]] = _open
    type: TraitType = "custom"


WRITTEN: dict[str, WrittenTrait] = {}


def publish_trait(name: str, trait: WrittenTrait) -> None:
    WRITTEN[name] = trait


def is_written(name: str) -> bool:
    """Does a room write this trait?"""
    return name in WRITTEN
