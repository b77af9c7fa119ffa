"""What others may ask about coupon templates."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.rules import coupons as coupon_rules
from huitou.benefit.rules import ledger as ledger_rules
from huitou.benefit.rules import sentences
from huitou.benefit.rules import templates as rules
from huitou.benefit.store import templates as store
from huitou.benefit.types.coupons import STATES
from huitou.benefit.types.templates import (
    NoTemplate,
    Promise,
    Sentence,
    Template,
    TemplatePreview,
    TemplateShown,
    TemplateState,
    TemplateVersion,
)
from huitou.catalog import reads as catalog
from huitou.kernel.page import PAGE_MAX, BadCursor, Page, decode_cursor, encode_cursor
from huitou.merchant import reads as merchants
from huitou.merchant.types import NoUnit

_EVERY: tuple[TemplateState, ...] = ("draft", "published", "paused", "ended")


def get_template(tx: ReadTx, template_id: UUID) -> Template:
    """A template. Refuses `coupon.no_template`."""
    for found in store.find_templates(tx, [template_id]):
        return found
    raise NoTemplate()


def templates_by_id(tx: ReadTx, template_ids: Sequence[UUID]) -> dict[UUID, Template]:
    """Templates by id; unknown ones are missing."""
    return {found.id: found for found in store.find_templates(tx, list(set(template_ids)))}


def list_published(tx: ReadTx) -> list[Template]:
    """Those of which coupons may be given, newest first."""
    return store.list_templates(tx, states=("published",), before=None, count_max=1_000)


def list_outstanding(tx: ReadTx) -> list[Template]:
    """Those of which customers may have coupons, newest first."""
    states: tuple[TemplateState, ...] = ("published", "paused", "ended")
    return store.list_templates(tx, states=states, before=None, count_max=500)


def list_templates(
    tx: ReadTx, *, state: TemplateState | None = None, cursor: str | None = None, limit: int = 50
) -> Page[TemplateShown]:
    """Templates with their sentences and counts, newest first."""
    limit = min(limit, PAGE_MAX)
    before = _number_in(cursor)
    states = _EVERY if state is None else (state,)
    found = store.list_templates(tx, states=states, before=before, count_max=limit + 1)
    items = shown(tx, found[:limit])
    return Page(items, encode_cursor(items[-1].number) if len(found) > limit else None)


def shown(tx: ReadTx, templates: Sequence[Template]) -> list[TemplateShown]:
    """Templates as pages show them, in the order given."""
    given = store.list_given(tx, [each.id for each in templates])
    counts = counts_of(tx, [each.id for each in templates])
    words = sentences_of(tx, [each.promise for each in templates])
    return [
        TemplateShown(
            id=each.id,
            number=each.number,
            state=each.state,
            promise=each.promise,
            version=each.version,
            created_at=each.created_at,
            published_at=each.published_at,
            sentence=sentence,
            warnings=rules.warnings(each.promise, tx.now),
            issued=given[each.id],
            left=None
            if each.promise.stock is None
            else max(0, each.promise.stock - given[each.id]),
            coupons=counts[each.id],
        )
        for each, sentence in zip(templates, words, strict=True)
    ]


def counts_of(tx: ReadTx, template_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Template → state → how many coupons, by the ledger's accounts."""
    accounts = {
        ledger_rules.account_id(tx.merchant, leg): (template_id, state)
        for template_id in template_ids
        for state in STATES
        for leg in coupon_rules.legs_of(template_id, {state: 1})
    }
    counts: dict[UUID, dict[str, int]] = defaultdict(dict)
    sums = store.sum_accounts(tx, list(accounts))
    for account_id, (template_id, state) in accounts.items():
        counts[template_id][state] = sums.get(account_id, 0)
    return counts


def list_versions(tx: ReadTx, template_id: UUID) -> list[TemplateVersion]:
    """What was promised, latest first. Refuses `coupon.no_template`."""
    get_template(tx, template_id)
    return store.list_versions(tx, template_id)


def preview(tx: ReadTx, promise: Promise) -> TemplatePreview:
    """The sentence and what is probably not meant. Refuses as `check_promise`."""
    check_promise(tx, promise)
    [sentence] = sentences_of(tx, [promise])
    return TemplatePreview(sentence, rules.warnings(promise, tx.now))


def sentences_of(tx: ReadTx, promises: Sequence[Promise]) -> list[Sentence]:
    """Each promise in words, in order."""
    skus = {sku for promise in promises for sku in _skus(promise)}
    names = {code: unit.name for code, unit in merchants.units_by_code(tx).items()}
    if any(promise.goods.categories for promise in promises):
        names |= {each.code: each.name for each in catalog.list_categories(tx)}
    if skus:
        known = catalog.products_by_sku(tx, sorted(skus))
        names |= {sku: product.name for sku, product in known.items() if product.name}
    zone = merchants.get_merchant(tx).zone
    return [sentences.sentence(promise, names, zone) for promise in promises]


def check_promise(tx: ReadTx, promise: Promise) -> None:
    """Refuses `coupon.bad_template`, and units that there are not (`merchant.no_unit`)."""
    rules.checked(promise)
    known = merchants.unit_ids_of(tx, promise.units)
    for code in promise.units:
        if code not in known:
            raise NoUnit(code=code)


def _skus(promise: Promise) -> tuple[str, ...]:
    return (
        *getattr(promise.benefit, "skus", ()),
        *promise.goods.skus,
        *promise.goods.except_skus,
    )


def _number_in(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    [text] = decode_cursor(cursor, 1)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadCursor()
    return int(text)
