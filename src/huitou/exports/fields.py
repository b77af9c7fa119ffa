"""The columns of an export, and a customer's cell in each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from huitou.base.db import ReadTx
from huitou.exports.types import BadFields, Cell, Line
from huitou.kernel.personal import Personal
from huitou.merchant import reads as merchants
from huitou.order import reads as orders
from huitou.order.types import STAGE_NAMES, Total
from huitou.profile import reads as profiles
from huitou.profile.types import CustomerRow
from huitou.segment.types.answers import Member

GENDERS = {"female": ("女", "Female"), "male": ("男", "Male")}


@dataclass(frozen=True, slots=True)
class Known:
    """What a cell is made from."""

    row: CustomerRow
    member: Member
    total: Total | None
    zone: ZoneInfo
    is_english: bool
    is_revealed: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A column that can be chosen; a personal one is masked unless the export is revealed."""

    name: str
    zh: str
    en: str
    cell: Callable[[Known], Cell]
    is_personal: bool = False


def _personal(value: Personal | None, known: Known) -> Cell:
    if value is None:
        return None
    return value.plain if known.is_revealed else value.masked


def _time(at: datetime | None, known: Known) -> Cell:
    return at.astimezone(known.zone).strftime("%Y-%m-%d %H:%M") if at else None


def _word(words: tuple[str, str] | None, known: Known) -> Cell:
    return words[known.is_english] if words else None


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("ordinal", "客户编号", "Customer no.", lambda k: k.row.ordinal),
        Field("name", "姓名", "Name", lambda k: _personal(k.row.name, k), is_personal=True),
        Field("phone", "手机号", "Phone", lambda k: _personal(k.row.phone, k), is_personal=True),
        Field("gender", "性别", "Gender", lambda k: _word(GENDERS.get(k.row.gender or ""), k)),
        Field(
            "home_unit",
            "归属门店",
            "Home store",
            lambda k: k.row.home_unit.name if k.row.home_unit else None,
        ),
        Field(
            "home_unit_code",
            "门店编码",
            "Store code",
            lambda k: k.row.home_unit.code if k.row.home_unit else None,
        ),
        Field(
            "associate",
            "专属导购",
            "Associate",
            lambda k: k.row.associate.name if k.row.associate else None,
        ),
        Field(
            "joined_on",
            "入会日期",
            "Joined on",
            lambda k: k.row.joined_on.isoformat() if k.row.joined_on else None,
        ),
        Field("last_seen_at", "最近活跃", "Last seen", lambda k: _time(k.row.last_seen_at, k)),
        Field("channels", "来源渠道", "Channels", lambda k: ", ".join(k.row.source_channels)),
        Field("tags", "标签", "Tags", lambda k: ", ".join(k.row.tags)),
        Field(
            "stage",
            "生命周期",
            "Stage",
            lambda k: _word(STAGE_NAMES[k.total.stage], k) if k.total else None,
        ),
        Field(
            "order_count",
            "累计订单",
            "Orders so far",
            lambda k: k.total.order_count if k.total else 0,
        ),
        Field(
            "paid_yuan",
            "累计消费（元）",
            "Spent (yuan)",
            lambda k: k.total.paid_fen / 100 if k.total else 0.0,
        ),
        Field(
            "last_paid_at",
            "最近购买",
            "Last bought",
            lambda k: _time(k.total.last_paid_at, k) if k.total else None,
        ),
        Field("entered_at", "进入人群", "Entered", lambda k: _time(k.member.entered_at, k)),
        Field("id", "系统编号", "Id", lambda k: str(k.row.id)),
    )
}
"""By name, in the order they are offered and written."""


def checked(names: Sequence[str]) -> list[str]:
    """The chosen fields in our order. Refuses: BadFields."""
    for name in names:
        if name not in FIELDS:
            raise BadFields(field=name)
    return [name for name in FIELDS if name in names]


def headers(names: Sequence[str], language: str) -> list[str]:
    """What the columns are called."""
    return [FIELDS[name].en if language == "en" else FIELDS[name].zh for name in names]


def lines_of(
    tx: ReadTx, members: Sequence[Member], names: Sequence[str], *, language: str, is_revealed: bool
) -> list[Line]:
    """A line for each member who can be seen, in the order given."""
    zone = ZoneInfo(merchants.get_merchant(tx).zone)
    ids = [member.customer_id for member in members]
    totals = orders.totals(tx, ids)
    rows = {row.id: row for row in profiles.customers_of(tx, ids).items}
    chosen = [FIELDS[name] for name in names]
    lines = []
    for member in members:
        row = rows.get(member.customer_id)
        if row is not None:
            total = totals.get(row.id)
            known = Known(row, member, total, zone, language == "en", is_revealed)
            lines.append(Line(row.id, [field.cell(known) for field in chosen]))
    return lines
