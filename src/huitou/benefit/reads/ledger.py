"""What the ledger says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.rules import ledger as rules
from huitou.benefit.store import checks, coupon_checks, lots, payment_checks
from huitou.benefit.store import ledger as store
from huitou.benefit.types.ledger import Broken, Entry, Leg, Lot, OwnerKind, Standing
from huitou.identity import reads as identities
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor


def balance(
    tx: ReadTx,
    owner: tuple[OwnerKind, UUID],
    asset: str,
    at: datetime | None = None,
) -> int:
    """What `owner` has; with `at`, what the entries that counted by then come to.

    A customer has also what those have who were merged into them. Accounts that never moved have 0.
    The merchant's own accounts are always summed from entries.
    """
    accounts = _accounts(tx, owner, asset)
    if at is None and owner[0] != "merchant":
        return store.sum_balances(tx, accounts)
    return store.sum_entries(tx, accounts, at)


def standing(tx: ReadTx, customer_id: UUID, asset: str) -> Standing:
    """What a customer has of an asset with lots, everybody's who was merged into them."""
    return standings(tx, [customer_id], asset)[customer_id]


def standings(tx: ReadTx, customer_ids: Sequence[UUID], asset: str) -> dict[UUID, Standing]:
    """The same for many, each answered for by whom it was asked."""
    roots = identities.canonical(tx, customer_ids)
    answering = {id_: roots.get(id_, id_) for id_ in customer_ids}
    found = {
        each.customer_id: each.standing
        for each in lots.list_standings(tx, sorted(set(answering.values())), asset)
    }
    nothing = Standing(asset, 0, 0, 0, 0, None, 0)
    return {id_: found.get(root, nothing) for id_, root in answering.items()}


def usable_at(tx: ReadTx, customer_id: UUID, asset: str, at: datetime) -> int:
    """What a customer could have used at `at`, by the entries that counted by then."""
    return lots.sum_usable(tx, _accounts(tx, ("customer", customer_id), asset), at)


def lots_of(tx: ReadTx, customer_id: UUID, asset: str) -> list[Lot]:
    """What is left of a customer's lots, soonest to expire first."""
    return lots.list_lots(tx, _members(tx, customer_id), asset)


def balances(tx: ReadTx, staff_ids: Sequence[UUID], asset: str) -> dict[UUID, int]:
    """The balances of many members of staff; those without an account are left out."""
    return store.list_staff_balances(tx, staff_ids, asset)


def entries(
    tx: ReadTx,
    owner: tuple[OwnerKind, UUID],
    asset: str,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Entry]:
    """The statement of an account, latest first."""
    limit = min(limit, PAGE_MAX)
    before = decode_moment(cursor, UUID)
    found = store.list_entries(tx, _accounts(tx, owner, asset), before, limit + 1)
    if len(found) <= limit:
        return Page(found)
    last = found[limit - 1]
    return Page(found[:limit], encode_cursor(last.at.isoformat(), last.transaction_id))


def check(tx: ReadTx) -> list[Broken]:
    """The invariants that do not hold now; an empty list is a sound ledger."""
    found = (
        checks.list_violations(tx)
        | coupon_checks.list_violations(tx)
        | payment_checks.list_violations(tx)
    )
    return [Broken(name, len(ids), tuple(ids[:10])) for name, ids in found.items() if ids]


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """Everything the ledger keeps about a customer, as plain values."""
    assets = store.list_assets(tx, _members(tx, customer_id))
    return [
        {"asset": asset, "balance": balance(tx, ("customer", customer_id), asset)}
        for asset in assets
    ]


def _accounts(tx: ReadTx, owner: tuple[OwnerKind, UUID], asset: str) -> list[UUID]:
    kind, owner_id = owner
    owners = _members(tx, owner_id) if kind == "customer" else [owner_id]
    return [rules.account_id(tx.merchant, Leg(kind, each, asset, 0)) for each in owners]


def _members(tx: ReadTx, customer_id: UUID) -> list[UUID]:
    # An account stays with whom it was opened for, so a merge moves nothing and can be taken back.
    members = {member.id for member in identities.members_of(tx, customer_id)}
    return sorted(members | {customer_id})
