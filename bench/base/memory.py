"""How much memory and processor time processes take (Linux).

Memory is the sum of their proportional set sizes, in which a page that several share is counted
once. Processor time says what work costs on a machine that has other work to do.
"""

import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

_LOOK_SECONDS = 0.5
_LOOK_SHARE = 0.02
"""Of a processor, at most. Where two gigabytes are shared, a look at each process that touched them takes 50 ms."""


class Peak:
    """Looks twice a second, if that is cheap, at this process and everything under the given ones; `mb` is the most."""

    def __init__(self, parents: Iterable[int]) -> None:
        self.mb = 0.0
        self._parents = list(parents)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            began = time.thread_time()
            pids = {os.getpid()}.union(*(descendants(parent) for parent in self._parents))
            self.mb = max(self.mb, sum(map(_resident_mb, pids)))
            took = time.thread_time() - began
            if self._over.wait(max(_LOOK_SECONDS, took / _LOOK_SHARE)):
                return


def cpu_seconds(parent: int) -> float:
    """Of everything under `parent`, of those that ended there too; not of `parent` itself."""
    return sum(map(_used_ticks, descendants(parent) - {parent})) / os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> set[int]:
    """The process and all under it."""
    found = {pid}
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found |= descendants(int(child))
    except OSError:
        return found
    return found


def _resident_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended, or is not ours to look at
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _used_ticks(pid: int) -> int:
    """utime, stime, cutime and cstime of proc(5)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(field) for field in fields[11:15])
