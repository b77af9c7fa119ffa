"""What a process is told from outside: the environment, nothing else."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Config:
    """`data` holds the embedded database, keys, logs and files; `database_url` None is embedded,
    `warehouse_engine` None is DuckDB in the process, `warehouse_storage` None this machine's disk."""

    data: Path
    host: str
    port: int
    database_url: str | None = None
    warehouse_engine: str | None = None
    warehouse_storage: str | None = None

    @classmethod
    def from_environment(cls, *, port: int | None = None, data: str | None = None) -> Self:
        """`HUITOU_DATA`, `HUITOU_HOST`, `HUITOU_PORT`, `HUITOU_DATABASE_URL`,
        `HUITOU_WAREHOUSE_ENGINE`, `HUITOU_WAREHOUSE_STORAGE`."""
        return cls(
            data=Path(data or os.environ.get("HUITOU_DATA", "data")).absolute(),
            host=os.environ.get("HUITOU_HOST", "127.0.0.1"),
            port=port or int(os.environ.get("HUITOU_PORT", "8000")),
            database_url=os.environ.get("HUITOU_DATABASE_URL") or None,
            warehouse_engine=os.environ.get("HUITOU_WAREHOUSE_ENGINE") or None,
            warehouse_storage=os.environ.get("HUITOU_WAREHOUSE_STORAGE") or None,
        )

    @property
    def url(self) -> str:
        """Where people reach it on this machine."""
        return f"http://{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}"  # noqa: S104

    @property
    def master_key(self) -> Path:
        """Kept apart from the database and its backups."""
        return self.data / "keys" / "master.key"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def files(self) -> Path:
        """Uploaded files, until they are imported."""
        return self.data / "files"

    @property
    def warehouse(self) -> Path:
        """The columnar copy."""
        return self.data / "warehouse"

    @property
    def ready(self) -> Path:
        """Exists while everything that belongs to the start is done."""
        return self.data / "run" / "ready"
