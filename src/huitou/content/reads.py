"""What others may ask of content, and what the customer's page shows."""

from collections.abc import Sequence
from urllib.parse import quote
from uuid import UUID

from huitou.base.db import Database, ReadTx
from huitou.catalog import reads as products
from huitou.catalog.types import Product
from huitou.content import rules, store
from huitou.content.types import (
    Card,
    CustomerPage,
    Filling,
    Link,
    NoLink,
    NoList,
    ProductList,
    TextChannel,
)
from huitou.kernel.money import yuan
from huitou.merchant import reads as merchants


def get_list(tx: ReadTx, list_id: UUID) -> ProductList:
    """A list with its items. Refuses `NoList`."""
    for found in store.find_lists(tx, [list_id]):
        return found
    raise NoList()


def lists_by_id(tx: ReadTx, list_ids: Sequence[UUID]) -> dict[UUID, ProductList]:
    """Lists with their items; unknown ids are missing."""
    return {found.id: found for found in store.find_lists(tx, list_ids)}


def merchant_of(database: Database, token: str) -> UUID | None:
    """Whose link it is. The one look over all merchants that this room takes."""
    if not rules.may_be_token(token):
        return None
    with database.owner() as owner:
        row = owner.execute(
            "SELECT merchant_id FROM content.link WHERE token = %s", [token]
        ).fetchone()
    return row[0] if row else None


def find_link(tx: ReadTx, token: str) -> Link | None:
    """The link with this token, also an expired one."""
    return store.find_link(tx, token) if rules.may_be_token(token) else None


def get_link(tx: ReadTx, token: str) -> Link:
    """A link that still leads somewhere. Refuses `NoLink`."""
    link = find_link(tx, token)
    if link is None or link.expires_at <= tx.now:
        raise NoLink()
    return link


def urls_of(tx: ReadTx, tokens: Sequence[str]) -> list[str]:
    """The public addresses of links."""
    site = merchants.setting(tx, "site.url").rstrip("/")
    return [f"{site}/l/{token}" for token in tokens]


def fill(template: str, filling: Filling, channel: TextChannel) -> str:
    """The text for one customer; see `rules.fill` for limits and refusals."""
    return rules.fill(template, filling, channel)


def check_template(template: str) -> None:
    """Refuses a text with unknown placeholders or without words."""
    rules.check_template(template)


def welcome_text(store_name: str, associate: str) -> str:
    """What a new friend is greeted with."""
    filling = Filling(store=store_name, associate=associate)
    return rules.fill(rules.WELCOME, filling, "wecom")


def page_of(tx: ReadTx, link: Link, language: str) -> CustomerPage:
    """The customer's page behind a link."""
    found = get_list(tx, link.product_list_id)
    known = products.products_by_sku(tx, [item.sku for item in found.items])
    template = merchants.setting(tx, "content.buy_url")
    cards = [
        Card(
            sku=item.sku,
            name=product.name,
            picture_url=picture_url(tx.merchant, product),
            price=None if product.price_fen is None else yuan(product.price_fen),
            reason=item.reason,
            buy_url=f"/l/{link.token}/buy/{quote(item.sku, safe='')}"
            if rules.buy_url(template, token=link.token, sku=item.sku)
            else None,
        )
        for item in found.items
        if (product := known.get(item.sku)) is not None and product.is_listed
    ]
    staff = merchants.staff_by_id(tx).get(link.staff_id) if link.staff_id else None
    unit_id = link.unit_id or (staff.unit_id if staff else None)
    return CustomerPage(
        token=link.token,
        brand=merchants.get_merchant(tx).name,
        store=merchants.get_unit(tx, unit_id).name if unit_id else "",
        associate=staff.name if staff else "",
        title=found.title,
        greeting=found.note or (rules.DEFAULT_NOTE_EN if language == "en" else rules.DEFAULT_NOTE),
        cards=cards,
        is_opted_out=link.opted_out_at is not None,
        member_url=f"/m?merchant={tx.merchant}",
    )


def buy_url(tx: ReadTx, link: Link, sku: str) -> str | None:
    """Where the customer buys a product of the list; None for others, and without a shop."""
    if sku not in {item.sku for item in get_list(tx, link.product_list_id).items}:
        return None
    return rules.buy_url(merchants.setting(tx, "content.buy_url"), token=link.token, sku=sku)


def picture_url(merchant: UUID, product: Product) -> str:
    """The address of a product's picture; changing with it, so that it can be kept for ever."""
    return f"/p/{merchant}/{quote(product.sku, safe='')}.svg?v={rules.version_of(product.picture)}"


def list_title(count: int) -> str:
    """What a customer reads above a personal list: never the campaign's own name."""
    return f"为您挑的 {count} 件"
