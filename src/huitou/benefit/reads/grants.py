"""Grants and how far they are."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import templates
from huitou.benefit.rules import grants as rules
from huitou.benefit.store import grants as store
from huitou.benefit.types.grants import (
    CouponGrant,
    Given,
    GrantDocument,
    GrantRun,
    GrantShown,
    NoGrant,
)
from huitou.kernel.page import PAGE_MAX, Page, decode_cursor, decode_moment, encode_cursor
from huitou.segment import reads as segments


def get_grant(tx: ReadTx, grant_id: UUID) -> GrantShown:
    """Refuses `grant.not_found`."""
    found = store.find_grants(tx, [grant_id])
    if not found:
        raise NoGrant()
    return _shown(tx, found[0])


def names(tx: ReadTx, grant_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names by id."""
    return {run.id: run.name for run in store.find_grants(tx, grant_ids)}


def list_grants(tx: ReadTx, *, cursor: str | None = None, limit: int = 50) -> Page[GrantShown]:
    """Latest first."""
    limit = min(limit, PAGE_MAX)
    found = store.list_grants(tx, before=decode_moment(cursor, UUID), count_max=limit + 1)
    shown = found[:limit]
    following = encode_cursor(shown[-1].created_at, shown[-1].id) if len(found) > limit else None
    return Page([_shown(tx, run) for run in shown], following)


def list_given(
    tx: ReadTx, grant_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[Given]:
    """Who got what, and what was taken back. Refuses `grant.not_found`."""
    get_grant(tx, grant_id)
    limit = min(limit, PAGE_MAX)
    after = UUID(decode_cursor(cursor, 1)[0]) if cursor else None
    found = store.list_given(tx, grant_id, after, limit + 1)
    shown = found[:limit]
    return Page(shown, encode_cursor(shown[-1].customer_id) if len(found) > limit else None)


def _shown(tx: ReadTx, run: GrantRun) -> GrantShown:
    document = GrantDocument.model_validate(run.document)
    coupon = ""
    if isinstance(document.gift, CouponGrant):
        coupon = templates.get_template(tx, UUID(document.gift.template)).promise.name
    zh, en = rules.sentence(document, segments.get_stored(tx, run.segment_id).name, coupon)
    return GrantShown(run, zh, en, rules.most(document, run.total))
