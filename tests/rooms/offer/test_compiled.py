"""The same lines, compiled."""

import os
import subprocess
import sys

import pytest

from huitou.base import compiling


def test_nothing_is_compiled_here() -> None:
    assert not compiling.IS_COMPILED


@pytest.mark.timeout(900)
def test_compiled_it_finds_the_same() -> None:
    """Compiling takes half a minute of a processor that has nothing else to do, twice as long with all that LLVM
    would find to make quicker."""
    asked = ["--count", "60", "--seed", "3", "--processes", "1"]
    told = subprocess.run(
        [sys.executable, "-m", "tests.rooms.offer.compare", *asked],
        env=os.environ | {compiling.SWITCH: "1", "NUMBA_OPT": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=850,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert " 0 differ" in told.stdout
