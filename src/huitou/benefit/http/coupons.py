"""Giving coupons and looking at them over HTTP."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from huitou.base.http import Asking, Body, Reading, Router, Writing, needs
from huitou.base.permutation import Permutation
from huitou.benefit.actions import coupons as actions
from huitou.benefit.actions import handing
from huitou.benefit.reads import coupons as reads
from huitou.benefit.rules import codes
from huitou.benefit.types.coupons import CodeBatch, CouponShown, Issued, Liability, Step
from huitou.benefit.types.templates import CODES_MAX, TemplateShown
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.profile import reads as profile

router = Router(prefix="/v1", tags=["coupons"])

Id = Annotated[UUID, Field(strict=False)]
Key = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]
Scanned = Annotated[str, Field(min_length=1, max_length=1_000)]
"""A code that was typed, or a token that was scanned."""

_PIECE = 20_000


class IssueCoupons(Body):
    """With a `key` each customer gets one for it, ever; without, one for each call."""

    template: Id
    customers: Annotated[list[Id], Field(min_length=1, max_length=1_000)]
    key: Key | None = None


class MakeCodes(Body):
    count: Annotated[int, Field(ge=1, le=CODES_MAX)]


class BindCode(Body):
    text: Scanned
    customer: Id


class Transfer(Body):
    text: Scanned
    from_customer: Id
    to_customer: Id


class Revoke(Body):
    text: Scanned
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class OfCoupon(Body):
    text: Scanned


@router.post("/coupons/issue", dependencies=[needs("benefit.grant")])
def issue_coupons(tx: Writing, asking: Asking, body: IssueCoupons) -> Issued:
    """Give customers one each: what became of each is in the answer."""
    key = body.key or str(new_id())
    return actions.issue(tx, body.template, body.customers, key=f"{asking.principal} {key}")


@router.get("/customers/{customer_id}/coupons", dependencies=[needs("benefit.use")])
def list_customer_coupons(
    tx: Reading, customer_id: UUID, is_all: Annotated[bool, Query(alias="all")] = False
) -> list[CouponShown]:
    """The customer's coupon pack: what can be used, what ends first first; `all` of them on demand."""
    return reads.pack_of(tx, customer_id, is_all=is_all)


@router.get("/coupons/claimable", dependencies=[needs("benefit.use")])
def list_claimable(tx: Reading, customer: UUID | None = None) -> list[TemplateShown]:
    """What customers may take themselves now; with a customer, what they may still take."""
    root_id = None if customer is None else profile.get_visible_root(tx, customer)
    return reads.claimable(tx, root_id)


@router.get("/coupons/liability", dependencies=[needs("benefit.read")])
def list_liability(tx: Reading) -> list[Liability]:
    """What is out and can still be used, by the month it ends in and template."""
    return reads.liability(tx)


@router.post("/coupons/steps", dependencies=[needs("benefit.read")])
def list_coupon_steps(tx: Reading, body: OfCoupon) -> list[Step]:
    """What happened to a coupon after it was given, earliest first."""
    return reads.steps_of(tx, body.text)


@router.post("/coupons/bind", dependencies=[needs("benefit.use")])
def bind_code(tx: Writing, body: BindCode) -> CouponShown:
    """A customer enters a printed code: the coupon is theirs."""
    return handing.bind(tx, body.text, profile.get_visible_root(tx, body.customer))


@router.post("/coupons/transfer", dependencies=[needs("benefit.use")])
def transfer_coupon(tx: Writing, body: Transfer) -> CouponShown:
    """A customer gives a coupon away: the taker's has another code, the giver's is over."""
    giver = profile.get_visible_root(tx, body.from_customer)
    return handing.transfer(tx, body.text, body.to_customer, from_customer_id=giver)


@router.post("/coupons/revoke", dependencies=[needs("benefit.grant")])
def revoke_coupon(tx: Writing, body: Revoke) -> CouponShown:
    """Take a coupon back for good."""
    return handing.revoke(tx, body.text, body.reason)


@router.post(
    "/coupon-templates/{template_id}/codes", status_code=201, dependencies=[needs("benefit.grant")]
)
def make_codes(tx: Writing, template_id: UUID, body: MakeCodes) -> CodeBatch:
    """Make codes for printing, up to a million at once, out of the stock."""
    return handing.print_codes(tx, template_id, body.count)


@router.get("/coupon-templates/{template_id}/codes", dependencies=[needs("benefit.grant")])
def list_code_batches(tx: Reading, template_id: UUID) -> list[CodeBatch]:
    """What was made for printing, latest first."""
    return reads.list_batches(tx, template_id)


@router.get(
    "/coupon-codes/{batch_id}.csv",
    response_class=StreamingResponse,
    dependencies=[needs("benefit.grant")],
)
def download_codes(tx: Writing, batch_id: UUID) -> StreamingResponse:
    """The codes of a batch, a line each under the heading `code`. Fetching them is audited."""
    batch, template = reads.get_batch(tx, batch_id)
    merchants.audit(tx, "coupon.codes_fetched", str(batch_id), count=batch.last - batch.first + 1)
    return StreamingResponse(
        _lines(tx.keys.codes, template.number, batch),
        media_type="text/csv; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="codes-{batch.id}.csv"',
            "cache-control": "no-store",
        },
    )


def _lines(permutation: Permutation, number: int, batch: CodeBatch) -> Iterator[str]:
    yield "code\r\n"
    for first in range(batch.first, batch.last + 1, _PIECE):
        serials = range(first, min(first + _PIECE, batch.last + 1))
        yield "\r\n".join(codes.codes_of(permutation, number, serials)) + "\r\n"
