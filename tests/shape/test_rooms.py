"""The house rules that a type checker does not see: who knows whom, who decides, who writes where."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huitou.wiring import ROOMS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "huitou"
OPEN_TO_OTHERS = {"types", "reads", "actions"}
FILES = {
    "__init__",
    "types",
    "rules",
    "store",
    "reads",
    "actions",
    "http",
    "jobs",
    "warehouse",
    "metrics",  # of insight: the definitions of numbers
}
PURE = {"rules", "types"}
CLOCKS = re.compile(r"datetime\.now\(|datetime\.utcnow\(|date\.today\(|time\.time\(")
NOW_IN_SQL = re.compile(r"\b(now\(\)|current_timestamp|clock_timestamp\(\))", re.IGNORECASE)


def modules(room: str) -> Iterator[Path]:
    yield from sorted((SOURCE / room).rglob("*.py"))


def part_of(path: Path, room: str) -> str:
    """`order/store/lines.py` → `store`."""
    return path.relative_to(SOURCE / room).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of everything imported from us."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("huitou"):
            for alias in node.names:
                yield node.module or "", alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("huitou"):
                    yield alias.name, ""


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_calls_down_and_through_the_front(room: str) -> None:
    lower = set(ROOMS[: ROOMS.index(room)])
    for path in modules(room):
        for module, name in imports_of(path):
            parts = [*module.split("."), name][1:]
            other = parts[0]
            if other in (room, "kernel", "base"):
                continue
            assert other in lower, f"{path.relative_to(ROOT)} imports {module}: not a lower room"
            assert parts[1] in OPEN_TO_OTHERS, f"{path.relative_to(ROOT)} reaches into {module}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_the_files_every_room_has(room: str) -> None:
    charter = SOURCE / room / "__init__.py"
    body = ast.parse(charter.read_text(encoding="utf-8")).body
    assert len(body) == 1, f"{room}/__init__.py is the charter, prose only"
    assert ast.get_docstring(ast.parse(charter.read_text(encoding="utf-8")))
    for entry in (SOURCE / room).iterdir():
        if entry.name == "__pycache__" or entry.suffix in {".html", ".css", ".js", ".svg"}:
            continue
        if entry.is_dir() and not any(entry.rglob("*.py")):
            continue
        assert entry.stem in FILES, f"{room}/{entry.name} is not a file a room has"


@pytest.mark.parametrize("room", ROOMS)
def test_only_edges_open_transactions_and_read_the_clock(room: str) -> None:
    for path in modules(room):
        text = path.read_text(encoding="utf-8")
        where = path.relative_to(ROOT)
        assert not CLOCKS.search(text), f"{where} reads the clock"
        part = part_of(path, room)
        if part == "http":
            continue
        assert "database.write(" not in text, f"{where} opens a transaction"
        assert "database.read(" not in text, f"{where} opens a transaction"
        assert "except Exception" not in text, f"{where} catches everything"
        assert ".commit()" not in text, f"{where} commits"


@pytest.mark.parametrize("room", ROOMS)
def test_rules_and_types_do_no_work_outside(room: str) -> None:
    forbidden = {"huitou.base.db", "psycopg", "httpx2", "random", "os", "socket", "subprocess"}
    for path in modules(room):
        if part_of(path, room) not in PURE:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                composes_sql = node.module == "psycopg" and [a.name for a in node.names] == ["sql"]
                names = [] if composes_sql else [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                allowed = name == "huitou.base.db" and part_of(path, room) == "types"
                assert allowed or name not in forbidden, f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("room", ROOMS)
def test_sql_is_given_the_time(room: str) -> None:
    for path in modules(room):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                if "SELECT" in text or "UPDATE" in text or "INSERT" in text:
                    assert not NOW_IN_SQL.search(text), (
                        f"{path.relative_to(ROOT)} asks SQL the time"
                    )


WRITES = re.compile(
    r'\b(?:INSERT INTO|UPDATE|DELETE FROM|MERGE INTO)\s+"?([a-z_]+)"?\.(?:"?[a-z_]+"?)'
)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_writes_its_own_schema(room: str) -> None:
    for path in modules(room):
        for schema in WRITES.findall(path.read_text(encoding="utf-8")):
            assert schema in (room, "pg_temp"), f"{path.relative_to(ROOT)} writes {schema}"


def test_migrations_are_numbered_by_room_order() -> None:
    names = sorted(p.stem for p in (SOURCE / "migrations").glob("*.sql"))
    rooms = [name.split("_", 1)[1] for name in names if name.split("_", 1)[1] in ROOMS]
    assert rooms == [room for room in ROOMS if room in rooms]


def test_every_file_and_function_is_short_enough() -> None:
    long_files, long_functions = [], []
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > 400:
            long_files.append(f"{path.relative_to(ROOT)}: {lines}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                start = node.body[0].end_lineno or 0 if ast.get_docstring(node) else node.lineno
                length = (node.end_lineno or 0) - start
                if length > 75:
                    long_functions.append(f"{path.relative_to(ROOT)}:{node.name}: {length}")
    assert not long_files
    assert not long_functions
