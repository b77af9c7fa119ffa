"""Work through a file: a chunk a transaction, its rows and its progress together."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.catalog import actions as catalog
from huitou.catalog.types import NewProduct
from huitou.event import actions as events
from huitou.event import reads as log
from huitou.event.rules import blind_text, normalise
from huitou.event.types import EventIn
from huitou.imports import fields, rules, store
from huitou.imports.rules import Fault, Row
from huitou.imports.store import Import
from huitou.kernel.errors import Refusal
from huitou.merchant import actions as merchants
from huitou.merchant import reads as business
from huitou.merchant.types import CodeTaken, NewStaff, NewUnit, Unit
from huitou.profile import actions as profiles
from huitou.profile.types import Description

CHUNK = 2_000
SOURCE = "import"
_GENDERS = {"男": "male", "女": "female", "m": "male", "f": "female"}
_GENDERS |= {"male": "male", "female": "female"}


@dataclass(slots=True)
class Chunk:
    """What became of some rows. An order of several rows counts once where it went well."""

    language: str
    accepted: int = 0
    duplicates: int = 0
    faults: list[Fault] = field(default_factory=list)

    def fail(self, numbers: Sequence[int], code: str, detail: str) -> None:
        """All rows of what was refused: they come back together and are mended together."""
        self.faults += [Fault(number, code, detail) for number in numbers]


class NotReadYet(Exception):
    """Tried again a little later."""


class _Undo(Exception):
    """Ends a rehearsal's savepoint."""


@job
def run_import(tx: Tx, *, import_id: str, language: str = "zh") -> None:
    """One chunk of a file; queues itself for the next. A crash repeats the chunk, not its effect.

    Reasons for failed rows are told in `language`, the uploader's.
    """
    found = store.lock_import(tx, UUID(import_id))
    if found.state not in ("waiting", "running"):
        return
    content = store.read_file(tx, found.id)
    try:
        rows = list(_chunk_of(found, content))
        total = found.total if found.total is not None else _count(found, content)
    except rules.Unreadable as error:
        store.set_progress(
            tx,
            found.id,
            total=0,
            done=0,
            accepted=0,
            duplicates=0,
            failed=0,
            state="failed",
            reason=str(error),
        )
        return
    merchants.add_connector(tx, SOURCE, "文件导入")
    chunk = Chunk(language)
    try:
        with tx.savepoint():
            _TAKERS[found.kind](tx, found, rows, chunk)
            if found.is_dry_run:
                raise _Undo
    except _Undo:
        pass
    store.add_faults(tx, found.id, chunk.faults)
    done = found.done + len(rows)
    store.set_progress(
        tx,
        found.id,
        total=total,
        done=done,
        accepted=found.accepted + chunk.accepted,
        duplicates=found.duplicates + chunk.duplicates,
        failed=found.failed + len({fault.number for fault in chunk.faults}),
        state="running" if rows and done < total else "done",
    )
    if rows and done < total:
        tx.defer(run_import, import_id=import_id, language=language)
    elif found.kind == "customers" and not found.is_dry_run:
        tx.defer(describe_customers, import_id=import_id, position=log.head(tx))


@job
def describe_customers(tx: Tx, *, import_id: str, position: int) -> None:
    """Names and stores of imported customers, once identity has read that they joined.

    An identifier that speaks for nobody (a shared phone) describes nobody.
    """
    if not log.has_read(tx, "identity", position):
        raise NotReadYet
    found = store.get_import(tx, UUID(import_id))
    content = store.read_file(tx, found.id)
    bad = {fault.number for fault in store.list_faults(tx, found.id)}
    rows = [row for row in rules.read_rows(content, "customers") if row.number not in bad]
    units = business.units_by_code(tx)
    units |= {name: units[code] for name, code in _unit_codes(tx).items() if name not in units}
    people = business.list_staff(tx)
    staff = {person.code: person.id for person in people}
    by_name = rules.codes_by_name((person.name, person.code) for person in people)
    staff |= {name: staff[code] for name, code in by_name.items() if name not in staff}
    descriptions = [
        description
        for row in rows
        if (description := _description(row, found.mapping, units, staff)) is not None
    ]
    profiles.describe(tx, descriptions)


def _chunk_of(found: Import, content: bytes) -> Iterator[Row]:
    """The next rows; an order is never cut in two."""
    rows = islice(rules.read_rows(content, _kind(found)), found.done, None)
    order_no = found.mapping.get("order_no", "")
    last: Any = None
    for count, row in enumerate(rows):
        if count >= CHUNK and (found.kind != "orders" or row.values.get(order_no) != last):
            return
        last = row.values.get(order_no)
        yield row


def _count(found: Import, content: bytes) -> int:
    return sum(1 for _ in rules.read_rows(content, _kind(found)))


def _kind(found: Import) -> fields.Kind:
    return next(kind for kind in fields.KINDS if kind == found.kind)


def _take_orders(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    zone = business.get_merchant(tx).zone
    codes = _unit_codes(tx)
    made: list[tuple[list[int], dict[str, Any]]] = []
    named = [(row, _with_code(rules.mapped(row, found.mapping), "unit", codes)) for row in rows]
    for _, group in groupby(named, lambda item: (item[1].get("unit"), item[1].get("order_no"))):
        lines = list(group)
        numbers = [row.number for row, _ in lines]
        missing = [
            f.zh
            for f in fields.FIELDS["orders"]
            if f.is_required and any(f.name not in values for _, values in lines)
        ]
        try:
            if missing:
                raise ValueError(f"缺少 / missing: {', '.join(missing)}")
            made.append((numbers, rules.order_event(lines, source=SOURCE, zone=zone)))
        except ValueError as error:
            chunk.fail(numbers, "import.bad_row", str(error))
    _take_in(tx, chunk, made)


def _take_events(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    _take_in(tx, chunk, [([row.number], row.values) for row in rows])


def _take_customers(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    zone = business.get_merchant(tx).zone
    made: list[tuple[list[int], dict[str, Any]]] = []
    for row in rows:
        values = rules.mapped(row, found.mapping)
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
        event = {
            "id": f"customer-{tx.keys.blind(digest).hex()[:32]}",
            "type": "member.joined",
            "occurred_at": joined.isoformat(),
            "source": SOURCE,
            "identifiers": identifiers,
            "properties": {"method": "import"},
        }
        made.append(([row.number], event))
    _take_in(tx, chunk, made)


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


def _each(
    tx: Tx,
    chunk: Chunk,
    kind: fields.Kind,
    named: Sequence[tuple[Row, dict[str, str]]],
    save: Callable[[dict[str, str]], None],
) -> None:
    """Rows that stand alone: a bad one is undone and told, the others stay.

    A code that is there already is a repeat, so that a mended file may be uploaded as a whole.
    """
    for row, values in named:
        try:
            with tx.savepoint():
                save(values)
            chunk.accepted += 1
        except CodeTaken:
            chunk.duplicates += 1
        except Refusal as refusal:
            chunk.fail([row.number], refusal.code, refusal.detail(chunk.language))
        except KeyError as error:
            title = fields.title_of(kind, str(error.args[0]))
            chunk.fail([row.number], "import.bad_row", f"缺少 / missing: {title}")
        except (psycopg.DataError, UnicodeEncodeError):
            chunk.fail([row.number], "import.bad_row", "有无法保存的字符 / cannot be kept")
        except ValueError as error:
            chunk.fail([row.number], "import.bad_row", str(error))


def _named(found: Import, rows: Sequence[Row]) -> list[tuple[Row, dict[str, str]]]:
    return [(row, rules.mapped(row, found.mapping)) for row in rows]


def _unit_codes(tx: Tx) -> dict[str, str]:
    """Units by name: many tables of shops name a store instead of giving its code."""
    units = business.units_by_code(tx)
    return rules.codes_by_name((unit.name, code) for code, unit in units.items())


def _with_code(values: dict[str, str], field: str, codes: Mapping[str, str]) -> dict[str, str]:
    """The row with the code in place of the name."""
    given = values.get(field)
    return values if given is None else {**values, field: codes.get(given, given)}


def _take_products(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    def save(values: dict[str, str]) -> None:
        catalog.save_products(
            tx,
            [
                NewProduct(
                    values["sku"],
                    values["name"],
                    values["category"],
                    values.get("category_name", values["category"]),
                    price_fen=rules.fen(values["price_yuan"]),
                )
            ],
        )

    _each(tx, chunk, "products", _named(found, rows), save)


def _take_units(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    codes = _unit_codes(tx)

    def save(values: dict[str, str]) -> None:
        kind: Any = fields.known(fields.UNIT_KINDS, values["kind"])
        parent = values.get("parent", "hq")
        new = NewUnit(values["code"], values["name"], kind, codes.get(parent, parent))
        merchants.add_units(tx, [new])
        codes.setdefault(new.name, new.code)

    _each(tx, chunk, "units", rules.parents_first(_named(found, rows)), save)


def _take_staff(tx: Tx, found: Import, rows: Sequence[Row], chunk: Chunk) -> None:
    codes = _unit_codes(tx)

    def save(values: dict[str, str]) -> None:
        role: Any = fields.known(fields.ROLES, values["role"])
        phone = normalise("phone", values["phone"]) if "phone" in values else None
        merchants.add_staff(
            tx,
            [
                NewStaff(
                    values["code"],
                    values["name"],
                    role,
                    codes.get(values["unit"], values["unit"]),
                    values.get("wecom_user"),
                    phone=blind_text("phone", None, phone) if phone else None,
                )
            ],
        )

    _each(tx, chunk, "staff", _named(found, rows), save)


def _description(
    row: Row, mapping: dict[str, str], units: dict[str, Unit], staff: dict[str, UUID]
) -> Description | None:
    values = rules.mapped(row, mapping)
    identifiers = rules.identifiers_in(row, values)
    if not identifiers:
        return None
    first = identifiers[0]
    unit = units.get(values.get("home_unit", ""))
    gender: Any = _GENDERS.get(values.get("gender", "").lower())
    return Description(
        first["kind"],
        first.get("scope"),
        first["value"],
        name=values.get("name"),
        gender=gender,
        birth_month=rules.month_of(values.get("birth_month", "")),
        home_unit_id=unit.id if unit else None,
        owner_staff_id=staff.get(values.get("associate", "")),
    )


_TAKERS: dict[str, Callable[[Tx, Import, Sequence[Row], Chunk], None]] = {
    "orders": _take_orders,
    "customers": _take_customers,
    "products": _take_products,
    "staff": _take_staff,
    "units": _take_units,
    "events": _take_events,
}
