"""What others may ask of content, and what the customer's page shows."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote
from uuid import UUID

from huitou.base.db import Database, ReadTx
from huitou.catalog import reads as products
from huitou.catalog.types import Product
from huitou.content import rules, store
from huitou.content.types import (
    Basket,
    BasketHint,
    BasketLine,
    Card,
    Choice,
    CustomerPage,
    Filling,
    Link,
    NoLink,
    NoList,
    Preference,
    PriceTag,
    ProductList,
    TextChannel,
)
from huitou.kernel.errors import Refusal
from huitou.kernel.money import yuan
from huitou.kernel.words import counted
from huitou.merchant import reads as merchants
from huitou.merchant.types import NoUnit, Staff
from huitou.offer.reads import shelves, suggestions
from huitou.offer.reads.carts import Wanted, WantedLine
from huitou.offer.reads.shelves import WantedShelf
from huitou.profile import reads as profiles

Clock = Callable[[], float]
"""Seconds that only grow."""
SHELF_MS, BASKET_MS = 100, 120
HINTS_MAX = 3


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


def latest_list_of(tx: ReadTx, customer_id: UUID) -> str | None:
    """The path of the customer's page with what was picked for them last; None if there is none."""
    token = store.find_latest_token(tx, customer_id)
    return None if token is None else f"/l/{token}"


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


def preferences_of(tx: ReadTx, customer_id: UUID) -> list[Preference]:
    """What a customer receives, channel by channel, as they see and change it."""
    return rules.preferences(profiles.decisions_of(tx, customer_id))


def turned(rows: Sequence[Preference], said: str) -> tuple[Preference, Choice] | None:
    """The switch that was just turned, by its name."""
    return rules.turned(rows, said)


def page_of(tx: ReadTx, link: Link, language: str, *, clock: Clock | None = None) -> CustomerPage:
    """The customer's page behind a link; with a clock their own prices are on it, in `SHELF_MS` of searching
    at most."""
    found = get_list(tx, link.product_list_id)
    known = products.products_by_sku(tx, [item.sku for item in found.items])
    template = merchants.setting(tx, "content.buy_url")
    staff = merchants.staff_by_id(tx).get(link.staff_id) if link.staff_id else None
    unit_id = _unit_of(link, staff)
    listed = [item.sku for item in found.items if item.sku in known and known[item.sku].is_listed]
    tags = _tags(tx, link, staff, listed, language, clock) if clock else {}
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
            tag=tags.get(item.sku),
        )
        for item in found.items
        if (product := known.get(item.sku)) is not None and product.is_listed
    ]
    return CustomerPage(
        token=link.token,
        brand=merchants.get_merchant(tx).name,
        store=merchants.get_unit(tx, unit_id).name if unit_id else "",
        associate=staff.name if staff else "",
        title=_said(found.title, len(found.items), language),
        greeting=found.note or (rules.DEFAULT_NOTE_EN if language == "en" else rules.DEFAULT_NOTE),
        cards=cards,
        is_opted_out=link.opted_out_at is not None,
        member_url=f"/m?merchant={tx.merchant}",
    )


def buy_url(tx: ReadTx, link: Link, sku: str) -> str | None:
    """Where the customer buys a product of the list; None for others, and without a shop."""
    if sku not in {item.sku for item in get_list(tx, link.product_list_id).items}:
        return None
    template = merchants.setting(tx, "content.buy_url")
    return rules.buy_url(template, token=link.token, sku=sku, promoter=_promoter_code(tx, link))


def cart_url(tx: ReadTx, link: Link, pieces: Mapping[str, int]) -> str | None:
    """Where the customer buys several products together; None without such a shop."""
    template = merchants.setting(tx, "content.cart_url")
    promoter = _promoter_code(tx, link)
    return rules.cart_url(template, token=link.token, pieces=pieces, promoter=promoter)


def basket_of(
    tx: ReadTx, link: Link, pieces: Mapping[str, int], language: str, *, clock: Clock
) -> Basket:
    """These products at the best price of all together, and what a little more would bring, in `BASKET_MS` of
    searching at most. What is not on sale is left out. Refuses `NoList` for a basket with nothing in it, and
    as `/v1/offers/best`."""
    known = products.products_by_sku(tx, list(pieces))
    there = {
        sku: n
        for sku, n in pieces.items()
        if sku in known and known[sku].is_listed and known[sku].price_fen is not None
    }
    if not there:
        raise NoList()
    lines = tuple(WantedLine(n, sku, count) for n, (sku, count) in enumerate(there.items(), 1))
    staff = merchants.staff_by_id(tx).get(link.staff_id) if link.staff_id else None
    unit_id = sells_at(tx, _unit_of(link, staff))
    wanted = Wanted(unit_id, lines, customer=link.customer_id, promoter=link.staff_id)
    priced, more = suggestions.best_and_more(tx, wanted, clock=clock, budget_ms=BASKET_MS)
    is_en = language == "en"
    gifts = products.products_by_sku(tx, [gift.sku for gift in priced.gifts])
    return Basket(
        token=link.token,
        brand=merchants.get_merchant(tx).name,
        lines=[
            _line(tx, link, there, known[line.sku], line.list_fen, line.paid_fen)
            for line in priced.lines
        ],
        steps=[step.en if is_en else step.zh for step in priced.steps if step.off_fen],
        gifts=[
            f"{gifts[gift.sku].name if gift.sku in gifts else gift.sku} × {gift.count}"
            for gift in priced.gifts
        ],
        total=yuan(priced.payable_fen),
        was=yuan(priced.list_fen),
        saved=yuan(priced.saved_fen) if priced.saved_fen else None,
        hints=[
            BasketHint(
                each.en if is_en else each.zh,
                rules.basket_url(
                    link.token, {**there, each.sku: there.get(each.sku, 0) + each.pieces}
                ),
            )
            for each in more[:HINTS_MAX]
        ],
        buy_url=rules.basket_url(link.token, there).replace("/basket?", "/basket/buy?", 1)
        if cart_url(tx, link, there)
        else None,
        pieces=sum(there.values()),
    )


def sells_at(tx: ReadTx, unit_id: UUID | None) -> UUID:
    """The unit that sells what links lead to: the one of the setting, else the associate's. Refuses
    `merchant.no_unit`."""
    code = str(merchants.setting(tx, "content.sell_unit"))
    if code:
        return merchants.get_unit_by_code(tx, code).id
    if unit_id is None:
        raise NoUnit(code="")
    return unit_id


def picture_url(merchant: UUID, product: Product) -> str:
    """The address of a product's picture; changing with it, so that it can be kept for ever."""
    return f"/p/{merchant}/{quote(product.sku, safe='')}.svg?v={rules.version_of(product.picture)}"


def list_title(count: int) -> str:
    """What a customer reads above a personal list: never the campaign's own name."""
    return f"为您挑的 {count} 件"


def _said(title: str, count: int, language: str) -> str:
    """A title as somebody wrote it; one that was made by itself in the reader's language."""
    is_made = language == "en" and title == list_title(count)
    return f"{counted(count, 'item')} picked for you" if is_made else title


def _tags(
    tx: ReadTx, link: Link, staff: Staff | None, skus: Sequence[str], language: str, clock: Clock
) -> dict[str, PriceTag]:
    """Prices of the customer's own by SKU; none where nobody sells, so that the page is there all the same."""
    if not skus:
        return {}
    try:
        wanted = WantedShelf(
            sells_at(tx, _unit_of(link, staff)),
            dict.fromkeys(skus),
            customer=link.customer_id,
            promoter=link.staff_id,
        )
        shelf = shelves.shelf(tx, wanted, clock=clock, budget_ms=SHELF_MS)
    except Refusal:
        return {}
    associate = staff.name if staff else ""
    return {
        item.sku: rules.price_tag(item, shelf, associate=associate, language=language)
        for item in shelf.items
    }


def _line(
    tx: ReadTx,
    link: Link,
    pieces: Mapping[str, int],
    product: Product,
    list_fen: int,
    paid_fen: int,
) -> BasketLine:
    count = pieces[product.sku]
    return BasketLine(
        sku=product.sku,
        name=product.name,
        picture_url=picture_url(tx.merchant, product),
        pieces=count,
        price=yuan(paid_fen),
        was=yuan(list_fen) if paid_fen < list_fen else None,
        fewer_url=rules.basket_url(link.token, {**pieces, product.sku: count - 1}),
        more_url=rules.basket_url(
            link.token, {**pieces, product.sku: min(rules.PIECES_MAX, count + 1)}
        ),
    )


def _unit_of(link: Link, staff: Staff | None) -> UUID | None:
    return link.unit_id or (staff.unit_id if staff else None)


def _promoter_code(tx: ReadTx, link: Link) -> str:
    staff = merchants.staff_by_id(tx).get(link.staff_id) if link.staff_id else None
    return staff.code if staff and staff.is_active else ""
