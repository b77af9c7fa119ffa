"""What tiers give out: on reaching one, every month, in the month of birth."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import gifts
from huitou.benefit.actions.growth import LOCK
from huitou.benefit.reads import tiers as reads
from huitou.benefit.rules import privileges as rules
from huitou.benefit.rules.privileges import TierGift
from huitou.benefit.store import tier_gifts as store
from huitou.benefit.types.tier_plans import CouponGift
from huitou.identity import reads as identities
from huitou.kernel.time import day_of, day_start
from huitou.merchant import reads as merchants

AT_ONCE = 1_000


def give_on_upgrade(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """These customers (≤ 1,000) have another tier: what it gives on first reaching it, once ever."""
    roots = sorted(set(identities.canonical(tx, customer_ids).values()))
    for gift in _gifts(tx, ["on_upgrade"]):
        _give(tx, gift, among=roots)


def give_due(tx: Tx) -> bool:
    """A block of each gift of this month; returns whether there may be more."""
    counts = [_give(tx, gift, among=None) for gift in _gifts(tx, ["monthly", "birthday"])]
    return AT_ONCE in counts


def _gifts(tx: Tx, ways: Sequence[str]) -> list[TierGift]:
    tx.lock(LOCK)
    plan = reads.find_plan_in_force(tx)
    return [gift for gift in rules.gifts_of(plan.plan) if gift.way in ways] if plan else []


def _give(tx: Tx, gift: TierGift, *, among: Sequence[UUID] | None) -> int:
    zone = merchants.get_merchant(tx).zone
    today = day_of(tx.now, zone)
    period = rules.period_of(gift.way, today)
    ids = store.list_entitled(
        tx,
        tier=gift.tier,
        gift=gift.name,
        period=period,
        birth_month=today.month if gift.way == "birthday" else None,
        among=among,
        count_max=AT_ONCE,
    )
    if not ids:
        return 0
    key = f"tier:{gift.name}:{period}"
    if isinstance(gift.gift, CouponGift):
        template_id = UUID(gift.gift.template)
        outcomes = gifts.give_coupons(tx, template_id, ids, count=gift.gift.count, key=key)
    else:
        amounts = [(f"{key}:{id_}", id_, gift.gift.points) for id_ in ids]
        at = day_start(today, zone)
        gifts.give_points(tx, amounts, kind="tier_gift", ref_id=gift.name, at=at)
        outcomes = dict.fromkeys(ids, gifts.GIVEN)
    store.add_gifts(tx, outcomes, tier=gift.tier, gift=gift.name, period=period)
    return len(ids)
