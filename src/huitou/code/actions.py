"""Verbs of codes: make, change, stop, copy for many stores; take in who came by them."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from uuid import UUID

from huitou.base.db import Tx
from huitou.catalog import reads as catalog
from huitou.code import reads, rules
from huitou.code.jobs import telling
from huitou.code.store import arrivals, codes
from huitou.code.store.arrivals import Arrival
from huitou.code.types import (
    BadCode,
    Batch,
    Code,
    CodeChanged,
    CodeStopped,
    Draft,
    NameUnknownYet,
    NobodyBehind,
    NotYourUnit,
    Refused,
    Terms,
)
from huitou.content import actions as content_actions
from huitou.content import reads as contents
from huitou.content.types import Item
from huitou.event import reads as log
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.merchant import actions as audit
from huitou.merchant import reads as merchants
from huitou.merchant.types import Unit
from huitou.profile import actions as profiles
from huitou.profile import reads as profile_reads
from huitou.segment.types.vocabulary import WrittenTrait, publish_trait

TRAIT = "friend_source"
"""Where the customer was won, as the code says it: the last code they came by."""
publish_trait(TRAIT, WrittenTrait("活码来源", "Won by the code"))
_SOURCE = "code"
_BATCH_MAX = 10_000


def add_code(tx: Tx, draft: Draft) -> Code:
    """A new code; WeCom is told in the background. Refuses `BadCode`, `NobodyBehind`, `NotYourUnit`,
    `NameUnknownYet`, what content refuses in texts, `content.no_list`."""
    _check(tx, draft)
    code_id = new_id()
    codes.add_codes(tx, [(code_id, rules.state_of(code_id), draft)], None)
    telling.tell_codes(tx, [code_id])
    audit.audit(tx, "code.added", f"code:{code_id}", kind=draft.kind)
    return reads.get_code(tx, code_id)


def set_code(tx: Tx, code_id: UUID, draft: Draft, version: int) -> Code:
    """Another document behind the same printed picture. Refuses as `add_code`, and `NoCode`,
    `CodeStopped`, `CodeChanged`."""
    if reads.get_row(tx, code_id).stopped_at is not None:
        raise CodeStopped()
    _check(tx, draft)
    if not codes.set_code(tx, code_id, draft, version):
        raise CodeChanged()
    telling.tell_codes(tx, [code_id])
    audit.audit(tx, "code.changed", f"code:{code_id}")
    return reads.get_code(tx, code_id)


def with_list(tx: Tx, draft: Draft, skus: Sequence[str]) -> Draft:
    """The draft with a list of these products, as one there is already or a new one. Refuses `BadCode`,
    `content.bad_list`."""
    if any(sku not in catalog.products_by_sku(tx, skus) for sku in skus):
        raise BadCode(field="skus")
    if draft.product_list_id is not None:
        kept = contents.get_list(tx, draft.product_list_id)
        if [item.sku for item in kept.items] == list(skus):
            return draft
    list_id = content_actions.add_list(tx, draft.name.strip(), [Item(sku) for sku in skus])
    return replace(draft, product_list_id=list_id)


def stop_code(tx: Tx, code_id: UUID) -> Code:
    """Nobody is added by it any more; again is no change. Refuses `NoCode`."""
    reads.get_row(tx, code_id)
    if codes.set_stopped(tx, [code_id]):
        telling.tell_codes(tx, [code_id])
        audit.audit(tx, "code.stopped", f"code:{code_id}")
    return reads.get_code(tx, code_id)


def try_again(tx: Tx, code_ids: Sequence[UUID]) -> None:
    """What failed is tried anew: these codes, as far as they are in the asker's scope."""
    mine = [row.id for row in codes.find_codes(tx, code_ids)]
    codes.set_tried_again(tx, mine, rules.GONE)
    telling.tell_codes(tx, mine)


def add_batch(tx: Tx, terms: Terms, unit_codes: Sequence[str] | None) -> Batch:
    """A store's code on these terms for each of these stores (None: all in the asker's scope), named after
    both: 「城东一店 · 店铺海报」. Stores without an associate in WeCom get none and are listed.

    All in one statement; WeCom is told in the background. Refuses as `add_code`.
    """
    stores = {
        unit.code: unit
        for unit in merchants.list_units(tx)
        if unit.kind in ("store", "dealer", "online") or unit_codes is not None
    }
    asked = list(stores) if unit_codes is None else list(dict.fromkeys(unit_codes))
    if unknown := [code for code in asked if code not in stores]:
        raise BadCode(field=f"units ({unknown[0]})")
    if not asked:
        raise BadCode(field="units")
    drafts = {code: _draft_for(terms, stores[code]) for code in asked}
    _check(tx, drafts[asked[0]], is_copy=True)
    staffed = {
        person.unit_id
        for person in merchants.list_staff(tx, role="associate")
        if person.is_active and person.wecom_user
    }
    refused = [
        Refused(stores[code].id, NobodyBehind.code)
        for code in asked
        if stores[code].id not in staffed and terms.fallback_staff_id is None
    ]
    out = {each.unit_id for each in refused}
    batch_id = new_id()
    codes.add_batch(tx, batch_id, terms.name.strip(), refused)
    ids = [(new_id(), draft) for draft in drafts.values() if draft.unit_id not in out]
    rows = [(code_id, rules.state_of(code_id), draft) for code_id, draft in ids]
    if rows:
        codes.add_codes(tx, rows, batch_id)
        telling.tell_codes(tx, [code_id for code_id, _, _ in rows])
    audit.audit(tx, "code.batch", f"batch:{batch_id}", count=len(rows), refused=len(refused))
    return next(iter(codes.list_batches(tx, batch_id)))


def try_batch_again(tx: Tx, batch_id: UUID) -> Batch:
    """What failed of a batch is tried anew, as far as it is in the asker's scope. Refuses `NoBatch`."""
    reads.get_batch(tx, batch_id)
    failed = codes.list_codes(tx, batch_id=batch_id, standing="failed", limit=_BATCH_MAX)
    codes.set_tried_again(tx, [row.id for row in failed], rules.GONE)
    telling.tell_codes(tx, [row.id for row in failed])
    return reads.get_batch(tx, batch_id)


def take_arrivals(tx: Tx, after: int, upto: int) -> set[UUID]:
    """Who came by codes, from the log: kept, tagged, and their source remembered. Returns the codes.

    The same range again changes nothing.
    """
    entries = [
        entry
        for entry in log.log_slice(tx, after, upto, ["contact.added"])
        if entry.properties.get("state")
    ]
    if not entries:
        return set()
    rows = {
        row.state: row
        for row in codes.find_by_states(
            tx, sorted({entry.properties["state"] for entry in entries})
        )
    }
    came = [entry for entry in entries if entry.properties["state"] in rows]
    if not came:
        return set()
    staff = merchants.staff_of_wecom(tx, {entry.properties["staff"] for entry in came})
    new = arrivals.add_arrivals(
        tx,
        [
            Arrival(
                entry.position,
                rows[entry.properties["state"]].id,
                staff.get(entry.properties["staff"]),
                entry.occurred_at,
            )
            for entry in came
        ],
    )
    given = identities.customers_of(tx, [entry.position for entry in came])
    found = [
        (rows[entry.properties["state"]], given[entry.position])
        for entry in came
        if entry.position in new and entry.position in given
    ]
    _mark(tx, found)
    return {row.id for row, _ in found}


def _draft_for(terms: Terms, unit: Unit) -> Draft:
    said = {each.name: getattr(terms, each.name) for each in fields(terms)}
    name = f"{unit.name} · {terms.name.strip()}"[: rules.NAME_MAX]
    return Draft(**{**said, "name": name}, kind="store", unit_id=unit.id)


def _mark(tx: Tx, found: Iterable[tuple[codes.CodeRow, UUID]]) -> None:
    """Tags and source of new friends, a statement for each set of tags."""
    tagged: dict[tuple[str, ...], set[UUID]] = {}
    traits = {}
    for row, customer_id in found:
        traits[customer_id] = row.source or row.name
        if row.tags:
            tagged.setdefault(tuple(row.tags), set()).add(customer_id)
    for tags, customers in tagged.items():
        profiles.set_tags(tx, customers, add=tags, source=_SOURCE)
    if traits:
        said = [(customer_id, TRAIT, source) for customer_id, source in traits.items()]
        profiles.set_traits(tx, said, source=_SOURCE)


def _check(tx: Tx, draft: Draft, *, is_copy: bool = False) -> None:
    """Whole, in the asker's scope, with texts that can be filled and somebody to be added."""
    rules.checked(draft)
    for text in (draft.welcome.text, draft.welcome.away_text):
        if text.strip():
            contents.check_template(text)
            if "{name}" in text:
                raise NameUnknownYet()
    rules_tags = {kind.name for kind in profile_reads.tag_kinds(tx) if kind.segment_id is not None}
    if rules_tags & set(draft.tags):
        raise BadCode(field="tags")
    if draft.sku is not None and draft.sku not in catalog.products_by_sku(tx, [draft.sku]):
        raise BadCode(field="sku")
    if draft.product_list_id is not None:
        contents.get_list(tx, draft.product_list_id)
    if draft.unit_id not in {unit.id for unit in merchants.list_units(tx)}:
        raise NotYourUnit()
    people = merchants.staff_by_id(tx)
    named = [*draft.staff_ids, *([draft.fallback_staff_id] if draft.fallback_staff_id else [])]
    if any(staff_id not in people for staff_id in named):
        raise NotYourUnit()
    behind = (
        [p for p in people.values() if p.unit_id == draft.unit_id and p.role == "associate"]
        if draft.kind == "store"
        else [people[staff_id] for staff_id in draft.staff_ids]
    )
    if draft.fallback_staff_id is not None:
        behind = [*behind, people[draft.fallback_staff_id]]
    if not is_copy and not any(person.is_active and person.wecom_user for person in behind):
        raise NobodyBehind()
