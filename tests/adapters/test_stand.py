"""`huitou simulate`: each simulator alone, on a port of its own, keeping its state where told."""

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from huitou.simulators.stand import KINDS
from tests.adapters.sms_world import free_port
from tests.adapters.wecom.serving import eventually

PATHS = {"wecom": "/sim/", "sms": "/sim/settings", "wechat": "/sim/", "gateway": "/sim/"}


def _is_up(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=5, trust_env=False).is_success
    except httpx2.HTTPError:
        return False


@pytest.mark.parametrize("kind", KINDS)
def test_each_simulator_stands_alone(kind: str, tmp_path: Path) -> None:
    port, state = free_port(), tmp_path / "deep" / "state.sqlite"
    huitou = Path(sys.executable).with_name("huitou")
    command = [huitou, "simulate", kind, "--port", str(port)]
    process = subprocess.Popen(
        [*map(str, command), "--state", str(state)], stdout=subprocess.DEVNULL
    )
    try:
        eventually(lambda: _is_up(f"http://127.0.0.1:{port}{PATHS[kind]}"), seconds=60)
        assert state.exists()
        moved = httpx2.post(f"http://127.0.0.1:{port}/sim/clock", json={"seconds": 60}, timeout=30)
        assert moved.is_success
    finally:
        process.terminate()
        process.wait(30)
