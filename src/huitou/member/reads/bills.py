"""Every bill of every channel."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.catalog import reads as products
from huitou.content import reads as content
from huitou.kernel.time import day_of
from huitou.member import store
from huitou.member.reads.purse import moved_on
from huitou.member.rules import ratings
from huitou.member.types import Bill, BillLine, Bills, MovedOnBill, NoBill, Rating
from huitou.merchant import reads as merchants
from huitou.merchant.types import Merchant, Unit
from huitou.order import reads as orders
from huitou.order.types import Order

PAGE = 10
_CHANNELS = {
    "store": ("门店", "Store"),
    "dealer": ("门店", "Store"),
    "online": ("线上商城", "Online"),
}
_OTHER = ("其他", "Other")


def bills(tx: ReadTx, customer_id: UUID, cursor: str | None = None, limit: int = PAGE) -> Bills:
    """Bills of every channel, newest first."""
    page = orders.list_orders(
        tx, customer_id=customer_id, cursor=cursor, limit=limit, is_scoped=False
    )
    return Bills(_bills(tx, page.items), page.next)


def get_bill(tx: ReadTx, customer_id: UUID, order_id: UUID) -> Bill:
    """One of the customer's own. Refuses `NoBill`."""
    order = orders.find_order_of(tx, customer_id, order_id)
    if order is None:
        raise NoBill()
    return _bills(tx, [order])[0]


def _bills(tx: ReadTx, found: Sequence[Order]) -> list[Bill]:
    merchant = merchants.get_merchant(tx)
    units = merchants.find_units(tx, {order.unit_id for order in found})
    rated = {each.order_id: each for each in store.find_ratings(tx, [each.id for each in found])}
    skus = {line.sku for order in found for line in order.lines}
    pictures = {
        sku: content.picture_url(tx.merchant, product)
        for sku, product in products.products_by_sku(tx, sorted(skus)).items()
        if product.picture
    }
    moved = moved_on(tx, found)
    return [
        _bill(
            tx,
            merchant,
            order,
            units[order.unit_id],
            moved[order.id],
            rated.get(order.id),
            pictures,
        )
        for order in found
    ]


def _bill(
    tx: ReadTx,
    merchant: Merchant,
    order: Order,
    unit: Unit,
    moved: MovedOnBill,
    rating: Rating | None,
    pictures: Mapping[str, str],
) -> Bill:
    zh, en = _CHANNELS.get(unit.kind, _OTHER)
    return Bill(
        id=order.id,
        order_no=order.order_no,
        where=order.unit_name,
        channel_zh=zh,
        channel_en=en,
        paid_on=day_of(order.paid_at, merchant.zone),
        paid_at=order.paid_at,
        paid_fen=order.paid_fen,
        shipping_fen=order.shipping_fen,
        refunded_fen=order.refunded_fen,
        lines=[
            BillLine(
                name=line.product_name,
                count=ratings.count_of(line.quantity),
                paid_fen=line.paid_fen,
                refunded_fen=line.refunded_fen,
                picture_url=pictures.get(line.sku),
            )
            for line in order.lines
        ],
        moved=moved,
        rating=rating,
        may_rate=ratings.may_rate(order.paid_at, tx.now),
    )
