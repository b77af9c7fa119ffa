"""Files from outside over HTTP: look at one, rehearse or import it, follow it, get failures back."""

import csv
import io
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import File, Form, Request, Response, UploadFile

from huitou.base.config import Config
from huitou.base.crypto import MerchantKeys
from huitou.base.db import Database
from huitou.base.http import Asking, NotPermitted, Reading, Router, Writing, needs
from huitou.imports import fields, files, kept, rules, run, store
from huitou.imports.rules import Fault
from huitou.imports.store import Import
from huitou.kernel.errors import Invalid
from huitou.kernel.ids import new_id
from huitou.kernel.page import Page
from huitou.merchant import actions as merchants
from huitou.merchant.rules import PERMISSIONS

router = Router(prefix="/v1", tags=["imports"])
_SAMPLE = 5
_FAULTS = 100
_REASON = "原因 / reason"
_ALSO_NEEDED: dict[fields.Kind, tuple[str, ...]] = {
    "products": ("setting.edit",),
    "units": ("staff.edit",),
    "staff": PERMISSIONS,
}
"""Beyond `import.write`. A file of staff may give any role, so it takes whoever may do all."""


class BadFile(Invalid):
    code = "import.bad_file"
    zh, en = "文件无法读取：{reason}", "The file cannot be read: {reason}"


class BadMapping(Invalid):
    code = "import.bad_mapping"
    zh, en = "还没有对应的必填列：{fields}", "Required columns are not chosen: {fields}"


class BadKind(Invalid):
    code = "import.bad_kind"
    zh, en = "不支持的导入类型", "Unknown kind of import"


class Csv(Response):
    media_type = "text/csv"


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A column we understand."""

    name: str
    title: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Inspected:
    """`mapping` is a guess `{field: header}`, `missing` the required fields it lacks."""

    headers: list[str]
    mapping: dict[str, str]
    missing: list[str]
    sample: list[dict[str, str]]


def _kind(text: str) -> fields.Kind:
    for kind in fields.KINDS:
        if kind == text:
            return kind
    raise BadKind()


def _table(text: str, name: str) -> Csv:
    """To be kept: UTF-8 with the mark by which spreadsheets know it."""
    disposition = f'attachment; filename="{name}.csv"'
    return Csv(("\ufeff" + text).encode(), headers={"Content-Disposition": disposition})


@router.get("/imports/fields")
def list_fields(kind: str, asking: Asking) -> Page[FieldShown]:
    """The columns we understand for a kind of file."""
    return Page(
        [
            FieldShown(
                field.name, field.en if asking.language == "en" else field.zh, field.is_required
            )
            for field in fields.FIELDS[_kind(kind)]
        ]
    )


@router.get("/imports/template.csv", response_class=Csv)
def template(kind: str) -> Csv:
    """An empty table with our headers, ready for a spreadsheet."""
    headers = ",".join(field.zh for field in fields.FIELDS[_kind(kind)])
    return _table(headers + "\r\n", kind)


@router.post("/imports/inspect", dependencies=[needs("import.write")])
def inspect(file: Annotated[UploadFile, File()], kind: Annotated[str, Form()]) -> Inspected:
    """The file's columns, a guess of which is which, and its first rows. Nothing is kept."""
    chosen = _kind(kind)
    try:
        opened = files.open_file(file.file, chosen)
        rows = [row.values for row in islice(opened.rows, _SAMPLE)]
    except rules.Unreadable as error:
        raise BadFile(reason=str(error)) from error
    mapping = fields.guess_mapping(chosen, opened.headers)
    return Inspected(
        headers=opened.headers,
        mapping=mapping,
        missing=[field.name for field in fields.missing_fields(chosen, mapping)],
        sample=rows,
    )


@router.post("/imports", status_code=201, dependencies=[needs("import.write")])
def add_import(
    request: Request,
    asking: Asking,
    file: Annotated[UploadFile, File()],
    kind: Annotated[str, Form()],
    mapping: Annotated[str, Form()] = "",
    dry_run: Annotated[bool, Form()] = False,
) -> Import:
    """Keep a file and start its job; `mapping` is `{field: header}`, guessed when it is left out."""
    config: Config = request.app.state.config
    database: Database = request.app.state.database
    chosen = _kind(kind)
    for permission in _ALSO_NEEDED.get(chosen, ()):
        if permission not in asking.permissions:
            raise NotPermitted(permission=permission)
    import_id = new_id()
    path = config.files / str(asking.merchant) / str(import_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with database.read(asking.merchant) as reading:
        keys = reading.keys
    columns, total = _keep(file, chosen, mapping, path, keys)
    with database.write(asking.merchant, principal=asking.principal) as tx:
        store.add_import(
            tx,
            id=import_id,
            kind=chosen,
            file_name=(file.filename or "file")[:200],
            path=path,
            mapping=columns,
            is_dry_run=dry_run,
            total=total,
        )
        merchants.audit(tx, "import.started", f"import:{import_id}", kind=chosen, dry_run=dry_run)
        tx.defer(run.run_import, import_id=str(import_id), language=asking.language)
        return store.get_import(tx, import_id)


def _keep(
    file: UploadFile, kind: fields.Kind, mapping: str, path: Path, keys: MerchantKeys
) -> tuple[dict[str, str], int]:
    """The columns of the file, and the number of its rows, which lie sealed at `path` now."""
    try:
        given = msgspec.json.decode(mapping, type=dict[str, str] | None) if mapping else None
    except ValueError as error:
        raise BadMapping(fields="JSON") from error
    try:
        opened = files.open_file(file.file, kind)
        columns = given if given is not None else fields.guess_mapping(kind, opened.headers)
        missing = fields.missing_fields(kind, columns)
        if missing:
            raise BadMapping(fields=", ".join(field.zh for field in missing))
        whole = columns.get("order_no") if kind == "orders" else None
        return columns, kept.keep(path, keys, opened.rows, whole=whole)
    except rules.Unreadable as error:
        path.unlink(missing_ok=True)
        raise BadFile(reason=str(error)) from error


@router.get("/imports", dependencies=[needs("import.write")])
def list_imports(tx: Reading) -> Page[Import]:
    """Imports, newest first."""
    return Page(store.list_imports(tx))


@router.get("/imports/{import_id}", dependencies=[needs("import.write")])
def get_import(tx: Reading, import_id: UUID) -> Import:
    """One import and its progress."""
    return store.get_import(tx, import_id)


@router.post("/imports/{import_id}/cancel", dependencies=[needs("import.write")])
def cancel_import(tx: Writing, import_id: UUID) -> Import:
    """Stop after the chunk under way; what is in stays in."""
    store.cancel(tx, import_id)
    return store.get_import(tx, import_id)


@router.get("/imports/{import_id}/errors", dependencies=[needs("import.write")])
def list_faults(tx: Reading, import_id: UUID) -> Page[Fault]:
    """Why rows failed, by their number in the file; the first 100."""
    return Page(store.list_faults(tx, store.get_import(tx, import_id).id, _FAULTS))


@router.get(
    "/imports/{import_id}/errors.csv", response_class=Csv, dependencies=[needs("import.write")]
)
def list_errors(tx: Reading, import_id: UUID) -> Csv:
    """The rows that failed, as they came, with a column of reasons; mend and upload again."""
    at = store.get_place(tx, import_id)
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    faults = store.iter_faults(tx, import_id)
    fault = next(faults, None)
    try:
        for row in kept.read_rows(at.path, tx.keys):
            if fault is None:
                break
            if fault.number != row.number:
                continue
            if writer is None:
                headers = list(dict.fromkeys([*row.values, _REASON]))
                writer = csv.DictWriter(out, headers, extrasaction="ignore")
                writer.writeheader()
            writer.writerow({**row.values, _REASON: f"{fault.detail} ({fault.code})"})
            fault = next(faults, None)
    except kept.Unkept as error:
        raise store.NoImport() from error
    return _table(out.getvalue(), "errors")
