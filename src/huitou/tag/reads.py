"""What others may ask about tags."""

from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.catalog import reads as catalog
from huitou.profile import reads as profile
from huitou.segment.types.vocabulary import WrittenTrait, publish_trait
from huitou.tag import rules, store
from huitou.tag.types import TRAIT, Habit, Recommendation, RecommendationState, TagRow

publish_trait(TRAIT, WrittenTrait("购买偏好", "Habits", rules.choices))


def list_tags(tx: ReadTx) -> list[TagRow]:
    """The library of the asker's units and every other tag in use in the scope, by group and name."""
    counts = {each.name: each for each in profile.tag_counts(tx)}
    kinds = {kind.name: kind for kind in profile.tag_kinds(tx)}
    found = []
    for name in kinds.keys() | counts.keys():
        kind, count = kinds.get(name), counts.get(name)
        found.append(
            TagRow(
                id=kind.id if kind else None,
                name=name,
                group=kind.group if kind else "",
                segment_id=kind.segment_id if kind else None,
                units=kind.units if kind else [],
                version=kind.version if kind else None,
                sources=count.sources if count else [],
                customer_count=count.customer_count if count else 0,
            )
        )
    return sorted(found, key=lambda each: (each.id is None, each.group, each.name))


def recommendations(tx: ReadTx, state: RecommendationState = "open") -> list[Recommendation]:
    """Recommended tags with their evidence, those of most customers first."""
    categories = catalog.category_names(tx)
    return [rules.recommended(each, categories) for each in store.list_recommendations(tx, state)]


def evidence_of(tx: ReadTx, customer_id: UUID) -> list[Habit]:
    """What a customer's purchases suggest, the surest first. Refuses: NoSuchCustomer."""
    root_id = profile.get_visible_root(tx, customer_id)
    categories = catalog.category_names(tx)
    return [rules.evidence(each, categories) for each in store.find_findings(tx, [root_id])]


def tendencies(tx: ReadTx, customer_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """What the trait says of each: an empty list for who has no finding."""
    found: dict[UUID, list[str]] = {customer_id: [] for customer_id in customer_ids}
    for each in store.find_findings(tx, found):
        found[each.customer_id].append(rules.key_of(each.kind, each.value))
    return {customer_id: sorted(keys) for customer_id, keys in found.items()}


def export(tx: ReadTx, customer_id: UUID) -> object:
    """Everything this room keeps about a customer who answers for themselves, as plain JSON."""
    return [asdict(each) for each in store.find_findings(tx, [customer_id])]
