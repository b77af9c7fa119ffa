"""The customer's page, on the phone of somebody we know only by the link.

Nobody is logged in here: the token is the key. It names neither merchant nor customer, so
`reads.merchant_of` asks for the merchant over all of them; everything after runs as that merchant.
"""

from pathlib import Path
from time import monotonic
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from huitou.base.db import Database
from huitou.base.http import JSON, Router, encode, language_of
from huitou.base.pages import Pages
from huitou.catalog import reads as products
from huitou.content import actions, reads, rules
from huitou.content.types import Basket, Link, NoLink
from huitou.kernel.errors import Refusal
from huitou.merchant import reads as merchants

router = Router(tags=["customer page"], include_in_schema=False)

_pages = Pages(Path(__file__).parent / "pages")
_GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_EMPTY_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96"'
    ' fill="#faeeda"/><path d="M30 42h36l-4 26a6 6 0 0 1-6 5H40a6 6 0 0 1-6-5zM38 42c0-13 4-19'
    ' 10-19s10 6 10 19" fill="none" stroke="#d9a066" stroke-width="4" stroke-linecap="round"'
    ' stroke-linejoin="round"/></svg>'
)


@router.get("/l/{token}")
def show_list(request: Request, token: str) -> Response:
    """The product list. Looking counts as opening only when the page itself says so."""
    return _page(request, token, "list.html")


@router.get("/l/{token}/basket")
def show_basket(request: Request, token: str) -> Response:
    """Several products at the best price of all together; `s` and `n` are SKUs and pieces, in pairs."""
    link, shown = _basket(request, token)
    if link is None:
        return _gone(request, is_over=True)
    if shown is None:
        return RedirectResponse(f"/l/{quote(token)}", 303)
    return _pages.answer(request, "basket.html", page=shown)


@router.get("/l/{token}/basket/total")
def show_total(request: Request, token: str) -> Response:
    """The same in a few words, while products are being chosen."""
    _, shown = _basket(request, token)
    if shown is None:
        return Response(status_code=204)
    hint = shown.hints[0].text if shown.hints else None
    told = {"total": shown.total, "saved": shown.saved, "hint": hint}
    return Response(encode(told), media_type=JSON, headers={"cache-control": "no-store"})


@router.get("/l/{token}/basket/buy")
def buy_basket(request: Request, token: str) -> Response:
    """On to where the merchant sells several together; each product of the list is an event."""
    merchant = reads.merchant_of(_database(request), token)
    if merchant is None:
        return _gone(request, is_over=False)
    pieces = _pieces(request)
    with _database(request).write(merchant, principal="customer") as tx:
        try:
            link = reads.get_link(tx, token)
        except NoLink:
            return _gone(request, is_over=True)
        url = reads.cart_url(tx, link, pieces) if pieces else None
        if url is None:
            return RedirectResponse(f"/l/{quote(token)}", 303)
        if not _is_bot(request):
            actions.open_link(tx, token)
            actions.view_products(tx, token, pieces)
    return RedirectResponse(url, 302, headers={"cache-control": "no-store"})


@router.get("/l/{token}/choice")
def show_choice(request: Request, token: str) -> Response:
    """Whether the customer receives messages, after they changed it."""
    return _page(request, token, "choice.html")


@router.get("/l/{token}/preferences")
def show_preferences(request: Request, token: str, done: str = "") -> Response:
    """What the customer receives on each channel, as switches; `done` is the one that was just turned."""
    database = _database(request)
    merchant = reads.merchant_of(database, token)
    if merchant is None:
        return _gone(request, is_over=False, about="preferences")
    with database.read(merchant, principal="customer") as tx:
        link = reads.find_link(tx, token)
        if link is None or link.expires_at <= tx.now:
            return _gone(request, is_over=True, about="preferences")
        page = reads.page_of(tx, link, language_of(request))
        rows = reads.preferences_of(tx, link.customer_id)
        zone = ZoneInfo(merchants.get_merchant(tx).zone)
    return _pages.answer(
        request,
        "preferences.html",
        page=page,
        rows=rows,
        zone=zone,
        done=rules.turned(rows, done),
        to=f"/l/{quote(token, safe='')}/preferences",
    )


@router.post("/l/{token}/opened")
def opened(request: Request, token: str) -> Response:
    """The page says that somebody sees it."""
    _open(request, token)
    return Response(status_code=204)


@router.get("/l/{token}/opened.gif")
def opened_picture(request: Request, token: str) -> Response:
    """The same without JavaScript."""
    _open(request, token)
    return Response(_GIF, media_type="image/gif", headers={"cache-control": "no-store"})


@router.post("/l/{token}/viewed/{sku:path}")
def viewed(request: Request, token: str, sku: str) -> Response:
    """A product was tapped."""
    merchant = reads.merchant_of(_database(request), token)
    if merchant is not None and not _is_bot(request):
        with _database(request).write(merchant, principal="customer") as tx:
            actions.view_products(tx, token, [sku])
    return Response(status_code=204)


@router.get("/l/{token}/buy/{sku:path}")
def buy(request: Request, token: str, sku: str) -> Response:
    """On to where the merchant sells; the tap is an event."""
    merchant = reads.merchant_of(_database(request), token)
    if merchant is None:
        return _gone(request, is_over=False)
    with _database(request).write(merchant, principal="customer") as tx:
        try:
            link = reads.get_link(tx, token)
        except NoLink:
            return _gone(request, is_over=True)
        url = reads.buy_url(tx, link, sku)
        if url is None:
            return RedirectResponse(f"/l/{quote(token)}", 303)
        if not _is_bot(request):
            actions.open_link(tx, token)
            actions.view_products(tx, token, [sku])
    return RedirectResponse(url, 302, headers={"cache-control": "no-store"})


@router.get("/p/{merchant}/{sku:path}.svg")
def picture(request: Request, merchant: UUID, sku: str) -> Response:
    """A product's picture. Its address changes when the picture does."""
    database = _database(request)
    if not _is_merchant(database, merchant):
        return Response(status_code=404)
    with database.read(merchant, principal="customer") as tx:
        product = products.products_by_sku(tx, [sku]).get(sku)
    drawing = product.picture if product else None
    if drawing is not None and drawing.startswith("https://"):
        return RedirectResponse(drawing, 302, headers={"cache-control": "public, max-age=3600"})
    is_current = product is not None and request.query_params.get("v") == rules.version_of(drawing)
    keep = "public, max-age=31536000, immutable" if is_current else "public, max-age=300"
    return Response(
        drawing if drawing and drawing.lstrip().startswith("<") else _EMPTY_PICTURE,
        media_type="image/svg+xml",
        headers={
            "cache-control": keep,
            # A merchant's own drawing must not run anything when it is opened by itself.
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "x-content-type-options": "nosniff",
        },
    )


def _page(request: Request, token: str, template: str) -> Response:
    database = _database(request)
    merchant = reads.merchant_of(database, token)
    if merchant is None:
        return _gone(request, is_over=False)
    language = language_of(request)
    with database.read(merchant, principal="customer") as tx:
        link = reads.find_link(tx, token)
        if link is None or link.expires_at <= tx.now:
            return _gone(request, is_over=True)
        clock = monotonic if template == "list.html" else None
        page = reads.page_of(tx, link, language, clock=clock)
    return _pages.answer(request, template, page=page)


def _basket(request: Request, token: str) -> tuple[Link | None, Basket | None]:
    """The link, if it leads somewhere still, and what was chosen, if it can be priced."""
    database = _database(request)
    merchant = reads.merchant_of(database, token)
    if merchant is None:
        return None, None
    with database.read(merchant, principal="customer") as tx:
        link = reads.find_link(tx, token)
        if link is None or link.expires_at <= tx.now:
            return None, None
        try:
            language = language_of(request)
            return link, reads.basket_of(tx, link, _pieces(request), language, clock=monotonic)
        except Refusal:
            return link, None


def _pieces(request: Request) -> dict[str, int]:
    asked = request.query_params
    return rules.pieces_in(asked.getlist("s"), asked.getlist("n"))


def _open(request: Request, token: str) -> Link | None:
    merchant = reads.merchant_of(_database(request), token)
    if merchant is None or _is_bot(request):
        return None
    with _database(request).write(merchant, principal="customer") as tx:
        try:
            return actions.open_link(tx, token)
        except NoLink:
            return None


def _gone(request: Request, *, is_over: bool, about: str = "list") -> Response:
    return _pages.answer(
        request, "gone.html", 410 if is_over else 404, is_over=is_over, about=about
    )


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _is_merchant(database: Database, merchant: UUID) -> bool:
    with database.owner() as owner:
        return bool(
            owner.execute("SELECT FROM merchant.merchant WHERE id = %s", [merchant]).fetchall()
        )


def _is_bot(request: Request) -> bool:
    return rules.is_bot(request.headers.get("user-agent", ""))
