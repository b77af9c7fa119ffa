"""Work through a file: a chunk a transaction, its rows and its progress together."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.catalog import actions as catalog
from huitou.catalog.types import NewProduct
from huitou.event import actions as events
from huitou.event import reads as log
from huitou.event.rules import blind_text, normalise
from huitou.event.types import EventIn
from huitou.imports import rules, store
from huitou.imports.rules import Fault, Row
from huitou.imports.store import Import
from huitou.kernel.errors import Refusal
from huitou.merchant import actions as merchants
from huitou.merchant import reads as business
from huitou.merchant.types import NewStaff, NewUnit, Unit
from huitou.profile import actions as profiles
from huitou.profile.types import Description

CHUNK = 2_000
SOURCE = "import"
_GENDERS = {"男": "male", "女": "female", "m": "male", "f": "female"}
_GENDERS |= {"male": "male", "female": "female"}


@dataclass(slots=True)
class Chunk:
    """What became of some rows."""

    accepted: int = 0
    duplicates: int = 0
    faults: list[Fault] = field(default_factory=list)


class NotReadYet(Exception):
    """Tried again a little later."""


class _Undo(Exception):
    """Ends a rehearsal's savepoint."""


@job
def run_import(tx: Tx, *, import_id: str) -> None:
    """One chunk of a file; queues itself for the next. A crash repeats the chunk, not its effect."""
    found = store.lock_import(tx, UUID(import_id))
    if found.state not in ("waiting", "running"):
        return
    content = Path(store.path_of(tx, found.id)).read_bytes()
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
    chunk = Chunk()
    try:
        with tx.savepoint():
            chunk = _TAKERS[found.kind](tx, found, rows)
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
        tx.defer(run_import, import_id=import_id)
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
    content = Path(store.path_of(tx, found.id)).read_bytes()
    bad = {fault.number for fault in store.list_faults(tx, found.id)}
    rows = [row for row in rules.read_rows(content, "customers") if row.number not in bad]
    units = business.units_by_code(tx)
    staff = {person.code: person.id for person in business.list_staff(tx)}
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


def _kind(found: Import) -> rules.Kind:
    return next(kind for kind in rules.KINDS if kind == found.kind)


def _take_orders(tx: Tx, found: Import, rows: Sequence[Row]) -> Chunk:
    zone = business.get_merchant(tx).zone
    chunk = Chunk()
    made: list[tuple[int, dict[str, Any]]] = []
    named = [(row, rules.mapped(row, found.mapping)) for row in rows]
    for _, group in groupby(named, lambda item: (item[1].get("unit"), item[1].get("order_no"))):
        lines = list(group)
        missing = [
            f.zh
            for f in rules.FIELDS["orders"]
            if f.is_required and any(f.name not in values for _, values in lines)
        ]
        try:
            if missing:
                raise ValueError(f"缺少 / missing: {', '.join(missing)}")
            made.append((lines[0][0].number, rules.order_event(lines, source=SOURCE, zone=zone)))
        except ValueError as error:
            chunk.faults += [Fault(row.number, "import.bad_row", str(error)) for row, _ in lines]
    return _take_in(tx, chunk, made)


def _take_events(tx: Tx, found: Import, rows: Sequence[Row]) -> Chunk:
    return _take_in(tx, Chunk(), [(row.number, row.values) for row in rows])


def _take_customers(tx: Tx, found: Import, rows: Sequence[Row]) -> Chunk:
    zone = business.get_merchant(tx).zone
    chunk = Chunk()
    made: list[tuple[int, dict[str, Any]]] = []
    for row in rows:
        values = rules.mapped(row, found.mapping)
        identifiers = rules.identifiers_in(row, values)
        if not identifiers:
            chunk.faults.append(
                Fault(row.number, "import.no_identifier", "没有卡号或手机号 / no card or phone")
            )
            continue
        try:
            joined = rules.moment(values["joined_on"], zone) if "joined_on" in values else tx.now
        except ValueError as error:
            chunk.faults.append(Fault(row.number, "import.bad_row", str(error)))
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
        made.append((row.number, event))
    return _take_in(tx, chunk, made)


def _take_in(tx: Tx, chunk: Chunk, made: Sequence[tuple[int, dict[str, Any]]]) -> Chunk:
    """Through the same intake as everybody's events."""
    good: list[tuple[int, EventIn]] = []
    for number, values in made:
        try:
            good.append((number, msgspec.convert(values, EventIn, strict=False)))
        except msgspec.ValidationError as error:
            chunk.faults.append(Fault(number, "event.malformed", str(error)))
    if good:
        intake = events.accept_events(tx, [event for _, event in good])
        chunk.accepted += intake.accepted
        chunk.duplicates += intake.duplicates
        chunk.faults += [
            Fault(good[item.index][0], item.code, item.detail) for item in intake.rejected
        ]
    return chunk


def _each(
    tx: Tx, found: Import, rows: Sequence[Row], save: Callable[[dict[str, str]], None]
) -> Chunk:
    """Rows that stand alone: a bad one is undone and told, the others stay."""
    chunk = Chunk()
    for row in rows:
        try:
            with tx.savepoint():
                save(rules.mapped(row, found.mapping))
            chunk.accepted += 1
        except Refusal as refusal:
            chunk.faults.append(Fault(row.number, refusal.code, refusal.detail()))
        except KeyError as error:
            chunk.faults.append(Fault(row.number, "import.bad_row", f"缺少 / missing: {error}"))
        except ValueError as error:
            chunk.faults.append(Fault(row.number, "import.bad_row", str(error)))
    return chunk


def _take_products(tx: Tx, found: Import, rows: Sequence[Row]) -> Chunk:
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

    return _each(tx, found, rows, save)


def _take_units(tx: Tx, found: Import, rows: Sequence[Row]) -> Chunk:
    def save(values: dict[str, str]) -> None:
        kind: Any = rules.UNIT_KINDS.get(values["kind"], values["kind"])
        if kind not in rules.UNIT_KINDS.values():
            raise ValueError(f"未知类型 / unknown kind: {kind}")
        merchants.add_units(
            tx, [NewUnit(values["code"], values["name"], kind, values.get("parent", "hq"))]
        )

    return _each(tx, found, rows, save)


def _take_staff(tx: Tx, found: Import, rows: Sequence[Row]) -> Chunk:
    def save(values: dict[str, str]) -> None:
        role: Any = rules.ROLES.get(values["role"], values["role"])
        if role not in rules.ROLES.values():
            raise ValueError(f"未知角色 / unknown role: {role}")
        phone = normalise("phone", values["phone"]) if "phone" in values else None
        merchants.add_staff(
            tx,
            [
                NewStaff(
                    values["code"],
                    values["name"],
                    role,
                    values["unit"],
                    values.get("wecom_user"),
                    phone=blind_text("phone", None, phone) if phone else None,
                )
            ],
        )

    return _each(tx, found, rows, save)


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


_TAKERS: dict[str, Callable[[Tx, Import, Sequence[Row]], Chunk]] = {
    "orders": _take_orders,
    "customers": _take_customers,
    "products": _take_products,
    "staff": _take_staff,
    "units": _take_units,
    "events": _take_events,
}
