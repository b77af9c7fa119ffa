"""What an offer would do, looked at before it is published, over HTTP."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.merchant import actions as merchants
from huitou.offer import jobs
from huitou.offer.actions import checks as actions
from huitou.offer.reads import checks as reads
from huitou.offer.types.checks import CARTS_MAX, CheckedCart, OfferCheckShown

router = Router(prefix="/v1/offers", tags=["offers"])

Version = Annotated[int | None, Query(ge=1)]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEADERS = (
    "order_no", "unit", "unit_name", "paid_at", "paid_fen", "before_fen", "after_fen", "more_fen",
    "cost_fen", "used", "proven", "state",
)  # fmt: skip


class StartCheck(Body):
    """`version` is the one that was looked at. Above `carts_max` orders a sample is replayed; `budget_ms` is for
    each cart that is decided."""

    version: Annotated[int, Field(ge=1)]
    carts_max: Annotated[int, Field(ge=1, le=CARTS_MAX)] = 1_000
    budget_ms: Annotated[int, Field(ge=1, le=200)] = 20


@router.post("/{offer_id}/check", status_code=202, dependencies=[needs("offer.edit")])
def start_check(tx: Writing, offer_id: UUID, body: StartCheck) -> OfferCheckShown:
    """Look at what it would do beside everything that holds, and to the orders of the last 30 days. Asked again
    while it goes on, the same check."""
    check = actions.start(
        tx,
        offer_id,
        version=body.version,
        carts_max=body.carts_max,
        budget_ms=body.budget_ms,
    )
    tx.defer(jobs.check_offer, key=str(check.id), check=str(check.id))
    return reads.shown(tx, check)


@router.get("/{offer_id}/check", dependencies=[needs("offer.edit")])
def get_check(tx: Reading, offer_id: UUID, version: Version = None) -> OfferCheckShown:
    """The latest check, or the latest of a version: how far it is and what it found."""
    return reads.shown(tx, reads.get_latest(tx, offer_id, version=version))


@router.post("/{offer_id}/check/cancel", dependencies=[needs("offer.edit")])
def cancel_check(tx: Writing, offer_id: UUID) -> OfferCheckShown:
    """Stop it; what it found stays."""
    return reads.shown(tx, actions.cancel(tx, offer_id))


@router.get(
    "/{offer_id}/check.csv",
    response_class=StreamingResponse,
    dependencies=[needs("offer.edit")],
)
def download_check(tx: Writing, offer_id: UUID, version: Version = None) -> StreamingResponse:
    """Every order that was replayed, a line each. Fetching them is audited."""
    check = reads.get_latest(tx, offer_id, version=version)
    carts = reads.carts_of(tx, check)
    merchants.audit(tx, "offer.check_fetched", str(offer_id), check=str(check.id), count=len(carts))
    return StreamingResponse(
        _lines(carts),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="check-{check.id}.csv"',
            "cache-control": "no-store",
        },
    )


def _lines(carts: Sequence[CheckedCart]) -> Iterator[str]:
    """With the mark by which spreadsheets know UTF-8."""
    yield "\ufeff" + _line(_HEADERS)
    for cart in carts:
        is_compared = cart.state == "compared"
        fens = (cart.before_fen, cart.after_fen, cart.more_fen, cart.cost_fen)
        yield _line(
            (
                _disarmed(cart.order_no),
                _disarmed(cart.unit_code),
                _disarmed(cart.unit_name),
                cart.paid_at.isoformat(),
                cart.paid_fen,
                *(fens if is_compared else ("",) * len(fens)),
                int(cart.is_used),
                int(cart.is_proven),
                cart.state,
            )
        )


def _line(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _disarmed(text: str) -> str:
    """What a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
