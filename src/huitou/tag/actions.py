"""Find what purchases suggest, decide on it, and keep rule tags where their rules hold."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.catalog import reads as catalog
from huitou.merchant import actions as merchants
from huitou.merchant import reads as merchant
from huitou.profile import actions as profiles
from huitou.profile import reads as profile
from huitou.profile.types import TagKind
from huitou.segment import actions as segments
from huitou.segment import reads as segment
from huitou.tag import reads, rules, store
from huitou.tag.types import TRAIT, Decided, Found, NoRecommendation, Policy

POLICY = Policy()
_SUBJECTS_MAX = 2_000
_LOCK = "tag"


def find(tx: Tx) -> int:
    """Everybody's findings anew, and what they recommend; how many customers changed."""
    tx.lock(_LOCK)
    changed = store.set_findings(tx, POLICY, merchant.get_merchant(tx).zone)
    store.set_recommendations(tx, POLICY.customers_min)
    if changed:
        # The first at once: a rule may name the trait from when somebody has it.
        tell(tx)
    return changed


@job
def tell(tx: Tx) -> None:
    """The trait of some of those whose findings changed, and of the others after this."""
    tx.lock(_LOCK)
    taken = store.take_changed(tx, _SUBJECTS_MAX)
    if not taken:
        return
    found = reads.tendencies(tx, taken)
    profiles.set_traits(tx, [(id_, TRAIT, keys) for id_, keys in found.items()], source="tag")
    if len(taken) == _SUBJECTS_MAX:
        tx.defer(tell, key=TRAIT)


def add_tag(
    tx: Tx, name: str, *, group: str = "", units: Sequence[str] = (), segment_id: UUID | None = None
) -> TagKind:
    """A tag for the library; with a segment, one that its members carry.

    Refuses: BadTag, TagTaken, NoUnit, NoSegment.
    """
    if segment_id is not None:
        segment.get_stored(tx, segment_id)
    kind = profiles.add_tag_kind(tx, name, group=group, units=units, segment_id=segment_id)
    merchants.audit(tx, "tag.added", f"tag:{kind.id}", name=kind.name)
    if segment_id is not None:
        tx.defer(follow, key=str(kind.id), tag_id=str(kind.id))
    return kind


def change_tag(tx: Tx, tag_id: UUID, *, group: str, units: Sequence[str], version: int) -> TagKind:
    """Another group, other units. Refuses: NoTag, TagChanged, NoUnit."""
    kind = profiles.set_tag_kind(tx, tag_id, group=group, units=units, version=version)
    merchants.audit(tx, "tag.changed", f"tag:{kind.id}", name=kind.name)
    return kind


def remove_tag(tx: Tx, tag_id: UUID) -> None:
    """Out of the library. One that followed a rule is taken off everybody. Refuses: NoTag."""
    kind = profile.get_tag_kind(tx, tag_id)
    profiles.remove_tag_kind(tx, tag_id)
    merchants.audit(tx, "tag.removed", f"tag:{tag_id}", name=kind.name)
    if kind.segment_id is not None:
        tx.defer(take_off, name=kind.name, source=source_of(tag_id))


def set_on(tx: Tx, tag_id: UUID, *, add: Sequence[UUID], remove: Sequence[UUID]) -> None:
    """Set and take off a tag of the library by hand, on customers whom the asker may see.

    Refuses: NoTag, RuleTag, NoSuchCustomer.
    """
    kind = profile.get_tag_kind(tx, tag_id)
    for customer_ids, is_on in ((add, True), (remove, False)):
        roots = [profile.get_visible_root(tx, customer_id) for customer_id in customer_ids]
        profiles.set_tags(
            tx, roots, add=[kind.name] if is_on else [], remove=[] if is_on else [kind.name]
        )


def accept(tx: Tx, id_: UUID, *, name: str | None = None, group: str = "") -> TagKind:
    """Take up a recommended tag: a segment of its rule, and a tag that follows it.

    Refuses: NoRecommendation, Decided, TagTaken, NameTaken.
    """
    found = _open(tx, id_)
    chosen = name or rules.names_of(found.kind, found.value, catalog.category_names(tx))[0]
    made = segments.add_segment(tx, chosen, rules.rule_of(found.kind, found.value))
    kind = add_tag(tx, chosen, group=group, segment_id=made.id)
    store.set_decision(tx, id_, "accepted", kind.id)
    return kind


def dismiss(tx: Tx, id_: UUID) -> None:
    """Leave a recommended tag; it is not recommended again. Refuses: NoRecommendation, Decided."""
    found = _open(tx, id_)
    store.set_decision(tx, id_, "dismissed", None)
    merchants.audit(tx, "tag.dismissed", f"recommendation:{found.id}")


def follow_all(tx: Tx) -> None:
    """Every rule tag, each in a job of its own."""
    for kind in profile.tag_kinds(tx):
        if kind.segment_id is not None:
            tx.defer(follow, key=str(kind.id), tag_id=str(kind.id))


@job
def follow(tx: Tx, *, tag_id: str) -> None:
    """Set the tag on some members who lack it and take it off some who are none any more; the
    others after this. Who has the tag by somebody's hand keeps it. While the members are being found it waits for its next
    turn."""
    kinds = {str(kind.id): kind for kind in profile.tag_kinds(tx)}
    kind = kinds.get(tag_id)
    if kind is None or kind.segment_id is None or segment.is_filling(tx, kind.segment_id):
        return
    source = source_of(kind.id)
    come = store.list_without(tx, kind.segment_id, kind.name, _SUBJECTS_MAX)
    gone = store.list_beyond(tx, kind.segment_id, kind.name, source, _SUBJECTS_MAX)
    if come:
        profiles.set_tags(tx, come, add=[kind.name], source=source)
    if gone:
        profiles.set_tags(tx, gone, remove=[kind.name], source=source)
    if _SUBJECTS_MAX in (len(come), len(gone)):
        tx.defer(follow, key=tag_id, tag_id=tag_id)


@job
def take_off(tx: Tx, *, name: str, source: str) -> None:
    """A rule tag that is no more, off some who carry it, and the others after this."""
    found = store.list_carriers(tx, name, source, _SUBJECTS_MAX)
    if found:
        profiles.set_tags(tx, found, remove=[name], source=source)
        tx.defer(take_off, name=name, source=source)


def renew(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """What these customers bought is other people's now: nothing is said of them until their habits
    are found anew."""
    tx.lock(_LOCK)
    known = store.remove_findings(tx, customer_ids)
    if known:
        store.add_changed(tx, known)
        tx.defer(tell, key=TRAIT)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """No findings of these customers, for good."""
    store.remove_findings(tx, customer_ids)


def source_of(tag_id: UUID) -> str:
    """How the profile names a rule tag as the source of a tag."""
    return f"rule:{tag_id}"


def _open(tx: Tx, id_: UUID) -> Found:
    found = store.lock_recommendation(tx, id_)
    if found is None:
        raise NoRecommendation()
    if found.state != "open":
        raise Decided()
    return found
