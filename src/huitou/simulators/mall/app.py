"""The mall as one ASGI application: a product page, paying, and taking it back."""

import base64
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import quote, unquote

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from huitou.kernel.money import yuan
from huitou.simulators.mall.shop import QUANTITY_MAX, Place, Product, Shop, Trouble
from huitou.simulators.mall.store import Purchase, Store

NONCE_BYTES = 16
M = TypeVar("M", bound=BaseModel)

Link = Annotated[str, Field(pattern="^[0-9A-Za-z]{0,32}$")]
Sku = Annotated[str, Field(min_length=1, max_length=64)]
Quantity = Annotated[int, Field(ge=1, le=QUANTITY_MAX)]
Nonce = Annotated[str, Field(min_length=8, max_length=64)]
Items = Annotated[str, Field(max_length=2_000, pattern=r"^([^:,]+:[1-9][0-9]?(,|$))*$")]
Promoter = Annotated[str, Field(max_length=64)]
OrderNo = Annotated[str, Field(min_length=1, max_length=40)]


class Order(BaseModel):
    """What is bought: a product, or several as `items` (`SKU:pieces` with commas between, each SKU quoted).
    The nonce makes a second sending the same order."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sku: Sku | None = None
    link: Link = ""
    quantity: Quantity = 1
    items: Items = ""
    promoter: Promoter = ""
    nonce: Nonce | None = None

    @model_validator(mode="after")
    def _names_something(self) -> "Order":
        if not self.sku and not self.items:
            raise ValueError("sku or items")
        return self

    def pieces(self) -> dict[str, int]:
        return {self.sku: self.quantity} if self.sku else pieces_in(self.items)


class Refund(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    order_no: OrderNo


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def create_app(
    *,
    api_url: str,
    api_key: Callable[[], str],
    wecom_url: str,
    scope_openid: str = "mp-huihe",
    scope_wecom: str = "ww-demo",
    unit: str = "mall",
    state: Path | None = None,
    now: Callable[[], datetime] = utc_now,
) -> FastAPI:
    """A mall that sells as `unit` and speaks to Huitou with the key `api_key()`.

    `state` is its SQLite file (None: memory only). Scripts send the page's forms as JSON:
    `POST /buy {sku, link?, quantity?, nonce?}` and `POST /refund {order_no}` answer 201 with the
    order; without a nonce each call is an order of its own.
    """
    place = Place(
        api_url.rstrip("/"), api_key, wecom_url.rstrip("/"), scope_openid, scope_wecom, unit
    )
    store = Store(state)
    shop = Shop(place, store, now)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        shop.close()
        store.close()

    app = FastAPI(title="商城模拟器", lifespan=lifespan, docs_url=None, redoc_url=None)
    render = _renderer()
    _add_pages(app, shop, place, render)

    @app.exception_handler(Trouble)
    def in_trouble(request: Request, trouble: Exception) -> Response:
        assert isinstance(trouble, Trouble)
        if _is_json(request):
            return JSONResponse({"detail": trouble.text}, trouble.status)
        return render("trouble", trouble.status, text=trouble.text)

    return app


Render = Callable[..., HTMLResponse]


def _renderer() -> Render:
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
    )
    templates.filters["yuan"] = yuan

    def render(name: str, status: int = 200, /, **values: object) -> HTMLResponse:
        html = templates.get_template(f"{name}.html").render(**values)
        return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})

    return render


def _add_pages(app: FastAPI, shop: Shop, place: Place, render: Render) -> None:
    def page(pieces: dict[str, int], link: str, promoter: str) -> HTMLResponse:
        nonce = secrets.token_hex(NONCE_BYTES)
        visitor = shop.visitor(link, nonce)
        quoted = shop.quote(pieces, visitor, promoter)
        return render(
            "buy",
            quoted=quoted,
            pictures=[picture_of(product) for product in quoted.products],
            visitor=visitor,
            items=items_of(pieces),
            link=link,
            promoter=promoter,
            nonce=nonce,
            quantity_max=QUANTITY_MAX,
            back=_list_url(place, link),
        )

    @app.get("/buy", response_class=HTMLResponse)
    def show(
        sku: Annotated[Sku, Query()],
        link: Annotated[Link, Query()] = "",
        n: Annotated[Quantity, Query()] = 1,
        promoter: Annotated[Promoter, Query()] = "",
    ) -> Response:
        return page({sku: n}, link, promoter)

    @app.get("/cart", response_class=HTMLResponse)
    def show_cart(
        items: Annotated[Items, Query(min_length=1)],
        link: Annotated[Link, Query()] = "",
        promoter: Annotated[Promoter, Query()] = "",
    ) -> Response:
        return page(pieces_in(items), link, promoter)

    @app.post("/buy")
    def buy(request: Request, order: Annotated[Order, Depends(_order)]) -> Response:
        nonce = order.nonce or secrets.token_hex(NONCE_BYTES)
        purchase = shop.buy(
            link=order.link, pieces=order.pieces(), nonce=nonce, promoter=order.promoter
        )
        return _answer(request, purchase)

    @app.get("/order/{order_no}", response_class=HTMLResponse)
    def order(order_no: str) -> Response:
        purchase = shop.order(order_no)
        return render("order", purchase=purchase, back=_list_url(place, purchase.link))

    @app.post("/refund")
    def refund(request: Request, wish: Annotated[Refund, Depends(_refund)]) -> Response:
        return _answer(request, shop.refund(wish.order_no))

    @app.get("/healthz")
    def healthz() -> dict[str, bool]:
        return {"ok": True}


async def _order(request: Request) -> Order:
    return await _read(request, Order)


async def _refund(request: Request) -> Refund:
    return await _read(request, Refund)


async def _read(request: Request, model: type[M]) -> M:
    try:
        if _is_json(request):
            return model.model_validate_json(await request.body())
        return model.model_validate(dict(await request.form()), strict=False)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise Trouble(422, f"订单不完整：{where} {fault['msg']}") from error


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/json")


def _answer(request: Request, purchase: Purchase) -> Response:
    """A script gets the order, a browser its page."""
    if not _is_json(request):
        return RedirectResponse(f"/order/{quote(purchase.order_no)}", 303)
    shown = {
        "order_no": purchase.order_no,
        "lines": [asdict(line) for line in purchase.lines],
        "paid_fen": purchase.paid_fen,
        "paid_at": purchase.paid_at,
        "refunded_at": purchase.refunded_at,
    }
    return JSONResponse(shown, 201)


def pieces_in(items: str) -> dict[str, int]:
    """SKU → pieces of `SKU:pieces,…`."""
    pairs = (item.rsplit(":", 1) for item in items.split(",") if item)
    return {unquote(sku): int(count) for sku, count in pairs}


def items_of(pieces: Mapping[str, int]) -> str:
    """The same as text."""
    return ",".join(f"{quote(sku, safe='')}:{count}" for sku, count in pieces.items())


def _list_url(place: Place, link: str) -> str | None:
    return f"{place.api_url}/l/{link}" if link else None


def picture_of(product: Product) -> str | None:
    """A drawing as a data URL, so that the page needs nothing from elsewhere."""
    if product.picture.lstrip().startswith("<"):
        return "data:image/svg+xml;base64," + base64.b64encode(product.picture.encode()).decode()
    return product.picture if product.picture.startswith("https://") else None
