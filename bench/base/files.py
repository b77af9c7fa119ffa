"""The files of a base on the disk: how big, in the page cache or not, gone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path


def pg_home(folder: Path) -> Path:
    """Where the database of a data folder lives: there, or where its user may enter."""
    location = folder / "pg" / "location"
    return Path(location.read_text().strip()) if location.exists() else folder / "pg"


def size_of(folder: Path) -> int:
    """Bytes on the disk, its database's too."""
    return sum(path.lstat().st_blocks * 512 for path in _all(folder))


def remove(folder: Path) -> None:
    """The folder and its database."""
    shutil.rmtree(pg_home(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def warm(folder: Path) -> None:
    """Read the database's tables into the page cache, smallest first, up to half the memory: all of
    a small base, of a big one everything but the biggest tables."""
    left = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    for path in sorted(_tables(folder), key=lambda path: path.stat().st_size):
        left -= path.stat().st_size
        if left < 0:
            return
        with path.open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass


def cool(folder: Path) -> None:
    """Let the page cache forget the database's tables; nobody else's files."""
    os.sync()
    for path in _tables(folder):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _all(folder: Path) -> Iterator[Path]:
    home = pg_home(folder)
    for place in (folder, home) if home.parent != folder else (folder,):
        yield from (path for path in place.rglob("*") if not path.is_symlink())


def _tables(folder: Path) -> list[Path]:
    data = pg_home(folder) / "cluster" / "base"
    return [path for path in data.rglob("*") if path.is_file()]
