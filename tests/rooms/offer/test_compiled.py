"""The same lines, compiled."""

import os
import subprocess
import sys

from huitou.base import compiling


def test_nothing_is_compiled_here() -> None:
    assert not compiling.IS_COMPILED


def test_compiled_it_finds_the_same() -> None:
    asked = ["--count", "60", "--seed", "3", "--processes", "1"]
    told = subprocess.run(
        [sys.executable, "-m", "tests.rooms.offer.compare", *asked],
        env=os.environ | {compiling.SWITCH: "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert " 0 differ" in told.stdout
