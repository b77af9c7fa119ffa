"""What others may ask about opportunities."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.identity import reads as identity
from huitou.identity.types import NoSuchCustomer
from huitou.kernel.page import PAGE_MAX, BadCursor, Page, decode_cursor, encode_cursor
from huitou.kernel.personal import Personal
from huitou.merchant import reads as merchant
from huitou.opportunity import rules
from huitou.opportunity.store import lists as store
from huitou.opportunity.types import (
    LISTS,
    KindSummary,
    ListName,
    NoSuchOpportunity,
    OpenCandidate,
    Opportunity,
    Shown,
)
from huitou.profile import reads as profile


def kinds(tx: ReadTx) -> list[KindSummary]:
    """The lists and how many customers are in each, in the scope."""
    summaries = []
    for name in LISTS:
        count, expected_fen = store.summarise(tx, name, rules.MINIMUM[name])
        summaries.append(KindSummary(name, *rules.TITLES[name], count, expected_fen))
    return summaries


def list_opportunities(
    tx: ReadTx,
    *,
    name: ListName = "predicted",
    unit: str | None = None,
    staff_id: UUID | None = None,
    customer_id: UUID | None = None,
    category: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Shown]:
    """A list, best first, in the scope; of one customer whom the asker may see, everything there ever was."""
    unit_path = None
    if unit is not None:
        found_unit = merchant.find_unit_by_code(tx, unit)
        if found_unit is None:
            return Page([])
        unit_path = found_unit.path
    if customer_id is not None:
        customer_id = _visible_root(tx, customer_id)
        if customer_id is None:
            return Page([])
    limit = min(limit, PAGE_MAX)
    found = store.list_opportunities(
        tx,
        name=name,
        min_bp=rules.MINIMUM[name],
        unit_path=unit_path,
        staff_id=staff_id,
        customer_id=customer_id,
        category=category,
        after=_after(cursor),
        count_max=limit + 1,
    )
    zone = merchant.get_merchant(tx).zone
    items = [_shown(tx, item, zone) for item in found[:limit]]
    if len(found) <= limit:
        return Page(items)
    last = items[-1]
    score = last.score_bp if name == "predicted" else last.best_bp
    return Page(items, encode_cursor(score, last.id))


def get_opportunity(tx: ReadTx, opportunity_id: UUID) -> Shown:
    """One opportunity of a customer whom the asker may see. Refuses NoSuchOpportunity."""
    found = by_id(tx, [opportunity_id]).get(opportunity_id)
    if found is None or _visible_root(tx, found.customer_id) is None:
        raise NoSuchOpportunity()
    return found


def by_id(tx: ReadTx, opportunity_ids: Sequence[UUID]) -> dict[UUID, Shown]:
    """Opportunities with their sentences, whatever the scope; unknown ids are missing."""
    zone = merchant.get_merchant(tx).zone
    found = store.find_opportunities(tx, opportunity_ids)
    return {item.id: _shown(tx, item, zone) for item in found}


def open_candidates(
    tx: ReadTx, name: ListName, *, category: str | None = None
) -> list[OpenCandidate]:
    """Every customer of a list with their best open opportunity, whatever the scope."""
    return store.list_candidates(tx, name, rules.MINIMUM[name], category)


def best_of(tx: ReadTx, customer_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The best open opportunity of each of these customers who has one."""
    return {item.customer_id: item.opportunity_id for item in store.best_of(tx, customer_ids)}


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """Everything this room keeps about a customer who answers for itself, as plain values."""
    members = identity.members_of(tx, customer_id)
    return [
        {
            "id": str(item.id),
            "kind": item.kind,
            "category": item.category_code,
            "score_bp": item.score_bp,
            "expected_fen": item.expected_fen,
            "reason": item.reason,
            "skus": item.skus,
            "opened_at": item.opened_at.isoformat(),
            "expires_at": item.expires_at.isoformat(),
            "state": item.state,
        }
        for item in store.list_of_customer(tx, [member.id for member in members])
    ]


def _visible_root(tx: ReadTx, customer_id: UUID) -> UUID | None:
    with suppress(NoSuchCustomer):
        return profile.get_visible_root(tx, customer_id)
    return None


def _after(cursor: str | None) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    score, id_ = decode_cursor(cursor, 2)
    try:
        return int(score), UUID(id_)
    except ValueError as error:
        raise BadCursor() from error


def _shown(tx: ReadTx, item: Opportunity, zone: str) -> Shown:
    reason_zh, reason_en = rules.sentences(
        item.reason, item.category_name, item.category_name_en, tx.now, zone
    )
    return Shown(
        id=item.id,
        kind=item.kind,
        customer_id=item.customer_id,
        customer_ordinal=item.customer_ordinal,
        name=Personal(tx.keys.open(item.name_sealed)) if item.name_sealed else None,
        associate_id=item.staff_id,
        unit_id=item.unit_id,
        category_code=item.category_code,
        category_name=item.category_name,
        category_name_en=item.category_name_en,
        score_bp=item.score_bp,
        best_bp=item.best_bp,
        expected_fen=item.expected_fen,
        reason=item.reason,
        reason_zh=reason_zh,
        reason_en=reason_en,
        skus=item.skus,
        opened_at=item.opened_at,
        due_from=item.due_from,
        due_to=item.due_to,
        expires_at=item.expires_at,
        state=item.state,
    )
