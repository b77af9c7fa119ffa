"""The files of a base on the disk: how big, in the page cache or not, gone."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def pg_home(folder: Path) -> Path:
    """Where the database of a data folder lives: there, or where its user may enter."""
    location = folder / "pg" / "location"
    return Path(location.read_text().strip()) if location.exists() else folder / "pg"


def size_of(folder: Path) -> int:
    """Bytes on the disk, its database's too."""
    return sum(_blocks(path) * 512 for path in _all(folder))


def remove(folder: Path) -> None:
    """The folder and its database."""
    shutil.rmtree(pg_home(folder), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def warm(folder: Path) -> None:
    """Read the database's tables into the page cache, smallest first, up to half the memory: all of
    a small base, of a big one everything but the biggest tables."""
    left = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    for size, path in sorted(_tables(folder)):
        left -= size
        if left < 0:
            return
        with suppress(FileNotFoundError), path.open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass


def cool(folder: Path) -> None:
    """Let the page cache forget the database's tables; nobody else's files."""
    os.sync()
    for _, path in _tables(folder):
        with suppress(FileNotFoundError), path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _all(folder: Path) -> Iterator[Path]:
    home = pg_home(folder)
    for place in (folder, home) if home.parent != folder else (folder,):
        yield from (path for path in place.rglob("*") if not path.is_symlink())


def _tables(folder: Path) -> Iterator[tuple[int, Path]]:
    """With their sizes. A running server removes files at any moment."""
    for path in (pg_home(folder) / "cluster" / "base").rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                yield path.stat().st_size, path


def _blocks(path: Path) -> int:
    try:
        return path.lstat().st_blocks
    except FileNotFoundError:
        return 0
