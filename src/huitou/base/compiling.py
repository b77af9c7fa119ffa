"""Loops over numbers, compiled by numba where it is installed (the extra `fast`), as they are elsewhere.

What is compiled takes and gives numbers, and lists of them that `ints` and `floats` made.
"""

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])
SWITCH = "HUITOU_COMPILED"
"""Set to 0, this variable of the environment leaves everything as it is."""

try:
    if os.environ.get(SWITCH) == "0":
        raise ImportError
    import numba
    import numpy
except ImportError:
    IS_COMPILED = False

    def fast(function: Function) -> Function:
        """As it is."""
        return function

    def ints(values: Sequence[int]) -> list[int]:
        """A list."""
        return list(values)

    def floats(values: Sequence[float]) -> list[float]:
        """A list."""
        return list(values)

else:
    IS_COMPILED = True

    def fast(function: Function) -> Function:
        """Compiled when first called, and kept beside the source."""
        return cast(Function, numba.njit(cache=True, nogil=True)(function))

    def ints(values: Sequence[int]) -> list[int]:
        """An array of int64."""
        return cast(list[int], numpy.array(values, dtype=numpy.int64))

    def floats(values: Sequence[float]) -> list[float]:
        """An array of float64."""
        return cast(list[float], numpy.array(values, dtype=numpy.float64))
