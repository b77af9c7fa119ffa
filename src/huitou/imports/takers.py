"""What becomes of the rows of a block, by the kind of file. One statement for all of them."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import psycopg

from huitou.base.db import Tx
from huitou.catalog import actions as catalog
from huitou.catalog.types import NewProduct
from huitou.event import actions as events
from huitou.event.rules import blind_text, normalise
from huitou.event.types import EventIn
from huitou.imports import fields, rules
from huitou.imports.rules import Fault, Row
from huitou.imports.store import Import
from huitou.kernel.errors import Refusal
from huitou.merchant import actions as merchants
from huitou.merchant import reads as business
from huitou.merchant.types import CodeTaken, NewStaff, NewUnit, Unit
from huitou.profile import actions as profiles
from huitou.profile.types import Description

SOURCE = "import"
_GENDERS = {"男": "male", "女": "female", "m": "male", "f": "female"}
_GENDERS |= {"male": "male", "female": "female"}
_UNTOLD = {"", "-", "—", "/", "无", "未知", "保密", "不详", "unknown", "none", "n/a", "null"}
"""How a table says that it does not know."""

Named = tuple[Row, dict[str, str]]
Record = TypeVar("Record")


@dataclass(slots=True)
class Chunk:
    """What became of some rows. An order of several rows counts once where it went well. `notes` are
    of rows that were taken, but not with everything they say."""

    language: str
    accepted: int = 0
    duplicates: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def fail(self, numbers: Sequence[int], code: str, detail: str) -> None:
        """All rows of what was refused: they come back together and are mended together."""
        self.faults += [Fault(number, code, detail) for number in numbers]


def _take_orders(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    zone = business.get_merchant(tx).zone
    codes = _unit_codes(tx)
    required = {f.name: f.zh for f in fields.FIELDS["orders"] if f.is_required}
    made: list[tuple[list[int], dict[str, Any]]] = []
    named = [(row, _with_code(values, "unit", codes)) for row, values in _named(found, rows)]
    for _, group in groupby(named, lambda item: (item[1].get("unit"), item[1].get("order_no"))):
        lines = list(group)
        numbers = [row.number for row, _ in lines]
        missing = {name for _, values in lines for name in required.keys() - values.keys()}
        try:
            if missing:
                told = ", ".join(zh for name, zh in required.items() if name in missing)
                raise ValueError(f"缺少 / missing: {told}")
            made.append((numbers, rules.order_event(lines, source=SOURCE, zone=zone)))
        except ValueError as error:
            chunk.fail(numbers, "import.bad_row", str(error))
    _take_in(tx, chunk, made)


def _take_events(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    _take_in(tx, chunk, [([row.number], row.values) for row in rows])


def _take_customers(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    """Each joins by an event; what else the row says describes whom identity makes of it."""
    zone = business.get_merchant(tx).zone
    described = _describing(tx)
    made: list[tuple[list[int], dict[str, Any]]] = []
    said: dict[int, Description] = {}
    notes: list[Fault] = []
    for row, values in _named(found, rows):
        identifiers = rules.identifiers_in(row, values)
        if not identifiers:
            chunk.fail([row.number], "import.no_identifier", "没有卡号或手机号 / no card or phone")
            continue
        try:
            joined = rules.moment(values["joined_on"], zone) if "joined_on" in values else tx.now
        except ValueError as error:
            chunk.fail([row.number], "import.bad_row", str(error))
            continue
        digest = hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:32]
        event_id = f"customer-{tx.keys.blind(digest).hex()[:32]}"
        event = {
            "id": event_id,
            "type": "member.joined",
            "occurred_at": joined.isoformat(),
            "source": SOURCE,
            "identifiers": identifiers,
            "properties": {"method": "import"},
        }
        made.append(([row.number], event))
        said[row.number] = described(values, identifiers[0], event_id)
        if unknown := _left_out(values, said[row.number]):
            detail = _told_in_vain(values, unknown, chunk.language)
            notes.append(Fault(row.number, "import.left_out", detail))
    _take_in(tx, chunk, made)
    bad = {fault.number for fault in chunk.faults}
    profiles.describe(tx, [each for number, each in said.items() if number not in bad])
    chunk.notes += [note for note in notes if note.number not in bad]


def _left_out(values: Mapping[str, str], described: Description) -> list[str]:
    """The fields whose value says something that we do not know."""
    understood = {
        "gender": described.gender,
        "birth_month": described.birth_month,
        "home_unit": described.home_unit_id,
        "associate": described.owner_staff_id,
        "zone": described.zone,
    }
    return [
        name
        for name, meant in understood.items()
        if meant is None and values.get(name, "").lower() not in _UNTOLD
    ]


def _told_in_vain(values: Mapping[str, str], unknown: Sequence[str], language: str) -> str:
    titles = {field.name: field for field in fields.FIELDS["customers"]}
    if language.startswith("en"):
        return "Taken without: " + ", ".join(f"{titles[n].en} “{values[n]}”" for n in unknown)
    return "已导入，这些没有认出：" + "、".join(f"{titles[n].zh}「{values[n]}」" for n in unknown)


def _take_in(tx: Tx, chunk: Chunk, made: Sequence[tuple[list[int], dict[str, Any]]]) -> None:
    """Through the same intake as everybody's events. What is refused names all of its rows."""
    good: list[tuple[list[int], EventIn]] = []
    for numbers, values in made:
        try:
            good.append((numbers, msgspec.convert(values, EventIn, strict=False)))
        except msgspec.ValidationError as error:
            chunk.fail(numbers, "event.malformed", str(error))
    if good:
        intake = events.accept_events(tx, [event for _, event in good], chunk.language)
        chunk.accepted += intake.accepted
        chunk.duplicates += intake.duplicates
        for item in intake.rejected:
            chunk.fail(good[item.index][0], item.code, item.detail)


def _take_products(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    def made(values: dict[str, str]) -> NewProduct:
        return NewProduct(
            values["sku"],
            values["name"],
            values["category"],
            values.get("category_name", values["category"]),
            price_fen=rules.fen(values["price_yuan"]),
            cost_fen=_fen_if_told(values, "cost_yuan"),
            floor_fen=_fen_if_told(values, "floor_yuan"),
        )

    def save(products: Sequence[NewProduct]) -> None:
        catalog.save_products(tx, products)

    good = _made(chunk, "products", _named(found, rows), made)
    last = {product.sku: (number, product) for number, product in good}
    _save(tx, chunk, list(last.values()), save)
    chunk.accepted += len(good) - len(last)


def _fen_if_told(values: Mapping[str, str], field: str) -> int | None:
    return rules.fen(values[field]) if values.get(field) else None


def _take_units(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    """Parents first, so that a region and its stores may come in one file."""
    codes = _unit_codes(tx)
    known = set(business.units_by_code(tx))

    def made(values: dict[str, str]) -> NewUnit:
        kind: Any = fields.known(fields.UNIT_KINDS, values["kind"])
        parent = values.get("parent", "hq")
        codes.setdefault(values["name"], values["code"])
        return NewUnit(values["code"], values["name"], kind, codes.get(parent, parent))

    def save(units: Sequence[NewUnit]) -> None:
        merchants.add_units(tx, units)

    good = _made(chunk, "units", rules.parents_first(_named(found, rows)), made)
    _save(tx, chunk, _unknown(chunk, good, known, lambda unit: unit.code), save)


def _take_staff(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    codes = _unit_codes(tx)
    known = {person.code for person in business.list_staff(tx)}

    def made(values: dict[str, str]) -> NewStaff:
        role: Any = fields.known(fields.ROLES, values["role"])
        phone = normalise("phone", values["phone"]) if "phone" in values else None
        return NewStaff(
            values["code"],
            values["name"],
            role,
            codes.get(values["unit"], values["unit"]),
            values.get("wecom_user"),
            phone=blind_text("phone", None, phone) if phone else None,
        )

    def save(staff: Sequence[NewStaff]) -> None:
        merchants.add_staff(tx, staff)

    good = _made(chunk, "staff", _named(found, rows), made)
    _save(tx, chunk, _unknown(chunk, good, known, lambda person: person.code), save)


def _made(
    chunk: Chunk,
    kind: fields.Kind,
    named: Sequence[Named],
    make: Callable[[dict[str, str]], Record],
) -> list[tuple[int, Record]]:
    """The records of the rows that can be read; the others fail, each with its reason."""
    good = []
    for row, values in named:
        try:
            good.append((row.number, make(values)))
        except KeyError as error:
            title = fields.title_of(kind, str(error.args[0]))
            chunk.fail([row.number], "import.bad_row", f"缺少 / missing: {title}")
        except ValueError as error:
            chunk.fail([row.number], "import.bad_row", str(error))
    return good


def _unknown(
    chunk: Chunk,
    good: Sequence[tuple[int, Record]],
    known: set[str],
    code_of: Callable[[Record], str],
) -> list[tuple[int, Record]]:
    """Those whose code is new. One that is there already is a repeat, so that a mended file may be
    uploaded as a whole."""
    fresh: dict[str, tuple[int, Record]] = {}
    for number, record in good:
        if code_of(record) not in known:
            fresh.setdefault(code_of(record), (number, record))
    chunk.duplicates += len(good) - len(fresh)
    return list(fresh.values())


def _save(
    tx: Tx,
    chunk: Chunk,
    records: Sequence[tuple[int, Record]],
    save: Callable[[Sequence[Record]], None],
) -> None:
    """All at once. If that is refused, halves: a bad one ends up alone, and the others stay."""
    if not records:
        return
    try:
        with tx.savepoint():
            save([record for _, record in records])
        chunk.accepted += len(records)
        return
    except (Refusal, psycopg.DataError, ValueError) as error:
        refused = error
    if len(records) > 1:
        middle = len(records) // 2
        _save(tx, chunk, records[:middle], save)
        _save(tx, chunk, records[middle:], save)
    elif isinstance(refused, CodeTaken):
        chunk.duplicates += 1
    elif isinstance(refused, Refusal):
        chunk.fail([records[0][0]], refused.code, refused.detail(chunk.language))
    else:
        chunk.fail([records[0][0]], "import.bad_row", "有无法保存的字符 / cannot be kept")


def _named(found: Import, rows: Sequence[Row]) -> list[Named]:
    return [(row, rules.mapped(row, found.mapping)) for row in rows]


def _unit_codes(tx: Tx) -> dict[str, str]:
    """Units by name: many tables of shops name a store instead of giving its code."""
    units = business.units_by_code(tx)
    return rules.codes_by_name((unit.name, code) for code, unit in units.items())


def _with_code(values: dict[str, str], field: str, codes: Mapping[str, str]) -> dict[str, str]:
    """The row with the code in place of the name."""
    code = codes.get(values.get(field, ""))
    return values if code is None else {**values, field: code}


def _describing(tx: Tx) -> Callable[[dict[str, str], dict[str, Any], str], Description]:
    """How a row describes whom its first identifier names in its event; units and staff by code or name."""
    units: dict[str, Unit] = business.units_by_code(tx)
    units = {name: units[code] for name, code in _unit_codes(tx).items()} | units
    people = business.list_staff(tx)
    by_name = rules.codes_by_name((person.name, person.code) for person in people)
    staff: dict[str, UUID] = {person.code: person.id for person in people}
    staff = {name: staff[code] for name, code in by_name.items()} | staff

    def described(values: dict[str, str], identifier: dict[str, Any], event_id: str) -> Description:
        unit = units.get(values.get("home_unit", ""))
        gender: Any = _GENDERS.get(values.get("gender", "").lower())
        return Description(
            identifier["kind"],
            identifier.get("scope"),
            identifier["value"],
            name=values.get("name"),
            gender=gender,
            birth_month=rules.month_of(values.get("birth_month", "")),
            home_unit_id=unit.id if unit else None,
            owner_staff_id=staff.get(values.get("associate", "")),
            zone=rules.zone_of(values.get("zone", "")),
            tags=rules.tags_of(values.get("tags", "")),
            tag_source=values.get("tag_source"),
            event_id=event_id,
        )

    return described


TAKERS: dict[str, Callable[[Tx, Import, Sequence[Row], Chunk], None]] = {
    "orders": _take_orders,
    "customers": _take_customers,
    "products": _take_products,
    "staff": _take_staff,
    "units": _take_units,
    "events": _take_events,
}
