"""Who may be the same person: probabilistic linkage by Splink, trained on the base itself.

The model is that of Fellegi and Sunter (1969), as Splink 5 computes it in DuckDB, in memory and
without a network. Ours is the configuration, which knows fields by their meaning and no base:

- Pairs worth comparing share a key (`records.KEYS`); the narrowest keys first, as far as a budget of
  comparisons goes. A base small enough is compared pair by pair.
- Names are also compared swapped, dates with slips and with day and month exchanged, addresses by
  trigrams; that two share a rare value weighs more (term frequencies).
- What strangers share (u) is sampled; what one person's records share (m) is learnt by expectation
  maximisation and drawn to a prior as far as the base is too small to teach it.
- The share of pairs that match is the one the scores themselves add up to (a fixed point).
"""

import logging
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from huitou.identity.rules import records
from huitou.identity.rules.levels import LEVELS, NEEDS
from huitou.identity.types import Compared, Likeness, Person

_PAIRS_MIN, _PAIRS_EACH, _PAIRS_MAX = 1_000_000, 200, 20_000_000
_SAMPLED_PAIRS = 1_000_000
_PRIOR_PAIRS = 200
"""The prior of m counts as much as so many matching pairs."""
_TRAINED_PAIRS_MIN = 100
_SESSIONS_MAX = 3
_SESSIONS = (
    ("given", "surname"), ("birth",), ("surname", "month"), ("surname", "postcode"), ("email",),
    ("phone",), ("number",), ("postcode",), ("surname",),
)  # fmt: skip
"""Fields that pairs are taken to share while the other fields are learnt."""
_LOOSE_BITS = -10
_SURE_BITS = 50.0
_ROUNDS_MAX = 30
_FAR_BITS = -10.0
_CLUSTER_BITS = -2.0

Record = dict[str, Any]


def find_alike(people: Sequence[Person], *, least: float = 0.5, seed: int = 1) -> list[Likeness]:
    """Pairs that are the same person with a probability of at least `least`, likeliest first.

    Takes time in proportion to the pairs compared: at most 200 a record, 20 million in all. `seed`
    is that of the sampling.
    """
    found = records.in_one_form(people)
    fields = [f for f in records.FIELDS if sum(_has(each, f) for each in found) > 1]
    if len(found) < 2 or not fields:
        return []
    logging.getLogger("splink").setLevel(logging.ERROR)
    settings = _settings(fields, _candidates(found, fields), len(found))
    with duckdb.connect() as connection:
        model = _train(connection, found, fields, settings, seed)
    with duckdb.connect() as connection:
        linker = _linker(connection, found, model)
        scored = linker.inference.predict(threshold_match_weight=_LOOSE_BITS, warning_mode="never")
        columns = ["unique_id_l", "unique_id_r", "match_weight", *_evidence_columns(fields)]
        table = connection.table(scored.physical_name).project(", ".join(columns)).to_arrow_table()
    weights = table["match_weight"].to_numpy()
    shift = _shift(weights, len(found))
    likely = table.filter(pa.array(weights + shift >= _bits(least))).to_pylist()
    alike = [_likeness(people, row, fields, shift) for row in likely]
    return sorted(alike, key=lambda each: (-each.bits, each.one, each.other))


def cluster(
    scored: Iterable[Likeness], ids: Iterable[int], *, least: float = 0.5
) -> list[list[int]]:
    """Groups of one person each, by average linkage on the weights.

    Pairs of at least `least` join their groups, the likeliest first, when the mean over all pairs across
    does not speak against it; a pair never scored counts as far apart. So one strong but wrong pair
    does not chain two people together, as it does in connected components.
    """
    weights = {(each.one, each.other): each.bits for each in scored}
    groups = {each: [each] for each in ids}
    of = {each: each for each in groups}
    for (one, other), bits in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0])):
        if _probability(bits) < least:
            break
        left, right = of[one], of[other]
        if left == right:
            continue
        across = [
            max(_FAR_BITS, min(-_FAR_BITS, weights.get((min(a, b), max(a, b)), _FAR_BITS)))
            for a in groups[left]
            for b in groups[right]
        ]
        if sum(across) / len(across) > _CLUSTER_BITS:
            joined = groups.pop(right)
            groups[left] += joined
            of |= dict.fromkeys(joined, left)
    return list(groups.values())


def _has(record: Record, field: str) -> bool:
    return record["grams" if field == "street" else field] is not None


def _candidates(found: list[Record], fields: Sequence[str]) -> list[Any]:
    """Splink's rules for the pairs to compare; adds a column to the records for each key."""
    count = len(found)
    budget = max(_PAIRS_MIN, min(_PAIRS_EACH * count, _PAIRS_MAX))
    if count * (count - 1) // 2 <= budget:
        return ["1 = 1"]
    usable = [parts for parts in records.KEYS if records.fields_of(parts) <= set(fields)]
    columns = [[records.meeting_key(each, parts) for each in found] for parts in usable]
    costs = [
        sum(n * (n - 1) // 2 for n in Counter(k for k in column if k is not None).values())
        for column in columns
    ]
    chosen: list[Any] = []
    spent = 0
    for cost, number in sorted(zip(costs, range(len(costs)), strict=True)):
        spent += cost
        if spent > budget and chosen:
            break
        for each, key in zip(found, columns[number], strict=True):
            each[f"key_{number}"] = key
        chosen.append(block_on(f"key_{number}"))
    return chosen


def _settings(fields: Sequence[str], rules: Sequence[Any], count: int) -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "comparisons": [
            {"output_column_name": field, "comparison_levels": _levels(field, fields)}
            for field in fields
        ],
        "blocking_rules_to_generate_predictions": list(rules),
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": True,
        "em_convergence": 0.001,
        "probability_two_random_records_match": 1 / count,
    }


def _levels(field: str, fields: Sequence[str]) -> list[dict[str, Any]]:
    """The levels of a comparison that these fields allow."""
    return [
        level
        for level in LEVELS[field]
        if NEEDS.get((field, level["label_for_charts"]), field) in fields
    ]


def _linker(
    connection: duckdb.DuckDBPyConnection, found: list[Record], settings: Mapping[str, Any]
) -> Linker:
    api = DuckDBAPI(connection)
    people = api.register(pa.Table.from_pylist(found, schema=_schema(found)))
    return Linker(people, SettingsCreator.from_path_or_dict(dict(settings)), log_level=None)


def _schema(found: list[Record]) -> pa.Schema:
    kinds = {"unique_id": pa.int64(), "grams": pa.list_(pa.string())}
    return pa.schema(
        [
            (name, pa.int64() if name.startswith("key_") else kinds.get(name, pa.string()))
            for name in found[0]
        ]
    )


def _train(
    connection: duckdb.DuckDBPyConnection,
    found: list[Record],
    fields: Sequence[str],
    settings: Mapping[str, Any],
    seed: int,
) -> dict[str, Any]:
    """The settings with m and u learnt from the records."""
    linker = _linker(connection, found, settings)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=_SAMPLED_PAIRS, seed=seed, min_count_per_level=None, num_chunks=1
    )
    for session in _sessions(found, fields):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*session), record_sample_proportion=1.0
        )
    model: dict[str, Any] = linker.misc.save_model_to_json()
    count = len(found)
    for comparison in model["comparisons"]:
        field = comparison["output_column_name"]
        share = sum(_has(each, field) for each in found) / count
        _temper(
            [level for level in comparison["comparison_levels"] if not level.get("is_null_level")],
            [lv["m_probability"] for lv in _levels(field, fields) if "m_probability" in lv],
            learnt_pairs=count / 2 * share * share,
            pairs=max(1.0, share * share * count * (count - 1) / 2),
        )
    return model


def _sessions(found: list[Record], fields: Sequence[str]) -> list[tuple[str, ...]]:
    """Where expectation maximisation has enough to learn from and not too much to read."""
    chosen: list[tuple[str, ...]] = []
    for session in _SESSIONS:
        if not set(session) <= set(fields) or set(session) == set(fields):
            continue
        values = Counter(
            tuple(each[field] for field in session)
            for each in found
            if all(each[field] is not None for field in session)
        )
        pairs = sum(n * (n - 1) // 2 for n in values.values())
        if _TRAINED_PAIRS_MIN <= pairs <= _PAIRS_MIN:
            chosen.append(session)
    return chosen[:_SESSIONS_MAX]


def _temper(
    levels: list[dict[str, Any]], prior: Sequence[float], *, learnt_pairs: float, pairs: float
) -> None:
    """Draw m to the prior by what it was learnt from; u is not below half a pair of those seen."""
    learnt = [
        level["m_probability"] if isinstance(level.get("m_probability"), float) else before
        for level, before in zip(levels, prior, strict=True)
    ]
    total, total_prior = sum(learnt) or 1.0, sum(prior)
    for level, now, before in zip(levels, learnt, prior, strict=True):
        level["m_probability"] = (
            learnt_pairs * now / total + _PRIOR_PAIRS * before / total_prior
        ) / (learnt_pairs + _PRIOR_PAIRS)
        unseen = 0.5 / pairs
        u = level.get("u_probability")
        level["u_probability"] = max(u if isinstance(u, float) else unseen, unseen)


def _evidence_columns(fields: Sequence[str]) -> list[str]:
    rare = [
        f"mw_tf_adj_{field}"
        for field in fields
        if any("tf_adjustment_column" in level for level in _levels(field, fields))
    ]
    return [f"{kind}_{field}" for field in fields for kind in ("gamma", "mw")] + rare


def _shift(weights: "np.ndarray[Any, Any]", count: int) -> float:
    """Bits to add to every weight so that the probabilities add up to the share assumed."""
    pairs = count * (count - 1) / 2
    assumed = _bits(1 / count)
    shift = 0.0
    for _ in range(_ROUNDS_MAX):
        bits = np.clip(weights + shift, -_SURE_BITS, _SURE_BITS)
        matches = float((1 / (1 + np.exp2(-bits))).sum())
        better = _bits(max(min(matches / pairs, 0.5), 1 / (pairs + 1))) - assumed
        if abs(better - shift) < 0.01:
            break
        shift = better
    return shift


def _likeness(
    people: Sequence[Person], row: Record, fields: Sequence[str], shift: float
) -> Likeness:
    compared: list[Compared] = []
    for field in fields:
        value = row[f"gamma_{field}"]
        if value < 0:
            continue
        levels = [lv for lv in _levels(field, fields) if not lv.get("is_null_level")]
        bits = row[f"mw_{field}"] + (row.get(f"mw_tf_adj_{field}") or 0.0)
        code = levels[len(levels) - 1 - value]["label_for_charts"]
        compared.append(Compared(field, code, round(bits, 2)))
    one, other = sorted((people[row["unique_id_l"]].id, people[row["unique_id_r"]].id))
    bits = row["match_weight"] + shift
    return Likeness(one, other, round(bits, 2), _probability(bits), tuple(compared))


def _probability(bits: float) -> float:
    bits = max(-_SURE_BITS, min(_SURE_BITS, bits))
    return float(1 / (1 + 2**-bits))


def _bits(probability: float) -> float:
    return math.log2(probability / (1 - probability))
