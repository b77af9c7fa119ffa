"""Loops over numbers: as they are, or compiled by numba (the extra `fast`) once somebody asked for it.

Compiling takes a minute, so nothing is compiled by the way: `huitou offers compile` does it, and says so in the cache.

What is compiled takes and gives numbers, and lists of them that were made here (`ints`, `floats`, `zero_ints`, `zero_floats`).
"""

import os
from array import array
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TypeVar, cast, get_type_hints

Function = TypeVar("Function", bound=Callable[..., Any])
SWITCH = "HUITOU_COMPILED"
"""This variable of the environment, set to 0, leaves everything as it is, and to 1 compiles what is not yet."""
_READY = "ready"


def mark_ready() -> None:
    """Say that everything is compiled: from now on processes take it."""
    (Path(os.environ["NUMBA_CACHE_DIR"]) / _READY).touch()


def _cache() -> Path:
    """Where compiled code is kept: a folder for these very sources, because numba looks only at the file of a
    function, not at those of what it calls, nor at how much LLVM was to do."""
    package = Path(__file__).parents[1]
    told = sorted(
        (str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in package.rglob("*.py")
    )
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    made_of = repr((told, os.environ.get("NUMBA_OPT")))
    return home / "huitou" / sha256(made_of.encode()).hexdigest()[:16]


def _made(cache: Path) -> Path:
    """The folder, or one for this process alone where there is no writing."""
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return Path(mkdtemp(prefix="huitou-"))
    return cache


try:
    told = os.environ.get(SWITCH)
    if told == "0" or find_spec("numba") is None:
        raise ImportError
    cache = _cache()
    if not told and not (cache / _READY).exists():
        raise ImportError
    os.environ["NUMBA_CACHE_DIR"] = str(_made(cache))
    # There is nothing here for vectors.
    os.environ |= {"NUMBA_LOOP_VECTORIZE": "0", "NUMBA_SLP_VECTORIZE": "0"}
    import numba

    from huitou.base import columns
except ImportError:
    IS_COMPILED = False

    def fast(function: Function) -> Function:
        """As it is."""
        return function

    inner = inlined = fast

    def ints(values: Sequence[int]) -> list[int]:
        """A list."""
        return list(values)

    def floats(values: Sequence[float]) -> list[float]:
        """A list."""
        return list(values)

    def zero_ints(count: int) -> list[int]:
        """Zeros, one at least."""
        return [0] * max(1, count)

    def zero_floats(count: int) -> list[float]:
        """Zeros, one at least."""
        return [0.0] * max(1, count)

else:
    IS_COMPILED = True
    # Nothing is allocated, so no references are counted: that took ten times as long as all the rest.
    _HOW: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}

    _ZERO_INT, _ZERO_FLOAT = array("q", [0]), array("d", [0])

    _TYPES: dict[Any, Any] = {
        int: numba.int64,
        float: numba.float64,
        bool: numba.boolean,
        list[int]: columns.COLUMNS["q"],
        list[float]: columns.COLUMNS["d"],
    }

    def _type_of(told: Any) -> Any:
        if told not in _TYPES:
            fields = tuple((name, _type_of(own)) for name, own in get_type_hints(told).items())
            _TYPES[told] = columns.pack_of(told, fields)
        return _TYPES[told]

    def _compiled(function: Function, **how: Any) -> Function:
        # Left to itself numba compiles again for every constant that is handed over.
        told = get_type_hints(function)
        told.pop("return")
        types = tuple(_type_of(each) for each in told.values())
        return cast(Function, numba.njit([types], **_HOW, **how)(function))

    def fast(function: Function) -> Function:
        """Compiled for the types that it says, and kept for the next process. What it calls stands before it."""
        return _compiled(function)

    def inner(function: Function) -> Function:
        """The same for what only compiled code calls: to take tables from Python apart is most of a small function's code."""
        return _compiled(function, no_cpython_wrapper=True)

    def inlined(function: Function) -> Function:
        """Compiled into whoever calls it: a call hands over every table there is."""
        return cast(Function, numba.njit(**_HOW, inline="always")(function))

    def ints(values: Sequence[int]) -> list[int]:
        """An array."""
        return cast(list[int], array("q", values))

    def floats(values: Sequence[float]) -> list[float]:
        """An array."""
        return cast(list[float], array("d", values))

    def zero_ints(count: int) -> list[int]:
        """Zeros, one at least."""
        return cast(list[int], _ZERO_INT * max(1, count))

    def zero_floats(count: int) -> list[float]:
        """Zeros, one at least."""
        return cast(list[float], _ZERO_FLOAT * max(1, count))
