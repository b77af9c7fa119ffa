"""Codes over HTTP; the sheet that is printed, and the public page behind a code."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import Response

from huitou.base.db import Database, ReadTx, Tx
from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.base.pages import Pages
from huitou.code import actions, reads
from huitou.code.types import (
    Attachment,
    Batch,
    Code,
    DayNumbers,
    Draft,
    Kind,
    NoCode,
    Numbers,
    Standing,
    Terms,
    Welcome,
)
from huitou.kernel.page import PAGE_MAX, Page
from huitou.merchant import reads as merchants

router = Router(prefix="/v1/codes", tags=["codes"])
public = Router(tags=["codes"], include_in_schema=False)
ROUTERS = (router, public)

SHEET_MAX = 500
_pages = Pages(Path(__file__).parent / "pages")

Id = Annotated[UUID, Field(strict=False)]
Text = Annotated[str, Field(max_length=1_000)]
Short = Annotated[str, Field(max_length=200)]
Url = Annotated[str, Field(max_length=1_000)]
Minute = Annotated[int, Field(ge=0, le=1_440)]
TagName = Annotated[str, Field(min_length=1, max_length=30)]


class AttachmentIn(Body):
    """`goods`: the code's own product or list; `link`: any web address."""

    kind: Literal["goods", "link"]
    title: Short = ""
    description: Short = ""
    url: Url = ""
    picture_url: Url = ""


class WelcomeIn(Body):
    """`{store}` `{associate}` `{products}` are filled in; an empty text leaves the greeting to the associate's own."""

    text: Text
    away_text: Text = ""
    attachment: AttachmentIn | None = None


class What(Body):
    """What is said of a code beside its store and staff; minutes are of the day, in the merchant's zone."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    welcome: WelcomeIn
    fallback_staff_id: Id | None = None
    source: Annotated[str, Field(max_length=40)] = ""
    tags: list[TagName] = Field([], max_length=10)
    from_minute: Minute | None = None
    until_minute: Minute | None = None
    asks_first: bool = False
    day_limit: Annotated[int, Field(ge=1, le=1_000)] | None = None


class CodeIn(What):
    """`staff_ids` are empty for a `store` code: all of the store's associates on duty stand behind it. A `material`
    code may have a list: one there is, or `skus` from which one is made."""

    kind: Kind
    unit_id: Id
    staff_ids: list[Id] = Field([], max_length=100)
    sku: Short | None = None
    product_list_id: Id | None = None
    skus: list[Short] = Field([], max_length=20)


class PutCode(Body):
    version: int
    code: CodeIn


class BatchIn(Body):
    """A copy for each of the units (codes); None: for all stores in your scope."""

    code: What
    units: Annotated[list[str], Field(min_length=1, max_length=5_000)] | None = None


@dataclass(frozen=True, slots=True)
class CodeShown:
    """A code with what came of it. `url` is its public page, `skus` are its product or what is on its list."""

    code: Code
    skus: list[str]
    numbers: Numbers
    url: str


@router.get("", dependencies=[needs("codes.read")])
def list_codes(
    tx: Reading,
    kind: Kind | None = None,
    standing: Standing | None = None,
    unit: str | None = None,
    batch: UUID | None = None,
    q: Annotated[str | None, Query(max_length=60)] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[CodeShown]:
    """Newest first: of your units, or those you stand behind. `q` is in the name, source or store."""
    page = reads.list_codes(
        tx,
        kind=kind,
        standing=standing,
        unit=unit,
        batch_id=batch,
        q=q,
        cursor=cursor,
        limit=limit,
    )
    counted = reads.numbers_of(tx, [code.id for code in page.items])
    skus = reads.skus_of(tx, page.items)
    shown = [_shown(tx, code, skus[code.id], counted[code.id]) for code in page.items]
    return Page(shown, page.next)


@router.post("", status_code=201, dependencies=[needs("codes.edit")])
def add_code(tx: Writing, body: CodeIn) -> Code:
    """Make a code. WeCom's picture is there a moment later: `standing` goes from `making` to `live`."""
    return actions.add_code(tx, _draft(tx, body))


@router.get("/batches", dependencies=[needs("codes.read")])
def list_batches(tx: Reading) -> list[Batch]:
    """The last twenty batches with their progress."""
    return reads.list_batches(tx)


@router.post("/batches", status_code=201, dependencies=[needs("codes.edit")])
def add_batch(tx: Writing, body: BatchIn) -> Batch:
    """A code for each store in one go; stores that get none are listed with the reason."""
    return actions.add_batch(tx, _what(body.code), body.units)


@router.get("/batches/{batch_id}", dependencies=[needs("codes.read")])
def get_batch(tx: Reading, batch_id: UUID) -> Batch:
    """How far a batch is."""
    return reads.get_batch(tx, batch_id)


@router.post("/batches/{batch_id}/retry", dependencies=[needs("codes.edit")])
def retry_batch(tx: Writing, batch_id: UUID) -> Batch:
    """What failed of a batch is tried anew."""
    return actions.try_batch_again(tx, batch_id)


@router.get("/sheet", response_class=Response, dependencies=[needs("codes.read")])
def print_sheet(
    request: Request,
    tx: Reading,
    ids: Annotated[str, Query(max_length=20_000)] = "",
    batch: UUID | None = None,
) -> Response:
    """A sheet to print: each code with its name and store. `ids` with commas between, or a batch."""
    codes = reads.codes_to_print(tx, _ids_in(ids), batch, SHEET_MAX)
    cells = [
        {
            "name": each.code.name,
            "unit": each.unit,
            "picture": base64.b64encode(each.picture).decode(),
        }
        for each in codes
    ]
    brand = merchants.get_merchant(tx).name
    answer = _pages.answer(request, "sheet.html", cells=cells, brand=brand)
    policy = answer.headers["content-security-policy"]
    answer.headers["content-security-policy"] = policy.replace("img-src", "img-src data:")
    return answer


@router.get("/{code_id}", dependencies=[needs("codes.read")])
def get_code(tx: Reading, code_id: UUID) -> CodeShown:
    """A code and what came of it."""
    code = reads.get_code(tx, code_id)
    skus, numbers = reads.skus_of(tx, [code]), reads.numbers_of(tx, [code_id])
    return _shown(tx, code, skus[code_id], numbers[code_id])


@router.put("/{code_id}", dependencies=[needs("codes.edit")])
def put_code(tx: Writing, code_id: UUID, body: PutCode) -> Code:
    """Another document behind the same printed picture."""
    return actions.set_code(tx, code_id, _draft(tx, body.code), body.version)


@router.post("/{code_id}/stop", dependencies=[needs("codes.edit")])
def stop_code(tx: Writing, code_id: UUID) -> Code:
    """Nobody is added by it any more, for good: WeCom forgets the printed picture."""
    return actions.stop_code(tx, code_id)


@router.post("/{code_id}/retry", dependencies=[needs("codes.edit")])
def retry_code(tx: Writing, code_id: UUID) -> Code:
    """What failed is tried anew; a code taken away in WeCom's console gets a new picture."""
    actions.try_again(tx, [code_id])
    return reads.get_code(tx, code_id)


@router.get("/{code_id}/days", dependencies=[needs("codes.read")])
def list_days(
    tx: Reading, code_id: UUID, days: Annotated[int, Query(ge=1, le=365)] = 30
) -> list[DayNumbers]:
    """What came of those who came on each of the last days; days without anybody are missing."""
    reads.get_row(tx, code_id)
    return reads.days_of(tx, code_id, days)


@router.get("/{code_id}/qr.png", response_class=Response, dependencies=[needs("codes.read")])
def get_picture(tx: Reading, code_id: UUID) -> Response:
    """WeCom's picture; where it could not be fetched, a code that leads to the page that shows it."""
    picture = reads.picture_of(tx, reads.get_row(tx, code_id))
    return Response(
        picture,
        media_type="image/png",
        headers={
            "cache-control": "private, max-age=300",
            "content-disposition": f'inline; filename="code-{code_id}.png"',
        },
    )


@router.get("/{code_id}/page.svg", response_class=Response, dependencies=[needs("codes.read")])
def get_page_picture(tx: Reading, code_id: UUID) -> Response:
    """A QR code, as SVG, that leads to the code's public page: for print that outlives WeCom's picture."""
    row = reads.get_row(tx, code_id)
    return Response(
        reads.page_picture(tx, row),
        media_type="image/svg+xml",
        headers={"content-disposition": f'attachment; filename="code-{code_id}.svg"'},
    )


@public.get("/q/{state}")
def show_page(request: Request, state: str) -> Response:
    """The page of a code, for posters and shared links: the picture to press, and the goods."""
    return _page(request, state, has_code=True)


@public.get("/q/{state}/goods")
def show_goods(request: Request, state: str) -> Response:
    """The goods alone, for whoever is a friend already."""
    return _page(request, state, has_code=False)


@public.get("/q/{state}/qr.png")
def show_picture(request: Request, state: str) -> Response:
    """WeCom's picture, for the page."""
    database = _database(request)
    merchant = reads.merchant_of(database, state)
    if merchant is None:
        return Response(status_code=404)
    with database.read(merchant, principal="customer") as tx:
        row = reads.find_by_state(tx, state)
        try:
            picture = reads.picture_of(tx, row) if row else None
        except NoCode:
            picture = None
    if picture is None:
        return Response(status_code=404)
    return Response(
        picture, media_type="image/png", headers={"cache-control": "public, max-age=300"}
    )


def _page(request: Request, state: str, *, has_code: bool) -> Response:
    database = _database(request)
    merchant = reads.merchant_of(database, state)
    if merchant is None:
        return _pages.answer(request, "gone.html", 404)
    with database.read(merchant, principal="customer") as tx:
        row = reads.find_by_state(tx, state)
        assert row is not None
        if row.stopped_at is not None:
            return _pages.answer(request, "gone.html", 410)
        goods = reads.goods_of(tx, row)
        return _pages.answer(
            request,
            "page.html",
            brand=merchants.get_merchant(tx).name,
            store=merchants.get_unit(tx, row.unit_id).name,
            title=reads.title_of(tx, row) if goods else row.name,
            goods=goods,
            picture=f"/q/{state}/qr.png" if has_code and row.has_picture else None,
        )


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _ids_in(text: str) -> list[UUID]:
    try:
        return [UUID(part) for part in text.split(",") if part]
    except ValueError as error:
        raise NoCode() from error


def _welcome(said: WelcomeIn) -> Welcome:
    attachment = said.attachment
    return Welcome(
        said.text, said.away_text, Attachment(**attachment.model_dump()) if attachment else None
    )


def _what(body: What) -> Terms:
    return Terms(**body.model_dump(exclude={"welcome"}), welcome=_welcome(body.welcome))


def _draft(tx: Tx, body: CodeIn) -> Draft:
    draft = Draft(**body.model_dump(exclude={"welcome", "skus"}), welcome=_welcome(body.welcome))
    return actions.with_list(tx, draft, body.skus) if body.skus else draft


def _shown(tx: ReadTx, code: Code, skus: list[str], numbers: Numbers) -> CodeShown:
    return CodeShown(code, skus, numbers, reads.page_url(tx, code.state))
