"""How well identity resolution did, measured against the households.

Pairwise over identifiers, the usual measure of entity resolution (Hassanzadeh et al., "Framework
for Evaluating Clustering Algorithms in Duplicate Detection", VLDB 2009): of the pairs put into one
cluster, how many belong to one household (precision); of the pairs that belong to one household,
how many were put into one cluster (recall). Pairs are counted from group sizes, never enumerated.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

STRONG = frozenset({"card", "openid", "unionid", "external_userid", "ouid"})


@dataclass(frozen=True, slots=True)
class Score:
    """Shares between 0 and 1, and the numbers of pairs behind them. No pairs at all counts as 1."""

    precision: float
    recall: float
    recall_linkable: float
    predicted_pairs: int
    true_pairs: int
    linkable_pairs: int
    correct_pairs: int


def key(identifier: Mapping[str, Any]) -> str:
    """`kind:value[@scope]`, as in `GET /v1/customers?identifier=`; a phone without +86."""
    scope = identifier.get("scope")
    name = f"{identifier['kind']}:{str(identifier['value']).removeprefix('+86')}"
    return f"{name}@{scope}" if scope else name


def linked(events: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Identifier → component of the graph of what the events prove.

    Two identifiers are joined when they stood in one event and both are strong or verified. An
    unverified phone is a component of its own: nothing joins it, though the truth may know better.
    """
    parents: dict[str, str] = {}
    for event in events:
        first: str | None = None
        for identifier in event["identifiers"]:
            name = key(identifier)
            root = _root(parents, name)
            if identifier["kind"] not in STRONG and not identifier.get("verified"):
                continue
            if first is None:
                first = root
            else:
                parents[root] = first
    return {name: _root(parents, name) for name in list(parents)}


def score(
    predicted: Mapping[str, Hashable],
    truth: Mapping[str, int],
    linked: Mapping[str, str],
) -> Score:
    """Compare clusters (identifier → cluster) with the truth (identifier → household).

    `linked` says which identifiers were emitted so far, and which of them are connected; only
    those of them in `truth` count (a phone of a store or of two households has no one truth). What
    is not in `predicted` is a cluster of its own.
    """
    names = [name for name in linked if name in truth]
    cluster = {name: predicted.get(name, ("alone", name)) for name in names}
    predicted_pairs = _pairs(cluster[name] for name in names)
    true_pairs = _pairs(truth[name] for name in names)
    correct = _pairs((cluster[name], truth[name]) for name in names)
    linkable = _pairs((linked[name], truth[name]) for name in names)
    correct_linkable = _pairs((cluster[name], linked[name], truth[name]) for name in names)
    return Score(
        precision=_share(correct, predicted_pairs),
        recall=_share(correct, true_pairs),
        recall_linkable=_share(correct_linkable, linkable),
        predicted_pairs=predicted_pairs,
        true_pairs=true_pairs,
        linkable_pairs=linkable,
        correct_pairs=correct,
    )


def _pairs(groups: Iterable[Hashable]) -> int:
    return sum(size * (size - 1) // 2 for size in Counter(groups).values())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _root(parents: dict[str, str], name: str) -> str:
    """The representative of a component, halving the path on the way."""
    parents.setdefault(name, name)
    while parents[name] != name:
        parents[name] = parents[parents[name]]
        name = parents[name]
    return name
