"""What the member page shows. The session says who asks; there is no other scope here."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from huitou.base.db import Database, ReadTx
from huitou.catalog import reads as products
from huitou.content import reads as content
from huitou.identity import reads as identities
from huitou.identity.types import NoSuchCustomer
from huitou.kernel.personal import Personal
from huitou.kernel.time import day_of
from huitou.member import store
from huitou.member.rules import codes, ratings, tokens
from huitou.member.types import (
    AtCounter,
    Bill,
    BillLine,
    Bills,
    Claim,
    Head,
    MemberLink,
    NoBill,
    Rating,
    Visit,
)
from huitou.merchant import reads as merchants
from huitou.merchant.types import Merchant, Unit
from huitou.order import reads as orders
from huitou.order.types import Order
from huitou.profile import reads as profiles

PAGE = 10
CODES = 10
_CHANNELS = {
    "store": ("门店", "Store"),
    "dealer": ("门店", "Store"),
    "online": ("线上商城", "Online"),
}
_OTHER = ("其他", "Other")


def merchant_of(database: Database, token: str) -> UUID | None:
    """Whose key a token is to be checked with, if there is such a merchant."""
    named = tokens.merchant_in(token)
    return named if named is not None and named in database.merchants() else None


def link_of(tx: ReadTx, customer_id: UUID) -> str:
    """A customer's own address of the member page, good for a week.

    For messages to this one customer: whoever has it sees their bills.
    """
    site = merchants.setting(tx, "site.url").rstrip("/")
    claim = Claim(tx.merchant, customer_id, tx.now + tokens.LINK_LIFE)
    return f"{site}/m/{tokens.token_of('link', claim, tx.keys.blind)}"


def customer_of(tx: ReadTx, purpose: tokens.Purpose, token: str) -> UUID | None:
    """Who answers for the customer a token was made for; nobody once they are forgotten."""
    claim = tokens.claim_of(purpose, token, tx.keys.blind, tx.now)
    if claim is None or claim.merchant != tx.merchant:
        return None
    try:
        root = identities.get_root(tx, claim.subject)
    except NoSuchCustomer:
        return None
    return root.id if root.state == "live" else None


def session_for(tx: ReadTx, customer_id: UUID) -> str:
    """A session's token."""
    claim = Claim(tx.merchant, customer_id, tx.now + tokens.SESSION_LIFE)
    return tokens.token_of("session", claim, tx.keys.blind)


def head(tx: ReadTx, customer_id: UUID) -> Head:
    """Who it is, with the associate and the store they belong to."""
    known = profiles.profiles(tx, [customer_id]).get(customer_id)
    total = orders.totals(tx, [customer_id]).get(customer_id)
    owner = known.owner_staff_id if known else None
    staff = merchants.staff_by_id(tx).get(owner) if owner else None
    unit_id = (staff.unit_id if staff else None) or (known.home_unit_id if known else None)
    return Head(
        customer_id=customer_id,
        ordinal=identities.get_customer(tx, customer_id).ordinal,
        brand=merchants.get_merchant(tx).name,
        name=known.name if known else None,
        joined_on=known.joined_on if known else None,
        associate=staff.name if staff else "",
        store=merchants.get_unit(tx, unit_id).name if unit_id else "",
        order_count=total.order_count if total else 0,
        paid_fen=total.paid_fen if total else 0,
    )


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


def at_counter(tx: ReadTx, visit: Visit) -> AtCounter:
    """Who stands at the counter, masked."""
    customer_id = identities.get_root(tx, visit.customer_id).id
    known = head(tx, customer_id)
    phones = identities.address_of(tx, [customer_id], "phone", may_be_typed=True)
    phone = phones.get(customer_id)
    return AtCounter(
        visit_id=visit.id,
        customer_id=customer_id,
        name=known.name,
        phone=Personal(phone.removeprefix("+86")) if phone else None,
        associate=known.associate,
        store=known.store,
        joined_on=known.joined_on,
        order_count=known.order_count,
        paid_fen=known.paid_fen,
    )


def link_for(tx: ReadTx, customer_id: UUID) -> MemberLink:
    """A link for a customer whom the asker may see. Refuses NoSuchCustomer."""
    root_id = profiles.get_visible_root(tx, customer_id)
    return MemberLink(link_of(tx, root_id), tx.now + tokens.LINK_LIFE)


def next_codes(tx: ReadTx, ordinal: int, count: int = CODES) -> list[str]:
    """Member codes of the coming half minutes, that of now first."""
    step = codes.step_of(tx.now)
    return [codes.code_of(ordinal, step + ahead, tx.keys.blind) for ahead in range(count)]


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
    return [
        _bill(tx, merchant, order, units[order.unit_id], rated.get(order.id), pictures)
        for order in found
    ]


def _bill(
    tx: ReadTx,
    merchant: Merchant,
    order: Order,
    unit: Unit,
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
        rating=rating,
        may_rate=ratings.may_rate(order.paid_at, tx.now),
    )
