"""A customer takes a coupon that is there to be taken."""

from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import coupons
from huitou.benefit.types.coupon_refusals import LimitReached, NotOpen, SoldOut
from huitou.benefit.types.coupons import Claim
from huitou.kernel.errors import Refusal

_REFUSALS: dict[str, type[Refusal]] = {
    "limit": LimitReached,
    "sold_out": SoldOut,
    "sold_out_today": SoldOut,
}


def take(tx: Tx, customer_id: UUID, template_id: UUID, claim: UUID) -> None:
    """Give the customer one; the same `claim` again changes nothing. Refuses `coupon.limit`,
    `coupon.sold_out`, `coupon.not_open`, `coupon.no_template`."""
    [answer] = coupons.take(tx, template_id, [Claim(customer_id, claim.hex)])
    if answer.outcome not in ("issued", "already_has"):
        raise _REFUSALS.get(answer.outcome, NotOpen)()
