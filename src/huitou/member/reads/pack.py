"""The coupon pack: what is the customer's, what they may take, and the codes to show."""

from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.actions import offline
from huitou.benefit.reads import coupons
from huitou.benefit.types.coupon_refusals import NoCoupon
from huitou.benefit.types.coupons import CouponShown
from huitou.benefit.types.redeeming import Tokens
from huitou.identity import reads as identities
from huitou.member.types import Pack

TOKENS = 8
_PAST_MAX = 20


def pack(tx: ReadTx, customer_id: UUID) -> Pack:
    """What can be used, what is over (the latest), and what may be taken."""
    found = coupons.pack(tx, customer_id, is_all=True)
    usable = [each for each in found if each.shown_state in ("available", "waiting", "held")]
    over = [each for each in found if each not in usable]
    over.sort(key=lambda each: each.issued_at, reverse=True)
    return Pack(usable, over[:_PAST_MAX], coupons.claimable(tx, customer_id))


def get_coupon(tx: ReadTx, customer_id: UUID, code: str) -> CouponShown:
    """One of the customer's own; somebody else's is none. Refuses `coupon.unknown`,
    `coupon.mistyped`."""
    found = coupons.get_coupon(tx, code)
    holder = found.customer_id
    if holder is None or identities.canonical(tx, [holder]).get(holder) != customer_id:
        raise NoCoupon()
    return found


def tokens_of(tx: ReadTx, customer_id: UUID, code: str) -> Tokens:
    """One-time tokens of one's own coupon. Refuses as `get_coupon`, and coupons that cannot be
    used."""
    return offline.make_tokens(tx, get_coupon(tx, customer_id, code).code, TOKENS)
