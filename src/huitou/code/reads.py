"""What others may ask of codes: lists in scope, how to greet, what came of them, pictures."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from huitou.base.db import Database, ReadTx
from huitou.catalog import reads as catalog
from huitou.code import rules
from huitou.code.store import arrivals, codes
from huitou.code.store.codes import CodeRow
from huitou.code.types import (
    Attachment,
    Batch,
    Card,
    Code,
    DayNumbers,
    Greeting,
    Kind,
    NoBatch,
    NoCode,
    Numbers,
    Print,
    Standing,
    Welcome,
)
from huitou.content import reads as contents
from huitou.content.types import Filling
from huitou.kernel.money import yuan
from huitou.kernel.page import Page, decode_moment, encode_cursor
from huitou.kernel.time import day_range
from huitou.merchant import reads as merchants
from huitou.merchant.types import Staff

PRODUCTS_SAID = 5


def list_codes(
    tx: ReadTx,
    *,
    kind: Kind | None = None,
    standing: Standing | None = None,
    unit: str | None = None,
    batch_id: UUID | None = None,
    q: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Code]:
    """Codes in the asker's scope, newest first: a subtree's, or those the asker stands behind."""
    path = merchants.get_unit_by_code(tx, unit).path if unit else None
    rows = codes.list_codes(
        tx,
        kind=kind,
        standing=standing,
        unit_path=path,
        batch_id=batch_id,
        q=(q or "").strip() or None,
        after=decode_moment(cursor, UUID),
        limit=limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    following = encode_cursor(last.created_at.isoformat(), last.id) if last else None
    return Page([shown(row) for row in rows[:limit]], following)


def names(tx: ReadTx, code_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of those in the asker's scope by id."""
    return {row.id: row.name for row in codes.find_codes(tx, code_ids)}


def get_code(tx: ReadTx, code_id: UUID) -> Code:
    """One code in the asker's scope. Refuses `NoCode`."""
    return shown(get_row(tx, code_id))


def get_row(tx: ReadTx, code_id: UUID) -> CodeRow:
    """As it is kept. Refuses `NoCode`, also out of the scope."""
    for row in codes.find_codes(tx, [code_id]):
        return row
    raise NoCode()


def ids_in_scope(tx: ReadTx, code_ids: Sequence[UUID]) -> list[UUID]:
    """Those of them that the asker may see."""
    return [row.id for row in codes.find_codes(tx, code_ids)]


def list_batches(tx: ReadTx) -> list[Batch]:
    """The last batches with their progress."""
    return codes.list_batches(tx)


def get_batch(tx: ReadTx, batch_id: UUID) -> Batch:
    """How far a batch is. Refuses `NoBatch`."""
    for batch in codes.list_batches(tx, batch_id):
        return batch
    raise NoBatch()


def shown(row: CodeRow) -> Code:
    """A code with its standing."""
    standing = rules.standing_of(
        is_stopped=row.stopped_at is not None,
        is_told=row.told is not None,
        failure=row.failure,
        next_at=row.next_at,
    )
    return Code(
        id=row.id,
        state=row.state,
        name=row.name,
        kind=row.kind,
        unit_id=row.unit_id,
        staff_ids=row.staff_ids,
        fallback_staff_id=row.fallback_staff_id,
        sku=row.sku,
        product_list_id=row.product_list_id,
        source=row.source,
        tags=row.tags,
        welcome=_welcome(row),
        from_minute=row.from_minute,
        until_minute=row.until_minute,
        asks_first=row.asks_first,
        day_limit=row.day_limit,
        batch_id=row.batch_id,
        created_at=row.created_at,
        stopped_at=row.stopped_at,
        version=row.version,
        standing=standing,
        behind=list((row.told or {}).get("users", ())),
        has_picture=row.has_picture and row.stopped_at is None,
        failure=row.failure,
        failure_detail=row.failure_detail,
    )


def ids_by_state(tx: ReadTx, states: Sequence[str]) -> dict[str, UUID]:
    """The codes behind what WeCom calls back with; others' states are missing."""
    return {row.state: row.id for row in codes.find_by_states(tx, states)}


def find_greeting(tx: ReadTx, state: str, staff: Staff | None) -> Greeting | None:
    """What a friend who came by the code with this state is greeted with by `staff`; None where there
    is no such code or it says nothing. A stopped code greets still: its poster may hang on."""
    rows = codes.find_by_states(tx, [state])
    if not rows:
        return None
    row = rows[0]
    welcome = _welcome(row)
    local = tx.now - day_range(tx.now, merchants.get_merchant(tx).zone)[0]
    open_now = rules.is_open(row.from_minute, row.until_minute, int(local.total_seconds() // 60))
    text = rules.words_of(welcome, open_now=open_now)
    card = _card(tx, row, welcome.attachment)
    if not text.strip():
        return None
    unit = merchants.get_unit(
        tx, row.unit_id if row.kind == "store" or staff is None else staff.unit_id
    )
    filling = Filling(
        store=unit.name,
        associate=staff.name if staff else "",
        products=tuple(_product_names(tx, row)) if "{products}" in text else (),
    )
    return Greeting(row.id, contents.fill(text, filling, "wecom"), card)


def numbers_of(tx: ReadTx, code_ids: Sequence[UUID]) -> dict[UUID, Numbers]:
    """What came of each code since it is there."""
    zone = merchants.get_merchant(tx).zone
    counted = arrivals.count(tx, code_ids, within=rules.BOUGHT_WITHIN, zone=zone)
    found = {row.code_id: _numbers(row) for row in counted}
    return {code_id: found.get(code_id, Numbers()) for code_id in code_ids}


def skus_of(tx: ReadTx, shown_codes: Sequence[Code]) -> dict[UUID, list[str]]:
    """The product of each code, or what is on its list."""
    lists = contents.lists_by_id(
        tx, [code.product_list_id for code in shown_codes if code.product_list_id]
    )
    return {
        code.id: [code.sku]
        if code.sku is not None
        else [item.sku for item in lists[code.product_list_id].items]
        if code.product_list_id in lists
        else []
        for code in shown_codes
    }


def days_of(tx: ReadTx, code_id: UUID, days: int) -> list[DayNumbers]:
    """What came of those who came on each of the last days; days without anybody are missing."""
    zone = merchants.get_merchant(tx).zone
    since = day_range(tx.now - timedelta(days=days - 1), zone)[0]
    counted = arrivals.count(
        tx, [code_id], within=rules.BOUGHT_WITHIN, zone=zone, by_day=True, since=since
    )
    return [DayNumbers(row.day, _numbers(row)) for row in counted if row.day is not None]


def midnight(tx: ReadTx) -> datetime:
    """When the merchant's day began."""
    return day_range(tx.now, merchants.get_merchant(tx).zone)[0]


def picture_of(tx: ReadTx, row: CodeRow) -> bytes:
    """The QR code as PNG: WeCom's own picture, or one that leads to it. Refuses `NoCode` before WeCom has
    made one."""
    if not row.has_picture or row.stopped_at is not None:
        raise NoCode()
    kept = codes.pictures_of(tx, [row.id]).get(row.id)
    return kept if kept is not None else rules.qr_png(page_url(tx, row.state))


def codes_to_print(
    tx: ReadTx, code_ids: Sequence[UUID], batch_id: UUID | None, most: int
) -> list[Print]:
    """Codes that WeCom has made, of these ids or of a batch, by store and name."""
    if not code_ids and batch_id is None:
        return []
    ids = list(code_ids) if code_ids else None
    rows = codes.list_codes(tx, ids=ids, batch_id=batch_id, limit=most)
    units = merchants.units_by_id(tx)
    pictures = codes.pictures_of(tx, [row.id for row in rows])
    made = [row for row in rows if row.has_picture and row.stopped_at is None]
    prints = [
        Print(
            shown(row),
            units[row.unit_id].name,
            pictures.get(row.id) or rules.qr_png(page_url(tx, row.state)),
        )
        for row in made
    ]
    return sorted(prints, key=lambda each: (each.unit, each.code.name))


def page_picture(tx: ReadTx, row: CodeRow) -> str:
    """A QR code as SVG that leads to the code's public page."""
    return rules.qr_svg(page_url(tx, row.state))


def page_url(tx: ReadTx, state: str) -> str:
    """The public page of a code."""
    return f"{merchants.setting(tx, 'site.url').rstrip('/')}/q/{state}"


def merchant_of(database: Database, state: str) -> UUID | None:
    """Whose code it is. The one look over all merchants that this room takes."""
    with database.owner() as owner:
        row = owner.execute(
            "SELECT merchant_id FROM code.code WHERE state = %s", [state]
        ).fetchone()
    return row[0] if row else None


def find_by_state(tx: ReadTx, state: str) -> CodeRow | None:
    """The code with this state, whatever the scope."""
    rows = codes.find_by_states(tx, [state])
    return rows[0] if rows else None


def goods_of(tx: ReadTx, row: CodeRow) -> list[tuple[str, str, str]]:
    """(name, price in words, picture) of the product or the list of a code, at list prices."""
    skus = _skus(tx, row)
    known = catalog.products_by_sku(tx, skus)
    return [
        (
            product.name,
            "" if product.price_fen is None else yuan(product.price_fen),
            contents.picture_url(tx.merchant, product),
        )
        for sku in skus
        if (product := known.get(sku)) is not None and product.is_listed
    ]


def title_of(tx: ReadTx, row: CodeRow) -> str:
    """What stands above the goods of a code."""
    if row.product_list_id is not None:
        return contents.get_list(tx, row.product_list_id).title
    names = _product_names(tx, row)
    return names[0] if names else row.name


def _welcome(row: CodeRow) -> Welcome:
    said = row.welcome
    attachment = said.get("attachment")
    return Welcome(
        said["text"], said.get("away_text", ""), Attachment(**attachment) if attachment else None
    )


def _card(tx: ReadTx, row: CodeRow, attachment: Attachment | None) -> Card | None:
    if attachment is None:
        return None
    if attachment.kind == "link":
        picture = attachment.picture_url or None
        return Card(attachment.title, attachment.description, attachment.url, picture)
    names = _product_names(tx, row)
    said = attachment.description or "、".join(names[:PRODUCTS_SAID])
    return Card(
        attachment.title or title_of(tx, row), said, f"{page_url(tx, row.state)}/goods", None
    )


def _skus(tx: ReadTx, row: CodeRow) -> list[str]:
    if row.sku is not None:
        return [row.sku]
    if row.product_list_id is None:
        return []
    return [item.sku for item in contents.get_list(tx, row.product_list_id).items]


def _product_names(tx: ReadTx, row: CodeRow) -> list[str]:
    skus = _skus(tx, row)
    known = catalog.products_by_sku(tx, skus)
    return [known[sku].name for sku in skus if sku in known]


def _numbers(row: arrivals.Count) -> Numbers:
    return Numbers(row.added, row.friends, row.opened, row.bought, row.first_bought, row.paid_fen)
