"""Where a merchant's files lie: on this machine's disk, and in a storage that machines share, where
there is one. Files never change once they have their name."""

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import BinaryIO, cast

from pyarrow import fs

from huitou.kernel.ids import new_id

_PIECE = 4 * 2**20
_PROBES = "probes"
_SPARK_SCHEMES = {"s3": "s3a", "gcs": "gs", "abfs": "abfss", "hdfs": "hdfs", "local": "file"}
"""By pyarrow's name of a storage. Source:
https://spark.apache.org/docs/latest/cloud-integration.html"""


class Storage:
    """A folder in whatever pyarrow opens by its URI: `s3://bucket/path?endpoint_override=…`, `gs://…`, `abfss://…`,
    `file:///mnt/…`. Who may in is told by the storage's own variables (`AWS_ACCESS_KEY_ID` …)."""

    def __init__(self, uri: str) -> None:
        """Refuses (ValueError) what is no URI of a storage, and (OSError) where none is."""
        self._system, self._root = fs.FileSystem.from_uri(uri)

    def try_out(self) -> None:
        """Write, read and remove something small. Refuses OSError."""
        name = f"{new_id()}.probe"
        with NamedTemporaryFile() as told, TemporaryFile() as heard:
            told.write(name.encode())
            told.flush()
            self.put(f"{_PROBES}/{name}", Path(told.name))
            self.get(f"{_PROBES}/{name}", cast(BinaryIO, heard))
            self.remove(f"{_PROBES}/{name}")
            heard.seek(0)
            if heard.read() != name.encode():
                raise OSError("what was read is not what was written")

    def put(self, place: str, path: Path) -> None:
        """Keep a file's content; nobody sees it before it is whole, because nobody is told of it."""
        if self._system.type_name == "local":
            self._system.create_dir(str(Path(self._at(place)).parent))
        with path.open("rb") as file, self._system.open_output_stream(self._at(place)) as kept:
            copyfileobj(file, cast(BinaryIO, kept), _PIECE)

    def get(self, place: str, file: BinaryIO) -> None:
        """Write what was kept. Refuses FileNotFoundError."""
        with self._system.open_input_stream(self._at(place)) as kept:
            copyfileobj(cast(BinaryIO, kept), file, _PIECE)

    def remove(self, place: str) -> None:
        with suppress(FileNotFoundError):
            self._system.delete_file(self._at(place))

    def names(self, place: str, before: datetime) -> list[str]:
        """Of the files right under a place, those that are older."""
        under = fs.FileSelector(self._at(place), allow_not_found=True)
        return [
            found.base_name
            for found in self._system.get_file_info(under)
            if found.type == fs.FileType.File and found.mtime.timestamp() < before.timestamp()
        ]

    def url(self, place: str) -> str:
        """As Spark knows it."""
        return f"{_SPARK_SCHEMES[self._system.type_name]}://{self._at(place)}"

    def _at(self, place: str) -> str:
        return f"{self._root.rstrip('/')}/{place}"


class Folder:
    """One merchant's. With a storage, `path` holds what this machine wrote or read of it."""

    def __init__(self, path: Path, storage: Storage | None = None) -> None:
        self.path = path
        self._storage = storage

    def keep(self, name: str) -> None:
        """A file was written: it stays, whatever happens to this machine's power, or to this machine."""
        for place in (self.path / name, self.path):
            descriptor = os.open(place, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        if self._storage is not None:
            self._storage.put(self._place(name), self.path / name)

    def fetch(self, names: Iterable[str]) -> None:
        """Let these files be on this machine. Refuses FileNotFoundError."""
        if self._storage is None:
            return
        for name in names:
            if (self.path / name).exists():
                continue
            self.path.mkdir(parents=True, exist_ok=True)
            coming = self.path / f"{new_id()}.part"
            try:
                with coming.open("wb") as file:
                    self._storage.get(self._place(name), file)
                coming.replace(self.path / name)
            finally:
                coming.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)
        if self._storage is not None:
            self._storage.remove(self._place(name))

    def list_strays(self, listed: Collection[str], before: datetime) -> set[str]:
        """Files older than that which are not listed: a writer's that crashed, or those another machine has
        let go of."""
        found: set[str] = set()
        if self.path.exists():
            found = {
                path.name
                for path in self.path.iterdir()
                if path.is_file() and path.stat().st_mtime < before.timestamp()
            }
        if self._storage is not None:
            found.update(self._storage.names(self.path.name, before))
        return found.difference(listed)

    def url(self, name: str) -> str:
        """Where a cluster finds a file: in the storage, or under the path that it has here."""
        if self._storage is None:
            return (self.path / name).as_uri()
        return self._storage.url(self._place(name))

    def _place(self, name: str) -> str:
        return f"{self.path.name}/{name}"
