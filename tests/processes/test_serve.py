"""The real processes: what is killed comes back, what was acknowledged stays, nothing is left over."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.processes.installation import Installation, phone, until

_TMPFS_MB = 160
_LEFT_BYTES = 24 * 1024**2
"""Room for another segment of the log (16 MB) and for some events."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Outside pytest's own folders, which an unprivileged PostgreSQL may not enter."""
    made = Path(tempfile.mkdtemp(prefix="huitou-serve-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def installation(folder: Path) -> Iterator[Installation]:
    made = Installation(folder / "data")
    try:
        yield made
    finally:
        made.close()


def test_whatever_is_killed_comes_back_and_nothing_acknowledged_is_lost(
    installation: Installation,
) -> None:
    installation.start()
    installation.set_up()
    assert installation.join(range(50)).json()["accepted"] == 50
    installation.await_consumed()
    the_worker_is_killed(installation)
    the_database_is_killed(installation)
    the_supervisor_is_killed(installation)
    one_of_two_workers_is_killed(installation)
    ctrl_c_leaves_nothing(installation)


def the_worker_is_killed(installation: Installation) -> None:
    worker = installation.child("huitou.worker")
    assert installation.join(range(50, 60)).status_code == 202
    os.kill(worker, signal.SIGKILL)
    assert installation.join(range(60, 100)).status_code == 202, "intake does not need it"
    installation.await_consumed()
    assert installation.child("huitou.worker") != worker
    installation.look_around()
    assert all(installation.customer(number) for number in (0, 55, 99))


def the_database_is_killed(installation: Installation) -> None:
    """While events come in: what was acknowledged is there afterwards, the rest may be sent again."""
    acknowledged: set[int] = set()
    os.kill(installation.child("postgres"), signal.SIGKILL)
    for number in range(100, 400):
        try:
            answer = installation.join([number])
        except httpx2.TransportError:
            continue
        if answer.status_code == 202:
            acknowledged.add(number)
        else:
            assert answer.json()["code"] == "database.unavailable", answer.text
            time.sleep(0.1)
        if len(acknowledged) == 20:
            break
    assert len(acknowledged) == 20, "it came back"
    installation.await_ready()
    installation.await_consumed()
    assert all(installation.customer(number) for number in acknowledged)
    again = installation.join(sorted(acknowledged)).json()
    assert again["accepted"] == 0, "nothing acknowledged was lost, nothing is taken twice"


def the_supervisor_is_killed(installation: Installation) -> None:
    assert installation.join(range(500, 520)).status_code == 202
    before = installation.customer(7)
    installation.stop(signal.SIGKILL)
    until(lambda: not installation.left(), "ended", installation.log)
    installation.start("--workers", "2")
    installation.await_consumed()
    assert installation.customer(7) == before
    assert installation.customer(519) is not None


def one_of_two_workers_is_killed(installation: Installation) -> None:
    one, other = installation.all("huitou.worker")
    os.kill(one, signal.SIGKILL)
    assert installation.join(range(520, 540)).status_code == 202
    installation.await_consumed()
    assert all(installation.customer(number) for number in range(520, 540))
    until(lambda: len(installation.all("huitou.worker")) == 2, "two workers", installation.log)
    assert other in installation.all("huitou.worker")


def ctrl_c_leaves_nothing(installation: Installation) -> None:
    assert installation.stop(signal.SIGINT) == 0
    assert installation.left() == set()
    assert not (installation.folder / "run" / "ready").exists()


def test_a_restored_backup_is_the_same_and_the_forgotten_stay_forgotten(
    installation: Installation, folder: Path
) -> None:
    installation.start()
    key = installation.set_up()
    installation.join(range(20))
    installation.await_consumed()
    kept, leaving = installation.customer(3), installation.customer(4)
    assert kept is not None
    assert leaving is not None
    target = folder / "backup.zip"
    done = installation.run("backup", str(target))
    assert done.returncode == 0, done.stderr
    assert installation.http.post(f"/v1/customers/{leaving['id']}/forget").status_code == 200
    until(
        lambda: (installation.folder / "keys" / "forgotten.jsonl").exists(),
        "remembered",
        installation.log,
    )
    doctor_finds_nothing_wrong_but_the_disk(installation)
    installation.stop()

    other = Installation(folder / "other")
    try:
        shutil.copytree(installation.folder / "keys", other.folder / "keys")
        restored = other.run("restore", str(target))
        assert restored.returncode == 0, restored.stderr
        assert "forgotten again: 1" in restored.stdout
        again = other.run("restore", str(target))
        assert again.returncode == 1, "into an empty database only"
        other.start()
        other.use(key)
        other.await_consumed()
        assert other.customer(3) == kept
        assert other.customer(4) is None
        gone = other.http.get(f"/v1/customers/{leaving['id']}").json()
        assert gone["state"] == "forgotten"
        assert phone(4)[-4:] not in str(gone["identifiers"])
    finally:
        other.close()


def doctor_finds_nothing_wrong_but_the_disk(installation: Installation) -> None:
    """Every finding is good on a running installation; a readable key is not."""
    lines = installation.run("doctor").stdout.splitlines()
    bad = [line for line in lines if line.startswith("✗")]
    own_fault = [line for line in bad if "磁盘" not in line and "控制台" not in line]
    assert own_fault == [], lines
    assert any("schema is current" in line for line in lines)
    key = installation.folder / "keys" / "master.key"
    key.chmod(0o644)
    done = installation.run("doctor")
    assert done.returncode == 1
    assert "master key is private" in next(
        line for line in done.stdout.splitlines() if line.startswith("✗") and "密钥" in line
    )
    key.chmod(0o600)


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of our own that is soon full."""
    mounted = folder / "small"
    mounted.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_TMPFS_MB}m", "tmpfs", str(mounted)],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("data absent: tmpfs not permitted")
    mounted.chmod(0o755)
    yield mounted
    subprocess.run(["umount", "-l", str(mounted)], check=True)


def test_a_full_disk_refuses_and_goes_on_when_there_is_room_again(small_disk: Path) -> None:
    installation = Installation(small_disk / "data")
    try:
        installation.start()
        installation.set_up()
        assert installation.join(range(10)).status_code == 202
        ballast = small_disk / "ballast"
        fill(ballast)
        accepted, refusal = send_until_refused(installation)
        assert accepted
        assert refusal.status_code == 503, refusal.text
        assert refusal.json()["code"] == "database.unavailable"
        assert refusal.headers["content-type"] == "application/problem+json"
        ballast.unlink()
        until(lambda: takes(installation), "taking events again", installation.log)
        installation.await_consumed()
        assert installation.customer(5) is not None
        again = installation.join(sorted(accepted)[-500:], padding=190)
        assert again.status_code == 202, again.text
        assert again.json()["accepted"] == 0, "what was acknowledged is there"
        assert installation.stop() == 0
    finally:
        installation.close()


def fill(ballast: Path) -> None:
    """All but a few megabytes: something is still acknowledged before nothing more fits."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65_536)
        except OSError:
            file.truncate(max(file.tell() - _LEFT_BYTES, 0))


def send_until_refused(installation: Installation) -> tuple[set[int], httpx2.Response]:
    accepted: set[int] = set()
    for start in range(1_000, 200_000, 500):
        numbers = range(start, start + 500)
        answer = installation.join(numbers, padding=190)
        if answer.status_code != 202:
            return accepted, answer
        accepted |= set(numbers[:5])
    raise AssertionError("the disk is never full")


def takes(installation: Installation) -> bool:
    try:
        return installation.join([999_999]).status_code == 202
    except httpx2.TransportError:
        return False
