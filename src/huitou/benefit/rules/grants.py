"""What a grant gives to whom. Pure."""

import hashlib
import hmac
from collections.abc import Iterable
from uuid import UUID

from huitou.benefit.types.grants import (
    BadGrant,
    CouponGrant,
    GrantDocument,
    PointsGrant,
    RedPacket,
)
from huitou.kernel.money import yuan
from huitou.kernel.words import counted


def check(document: GrantDocument) -> None:
    """Refuses `grant.bad`."""
    gift = document.gift
    if isinstance(gift, RedPacket) and gift.least_fen > gift.most_fen:
        raise BadGrant(reason="最小金额大于最大金额 / the least is more than the most")


def amount_for(document: GrantDocument, seed: bytes, customer_id: UUID) -> int:
    """How much a customer gets, the same whenever it is asked: drawn by HMAC-SHA-256 of the customer
    under the grant's seed, each amount of a red packet as likely as another (to 2^-100)."""
    gift = document.gift
    if isinstance(gift, PointsGrant):
        return gift.points
    if isinstance(gift, CouponGrant):
        return 1
    drawn = int.from_bytes(hmac.digest(seed, customer_id.bytes, hashlib.sha256))
    return gift.least_fen + drawn % (gift.most_fen - gift.least_fen + 1)


def within_budget(
    document: GrantDocument, seed: bytes, customer_ids: Iterable[UUID], spent: int
) -> list[tuple[UUID, int]]:
    """Who gets how much: one after another, whoever still fits into what is left of the budget."""
    given = []
    for customer_id in customer_ids:
        amount = amount_for(document, seed, customer_id)
        if document.budget is None or spent + amount <= document.budget:
            spent += amount
            given.append((customer_id, amount))
    return given


def most(document: GrantDocument, count: int) -> int:
    """What it gives at most to so many."""
    gift = document.gift
    if isinstance(gift, PointsGrant):
        each = gift.points
    else:
        each = gift.most_fen if isinstance(gift, RedPacket) else 1
    return min(each * count, document.budget or each * count)


def sentence(document: GrantDocument, segment: str, coupon: str) -> tuple[str, str]:
    """(zh, en)."""
    gift = document.gift
    if isinstance(gift, PointsGrant):
        zh, en = f"每人 {gift.points} 积分", f"{counted(gift.points, 'point')} each"
        if gift.days:
            zh, en = f"{zh}，{gift.days} 天有效", f"{en}, good for {counted(gift.days, 'day')}"
    elif isinstance(gift, RedPacket):
        least, most_ = yuan(gift.least_fen), yuan(gift.most_fen)
        zh = f"每人红包 {least}–{most_}（赠金，{gift.days} 天有效）"
        en = f"a red packet of {least}–{most_} each (bonus money, good for {counted(gift.days, 'day')})"
    else:
        zh, en = f"每人一张「{coupon}」", f"one “{coupon}” each"
    zh, en = f"给人群「{segment}」{zh}", f"To “{segment}”: {en}"
    if document.budget is not None:
        budget = yuan(document.budget) if isinstance(gift, RedPacket) else f"{document.budget:,}"
        zh, en = f"{zh}，总量不超过 {budget}", f"{en}, {budget} in all at most"
    return f"{zh}。", f"{en}."
