"""Giving coupons and looking at them over HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from huitou.base.http import Asking, Body, Router, Writing, needs
from huitou.benefit.actions import coupons as actions
from huitou.benefit.types.coupons import Issued
from huitou.kernel.ids import new_id

router = Router(prefix="/v1", tags=["coupons"])

Id = Annotated[UUID, Field(strict=False)]
Key = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]


class IssueCoupons(Body):
    """With a `key` each customer gets one for it, ever; without, one for each call."""

    template: Id
    customers: Annotated[list[Id], Field(min_length=1, max_length=1_000)]
    key: Key | None = None


@router.post("/coupons/issue", dependencies=[needs("benefit.grant")])
def issue_coupons(tx: Writing, asking: Asking, body: IssueCoupons) -> Issued:
    """Give customers one each: what became of each is in the answer."""
    key = body.key or str(new_id())
    return actions.issue(tx, body.template, body.customers, key=f"{asking.principal} {key}")
