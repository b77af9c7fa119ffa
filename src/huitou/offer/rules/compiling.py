"""The kernel compiled by numba where it is installed (the extra `fast`), as it is elsewhere."""

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from huitou.offer.rules.tables import Ints

Function = TypeVar("Function", bound=Callable[..., Any])
SWITCH = "HUITOU_COMPILED"
"""Set to 0, this variable of the environment leaves the kernel as it is."""

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

    def ints(values: Sequence[int]) -> Ints:
        """A list."""
        return list(values)

    def floats(values: Sequence[float]) -> Any:
        """A list."""
        return list(values)

else:
    IS_COMPILED = True

    def fast(function: Function) -> Function:
        """Compiled when first called, and kept beside the source."""
        compiled: Function = numba.njit(cache=True, nogil=True)(function)
        return compiled

    def ints(values: Sequence[int]) -> Ints:
        """An array of int64."""
        return numpy.array(values, dtype=numpy.int64)

    def floats(values: Sequence[float]) -> Any:
        """An array of float64."""
        return numpy.array(values, dtype=numpy.float64)
