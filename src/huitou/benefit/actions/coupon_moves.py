"""Moving coupons from state to state: one ledger transaction, one step each."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import ledger
from huitou.benefit.rules import coupons as rules
from huitou.benefit.store import coupons as store
from huitou.benefit.types.coupon_refusals import NoCoupon
from huitou.benefit.types.coupons import Arc, Coupon, Moved, Ref, State
from huitou.benefit.types.ledger import Posting
from huitou.kernel.ids import new_id


def lock(tx: Tx, template_id: UUID, serial: int) -> Coupon:
    """One coupon, held until the end of the transaction. Refuses `coupon.unknown`."""
    for found in store.lock_coupons(tx, [(template_id, serial)]):
        return found
    raise NoCoupon()


def post_given(tx: Tx, template_id: UUID, serials: tuple[int, int], state: State) -> UUID:
    """Book that coupons from one serial to another came into being; returns the transaction."""
    first, last = serials
    count = last - first + 1
    [posted] = ledger.post(
        tx,
        [
            Posting(
                # Serials are given once, under the lock of the stock: no two calls have the same.
                idempotency_key=f"coupon:{template_id}:issue:{first}-{last}",
                kind="coupon_issue",
                ref_kind="coupon_template",
                ref_id=str(template_id),
                at=tx.now,
                legs=rules.legs_of(template_id, {rules.STOCK: -count, state: count}),
            )
        ],
    )
    return posted.transaction_id


def move(tx: Tx, arc: Arc, coupon: Coupon, why: Ref, **changes: Any) -> Coupon:
    """Move one locked coupon along an arc, with other columns changed as given."""
    return move_all(tx, arc, [(coupon, changes)], why)[0]


def move_all(
    tx: Tx, arc: Arc, coupons: Sequence[tuple[Coupon, dict[str, Any]]], why: Ref
) -> list[Coupon]:
    """Move locked coupons along an arc, however many, in three statements.

    Whoever calls has seen, under the lock, that the arc leads from each one's state: that, and not
    the ledger's key, is why nothing moves twice.
    """
    if not coupons:
        return []
    moved = [
        Moved(
            before,
            replace(before, **{"held_until": None, **changes, "state": rules.after(arc, before)}),
        )
        for before, changes in coupons
    ]
    sums: dict[UUID, Counter[str]] = defaultdict(Counter)
    for each in moved:
        sums[each.before.template_id][each.before.state] -= 1
        sums[each.before.template_id][each.after.state] += 1
    [posted] = ledger.post(
        tx,
        [
            Posting(
                idempotency_key=f"coupon:{arc}:{new_id()}",
                kind=f"coupon_{arc}",
                ref_kind=why.kind,
                ref_id=why.id,
                at=tx.now,
                legs=tuple(
                    leg
                    for template_id in sorted(sums)
                    for leg in rules.legs_of(template_id, sums[template_id])
                ),
            )
        ],
    )
    store.set_coupons(tx, [each.after for each in moved])
    store.add_steps(tx, arc, moved, why, posted.transaction_id)
    return [each.after for each in moved]
