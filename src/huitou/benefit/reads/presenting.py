"""Which coupons a customer could present somewhere."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import coupons as pack
from huitou.benefit.reads import templates
from huitou.benefit.rules import redeeming as rules
from huitou.benefit.store import coupon_lists as store
from huitou.benefit.store import uses
from huitou.benefit.types.redeeming import Basket, Place, Presentable
from huitou.benefit.types.templates import Promise
from huitou.identity import reads as identities
from huitou.merchant import reads as merchants


def presentable(
    tx: ReadTx, customer_id: UUID, place: Place, at: datetime, *, order_no: str | None = None
) -> list[Presentable]:
    """What a customer (and whoever was merged into them) has to use, the first to end first, each
    judged at that place and moment; thresholds and goods are left to whoever knows what is bought.

    A coupon that the order `order_no` of the place holds is free for it. At most `PACK_MAX`.
    """
    members = [each.id for each in identities.members_of(tx, customer_id)]
    found = store.list_coupons_of(tx, members, is_all=False, count_max=pack.PACK_MAX)
    known = templates.templates_by_id(tx, [each.template_id for each in found])
    units = merchants.units_by_code(tx)
    zone = merchants.get_merchant(tx).zone
    ref = None if order_no is None else f"{place.unit_id}/{order_no}"
    items = []
    for coupon, shown in zip(found, pack.shown(tx, found, known), strict=True):
        promise = known[coupon.template_id].promise
        paths = [units[code].path for code in promise.units]
        refusal = rules.refusal_of(coupon, at, ref) or rules.conditions_refusal(
            promise, at, zone, place, paths, Basket(), {}
        )
        items.append(Presentable(shown.code, promise, shown.sentence, coupon.expires_at, refusal))
    return items


def used_in(
    tx: ReadTx, orders: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], list[tuple[str, Promise]]]:
    """What was used in each of these orders, by (unit, number): a name of each coupon that is no code, and what
    its template promises."""
    used = uses.list_used_in(tx, orders)
    known = templates.templates_by_id(tx, [each.template_id for each in used])
    found: dict[tuple[UUID, str], list[tuple[str, Promise]]] = defaultdict(list)
    for each in used:
        assert each.order_no is not None, "it was asked for by its order"
        name = f"{each.template_id}:{each.serial}"
        found[each.unit_id, each.order_no].append((name, known[each.template_id].promise))
    return found
