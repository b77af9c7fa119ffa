"""What others may ask about offers."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import approvals, tiers
from huitou.benefit.types.approvals import Approval
from huitou.benefit.types.templates import Sentence
from huitou.catalog import reads as catalog
from huitou.kernel.page import PAGE_MAX, Page, decode_number, encode_cursor
from huitou.merchant import reads as merchants
from huitou.merchant.types import NoUnit
from huitou.offer.rules import checking
from huitou.offer.rules.sentences import sentence
from huitou.offer.store import offers as store
from huitou.offer.types.documents import (
    Activity,
    AddOn,
    BuyGet,
    Goods,
    OfferKind,
    PriceOffer,
)
from huitou.offer.types.offers import (
    Fault,
    NoOffer,
    Offer,
    OfferDocument,
    OfferPreview,
    OfferShown,
    OfferState,
    OfferTags,
    OfferVersion,
    Waiting,
)
from huitou.segment import reads as segments

_EVERY: tuple[OfferState, ...] = ("draft", "published", "paused", "ended")


def get_offer(tx: ReadTx, offer_id: UUID) -> Offer:
    """An offer. Refuses `offer.not_found`."""
    for found in store.find_offers(tx, [offer_id]):
        return found
    raise NoOffer()


def list_offers(
    tx: ReadTx,
    *,
    state: OfferState | None = None,
    kind: OfferKind | None = None,
    words: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[OfferShown]:
    """Offers with their sentences, newest first; `words` is a part of the name or the note, any case."""
    limit = min(limit, PAGE_MAX)
    found = store.list_offers(
        tx,
        states=_EVERY if state is None else (state,),
        kind=kind,
        words=words,
        before=decode_number(cursor),
        count_max=limit + 1,
    )
    items = shown(tx, found[:limit])
    return Page(items, encode_cursor(items[-1].number) if len(found) > limit else None)


def names(tx: ReadTx, offer_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names by id."""
    return {offer.id: offer.document.name for offer in store.find_offers(tx, offer_ids)}


def shown(tx: ReadTx, offers: Sequence[Offer]) -> list[OfferShown]:
    """Offers as pages show them, in the order given."""
    tallies = store.list_tallies(tx, [each.id for each in offers])
    words = sentences_of(tx, [each.document for each in offers])
    asked = approvals.approvals_by_id(tx, [each.approval_id for each in offers if each.approval_id])
    return [
        OfferShown(
            id=each.id,
            number=each.number,
            state=each.state,
            document=each.document,
            version=each.version,
            in_force=each.in_force,
            created_at=each.created_at,
            published_at=each.published_at,
            sentence=said,
            warnings=checking.warnings(each.document, tx.now),
            orders=tallies[each.id].orders,
            cost_fen=tallies[each.id].cost_fen,
            waiting=_waiting(asked[each.approval_id]) if each.approval_id else None,
        )
        for each, said in zip(offers, words, strict=True)
    ]


def list_versions(tx: ReadTx, offer_id: UUID) -> list[OfferVersion]:
    """What was published, latest first. Refuses `offer.not_found`."""
    get_offer(tx, offer_id)
    return store.list_versions(tx, offer_id)


def preview(tx: ReadTx, document: OfferDocument) -> OfferPreview:
    """The sentence and what is probably not meant. Refuses as `check_document`."""
    check_document(tx, document)
    [said] = sentences_of(tx, [document])
    return OfferPreview(said, checking.warnings(document, tx.now))


def check_document(tx: ReadTx, document: OfferDocument) -> None:
    """Refuses `offer.bad_document`, also for a tier or a segment that there is not, and `merchant.no_unit`."""
    checking.checked(document, [*store.list_tags(tx), *groups(tx)])
    known = merchants.unit_ids_of(tx, document.units)
    for code in document.units:
        if code not in known:
            raise NoUnit(code=code)
    audience = document.audience
    plan = tiers.find_plan_in_force(tx) if audience.tiers else None
    codes = {rule.code for rule in plan.plan.tiers} if plan else set()
    for tier in audience.tiers:
        if tier not in codes:
            fault = Fault("audience.tiers", f"没有等级 {tier}", f"no tier {tier}")
            raise checking.refusal_of([fault])
    there = segments.names_by_id(tx, audience.segments)
    for segment_id in audience.segments:
        if segment_id not in there:
            raise checking.refusal_of(
                [Fault("audience.segments", f"没有人群 {segment_id}", f"no segment {segment_id}")]
            )


def list_tags(tx: ReadTx) -> OfferTags:
    """What `allows` may name."""
    return OfferTags(list(checking.KINDS), list(groups(tx)), sorted(store.list_tags(tx)))


def groups(tx: ReadTx) -> tuple[str, ...]:
    """Groups of activities, first to last."""
    told = str(merchants.setting(tx, "offer.groups"))
    return tuple(dict.fromkeys(name.strip() for name in told.split(",") if name.strip()))


def sentences_of(tx: ReadTx, documents: Sequence[OfferDocument]) -> list[Sentence]:
    """Each offer in words, in order."""
    if not documents:
        return []
    names = {code: unit.name for code, unit in merchants.units_by_code(tx).items()}
    scopes = [goods for each in documents for goods in _scopes(each)]
    if any(goods.categories for goods in scopes):
        names |= {each.code: each.name for each in catalog.list_categories(tx)}
    skus = {sku for each in documents for sku in _skus(each)}
    if skus:
        known = catalog.products_by_sku(tx, sorted(skus))
        names |= {sku: product.name for sku, product in known.items() if product.name}
    if any(each.audience.tiers for each in documents):
        plan = tiers.find_plan_in_force(tx)
        names |= {rule.code: rule.zh for rule in plan.plan.tiers} if plan else {}
    wanted = {id_ for each in documents for id_ in each.audience.segments}
    if wanted:
        told = segments.names_by_id(tx, sorted(wanted))
        names |= {str(id_): name for id_, name in told.items()}
    zone = merchants.get_merchant(tx).zone
    return [sentence(document, names, zone) for document in documents]


def _waiting(approval: Approval) -> Waiting:
    return Waiting(
        approval_id=approval.id,
        version=approval.body["version"],
        asked_by=approval.asked_by,
        asked_at=approval.asked_at,
        why=[Sentence(each["zh"], each["en"]) for each in approval.body["why"]],
    )


def _scopes(document: OfferDocument) -> Iterable[Goods]:
    terms = document.terms
    yield terms.goods
    if isinstance(terms, BuyGet) and terms.get_goods is not None:
        yield terms.get_goods
    if isinstance(terms, AddOn):
        yield terms.trigger


def _skus(document: OfferDocument) -> Iterable[str]:
    for goods in _scopes(document):
        yield from (*goods.skus, *goods.except_skus)
    terms = document.terms
    if isinstance(terms, PriceOffer):
        yield from terms.prices_fen or {}
    if isinstance(terms, Activity):
        yield from (gift.sku for tier in terms.tiers for gift in tier.gifts)
