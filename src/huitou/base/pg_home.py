"""Where an embedded cluster lives, and as whom it runs.

The home is the data folder itself wherever the server's user can reach it. PostgreSQL refuses to
run as root, so under root the server runs as `nobody` (or as whoever owns the existing cluster). If
a parent folder is closed to that user, as `/root` is, the home is a folder of ours in `/var/lib`,
named in the data folder's `location` file. No parent folder is ever changed. Of the home, only the
cluster and the socket folder belong to the server's user, both closed to others.
"""

import fcntl
import logging
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from huitou.kernel.errors import Conflict, Unavailable

FALLBACK = Path("/var/lib")  # not /var/tmp: some systems remove old files there one by one
SHORT = Path("/tmp")  # noqa: S108 (a fresh 0700 folder is made in it)
SOCKET_PATH_MAX = 100  # sun_path holds 107 bytes on Linux, 103 on macOS
OURS = frozenset({"cluster", "cluster.new", "location", "supervisor.lock", "socket", "server"})

log = logging.getLogger(__name__)


class FolderInUse(Conflict):
    """Another supervisor holds this folder."""

    code = "pg.in_use"
    zh = "数据目录 {folder} 正被另一个进程使用（进程号 {pid}），请先停止它"
    en = "The data folder {folder} is in use by another process (pid {pid}); stop that first"


class FolderNotOurs(Conflict):
    """The folder holds something else: under root we would open it to the server's user."""

    code = "pg.not_ours"
    zh = "目录 {folder} 不是空目录，也不是回头的数据库目录，请换一个"
    en = "The folder {folder} is neither empty nor a Huitou database folder; choose another"


class FolderUnusable(Unavailable):
    """The server's user cannot use this folder."""

    code = "pg.unusable"
    zh = "用户 {user} 无法使用目录 {folder}：{reason}"
    en = "The user {user} cannot use the folder {folder}: {reason}"


@dataclass(frozen=True, slots=True)
class Runner:
    """The system user the server runs as."""

    uid: int
    gid: int


def lock(folder: Path) -> IO[str]:
    """Hold `folder` until the file is closed or this process ends. Refuses: FolderInUse."""
    file = (folder / "supervisor.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        pid = file.read().strip()
        file.close()
        raise FolderInUse(folder=folder, pid=pid or "?") from None
    file.seek(0)
    file.truncate()
    file.write(str(os.getpid()))
    file.flush()
    return file


def prepare(data_dir: Path) -> None:
    """Make the data folder, private to us. Refuses: FolderNotOurs, FolderUnusable."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        names = {entry.name for entry in data_dir.iterdir()}
    except OSError as error:
        raise FolderUnusable(user=os.geteuid(), folder=data_dir, reason=error.strerror) from None
    if names and not names & OURS:
        raise FolderNotOurs(folder=data_dir)


def settle(data_dir: Path) -> tuple[Path, Runner]:
    """The cluster's home and the user to run it; call it holding the data folder's lock.

    Refuses: FolderUnusable.
    """
    location = data_dir / "location"
    home = Path(location.read_text().strip()) if location.is_file() else data_dir
    runner = _runner(home)
    if not home.is_dir():
        raise FolderUnusable(
            user=runner.uid, folder=home, reason=f"missing, but {location} names it"
        )
    if _open_to(home, runner):
        return home, runner
    if home == data_dir and not (home / "cluster").exists():
        home = Path(tempfile.mkdtemp(prefix="huitou-", dir=FALLBACK))
        if _open_to(home, runner):
            location.write_text(f"{home}\n")
            log.warning("%s is closed to the database's user: it lives in %s", data_dir, home)
            return home, runner
    raise FolderUnusable(user=runner.uid, folder=home, reason="closed to this user")


def _runner(home: Path) -> Runner:
    if os.geteuid() != 0:
        return Runner(os.geteuid(), os.getegid())
    cluster = home / "cluster"
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Runner(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Runner(65534, 65534)
    return Runner(nobody.pw_uid, nobody.pw_gid)


def _open_to(folder: Path, runner: Runner) -> bool:
    """Let the runner pass through our own folder; false when they cannot get that far."""
    if os.geteuid() != 0:
        return True
    mode = stat.S_IMODE(folder.stat().st_mode)
    folder.chmod(mode | 0o711)
    if may_enter(folder, runner):
        return True
    folder.chmod(mode)
    return False


def private_folder(folder: Path, runner: Runner) -> Path:
    """Make `folder` of mode 0700 for the runner, where missing. Refuses: FolderUnusable."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, runner.uid, runner.gid)
    except OSError as error:
        raise FolderUnusable(user=runner.uid, folder=folder, reason=error.strerror) from None
    return folder


def may_enter(folder: Path, runner: Runner) -> bool:
    """Whether that user can reach `folder` through all its parents (asked of the system: ACLs)."""
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd -P -- "$1"', "sh", str(folder)],
        user=runner.uid if os.geteuid() == 0 else None,
        group=runner.gid if os.geteuid() == 0 else None,
        extra_groups=[] if os.geteuid() == 0 else None,
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=False,
    )
    return tried.returncode == 0


def socket_folder(home: Path, runner: Runner, port: int) -> Path:
    """A folder of mode 0700 for the Unix socket, short enough for one; the same at each start."""
    inside = home / "socket"
    if _fits(inside, port):
        return private_folder(inside, runner)
    note = home / "socket_location"
    if note.is_file() and _is_private(kept := Path(note.read_text().strip()), runner):
        return kept
    made = private_folder(Path(tempfile.mkdtemp(prefix="huitou-", dir=SHORT)), runner)
    note.write_text(f"{made}\n")
    return made


def _fits(folder: Path, port: int) -> bool:
    name = os.fsencode(folder / f".s.PGSQL.{port}")
    # The server takes a list of folders and libpq a list of hosts, both split at commas.
    return len(name) <= SOCKET_PATH_MAX and not set(',"') & set(str(folder))


def _is_private(folder: Path, runner: Runner) -> bool:
    try:
        found = folder.lstat()
    except OSError:  # the system cleared /tmp
        return False
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
    return private and found.st_uid == runner.uid
