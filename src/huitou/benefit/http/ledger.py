"""The ledger over HTTP: transactions, holdings, liability, soundness."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from huitou.base.http import Moment, Reading, Router, Writing, needs
from huitou.benefit.actions import reconciling
from huitou.benefit.reads import explorer as reads
from huitou.benefit.types.explorer import (
    AssetLiability,
    Holding360,
    Movement,
    Reconciled,
    Soundness,
    TransactionShown,
)
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1", tags=["ledger"])

Word = Annotated[str, Query(min_length=1, max_length=100)]


@router.get("/ledger/transactions", dependencies=[needs("benefit.read")])
def list_transactions(
    tx: Reading,
    customer: UUID | None = None,
    asset: Word | None = None,
    kind: Word | None = None,
    ref_kind: Word | None = None,
    ref_id: Word | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[TransactionShown]:
    """Transactions with all their legs, latest posted first."""
    return reads.transactions(
        tx,
        customer_id=customer,
        asset=asset,
        kind=kind,
        ref=(ref_kind, ref_id) if ref_kind and ref_id else None,
        since=since,
        until=until,
        cursor=cursor,
        limit=limit,
    )


@router.get("/ledger/transactions/{transaction_id}", dependencies=[needs("benefit.read")])
def get_transaction(tx: Reading, transaction_id: UUID) -> TransactionShown:
    """One transaction with its legs and what takes it back."""
    return reads.get_transaction(tx, transaction_id)


@router.get("/customers/{customer_id}/holdings", dependencies=[needs("customer.read")])
def get_holdings(tx: Reading, customer_id: UUID, at: Moment | None = None) -> list[Holding360]:
    """What a customer has of each asset with lots, now and at a moment."""
    return reads.holdings(tx, customer_id, at)


@router.get("/ledger/liability", dependencies=[needs("benefit.read")])
def get_liability(tx: Reading) -> list[AssetLiability]:
    """What is owed to customers, by asset and the month in which it ends."""
    return reads.liability(tx)


@router.get("/ledger/movements", dependencies=[needs("benefit.read")])
def get_movements(tx: Reading, asset: Word, since: Moment, until: Moment) -> list[Movement]:
    """What customers got and lost in the span, by kind of transaction."""
    return reads.movements(tx, asset, since, until)


@router.get("/ledger/reconciliation", dependencies=[needs("benefit.read")])
def get_reconciliation(tx: Reading) -> Soundness:
    """Whether the ledger is sound: the latest looks at what is new, and at everything."""
    return reads.soundness(tx)


@router.post("/ledger/reconciliation", dependencies=[needs("benefit.edit")])
def reconcile(tx: Writing) -> Reconciled:
    """Look at everything now."""
    return reconciling.look_at_all(tx)
