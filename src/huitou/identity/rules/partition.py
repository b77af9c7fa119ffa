"""What another rule would change: two ways of grouping the same identifiers, compared."""

from dataclasses import dataclass
from typing import Any

import numpy as np

_EXAMPLES_EACH = 5
Ordinals = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Customers by ordinal. `merged`: groups of today's customers that become one; `split`: today's
    customers that fall apart, with into how many."""

    merges: int
    splits: int
    before: int
    after: int
    merged: list[list[int]]
    split: list[tuple[int, int]]


def compare(before: Ordinals, after: Ordinals) -> Difference:
    """`before[n]` and `after[n]`: whose the n-th identifier is today, and would be.

    A customer counts as merged when another one's identifiers would be with theirs, each group of k as k - 1; as split
    when their own would be with several. O(n log n), no more memory than a few arrays.
    """
    if len(before) == 0:
        return Difference(0, 0, 0, 0, [], [])
    pairs = np.unique(np.stack([after, before], axis=1), axis=0)
    merged = _counts(pairs[:, 0])
    split = _counts(pairs[:, 1])
    groups = [
        [int(old) for old in pairs[pairs[:, 0] == new][:, 1]]
        for new in list(merged)[:_EXAMPLES_EACH]
    ]
    return Difference(
        merges=sum(count - 1 for count in merged.values()),
        splits=len(split),
        before=len(np.unique(before)),
        after=len(np.unique(after)),
        merged=groups,
        split=list(split.items())[:_EXAMPLES_EACH],
    )


def sentences(difference: Difference) -> tuple[str, str]:
    """What the rule would do, in Chinese and in English."""
    shown = len(difference.merged) + len(difference.split)
    if not shown:
        return "这条规则不会改变任何客户", "This rule would change nobody"
    merges, splits = f"{difference.merges:,}", f"{difference.splits:,}"
    return (
        f"这条规则会合并 {merges} 位客户、拆开 {splits} 位；看其中 {shown} 例",
        f"This rule would merge {merges} and split {splits}; see {shown} of them",
    )


def _counts(side: Ordinals) -> dict[int, int]:
    """Those that occur with more than one of the other side, the most first."""
    names, counts = np.unique(side, return_counts=True)
    several = counts > 1
    found = zip(names[several].tolist(), counts[several].tolist(), strict=True)
    return dict(sorted(found, key=lambda each: (-each[1], each[0])))
