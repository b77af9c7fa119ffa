"""Fuzzy identity: how well suggestions find the same person, on labelled sets, beside plain Splink.

Each set is a table whose columns are mapped by meaning (`MEANINGS`); nothing here or in
`identity.rules.likeness` knows a set. Both sides see the same fields in the same normal form and are
trained on the set itself, without its labels. The baseline is what Splink's own tutorial does: its
ready-made comparisons, a few exact blocking rules, u by sampling, m by expectation maximisation over
two rules, and clusters as connected components at a probability of 0.95, the tutorial's threshold.

Per set: precision, recall and F1 of the pairs found alike (`*_pair_*`), of the pairs inside the
clusters (`*_linked_*`), and of whole clusters, right only when every record is in its place
(`*_cluster_*`). Sets are read from `HUITOU_DATA_SETS` (`../shared/data`); absent ones are left out.
`HUITOU_FUZZY_SETS` names further Parquet files, separated by commas.
"""

import logging
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import splink.comparison_library as library
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from huitou.benchmark import Asked, Figure, Report
from huitou.identity.rules import records
from huitou.identity.rules.likeness import cluster, find_alike
from huitou.identity.types import Person

FOLDER = Path(os.environ.get("HUITOU_DATA_SETS", Path(__file__).parents[2] / "shared" / "data"))
_WEAK = 1 / 1024
_TUTORIAL_THRESHOLD = 0.95
_BASE_RULES = (
    ("given", "surname"), ("surname", "birth"), ("given", "birth"), ("birth", "postcode"),
    ("surname", "postcode"), ("given", "city"), ("email",), ("phone",), ("number",),
)  # fmt: skip
_CERTAIN = (("given", "surname", "birth"), ("email",), ("number",), ("phone", "surname"))

MEANINGS: dict[str, tuple[str, ...]] = {
    "given": ("given_name", "first_name", "forename", "primary_name_first", "given"),
    "surname": ("surname", "last_name", "family_name", "primary_name_last"),
    "name": ("name", "full_name", "primary_name_full", "primary_name_org", "native_name_full"),
    "birth": ("date_of_birth", "dob", "birth_date", "birthday"),
    "street": ("street_number", "address_1", "address_2", "address", "addr", "addr_full",
               "addr_line1", "street"),
    "city": ("suburb", "city", "addr_city", "town"),
    "postcode": ("postcode", "postal_code", "zip", "zipcode", "addr_postal_code"),
    "phone": ("phone", "phone_number", "mobile", "telephone"),
    "email": ("email", "email_address"),
    "number": ("soc_sec_id", "ssn_number", "passport_number", "national_id_number",
               "drivers_license_number"),
}  # fmt: skip
"""Columns by meaning, in small letters. Parts of a street are joined; of the others the first one
that is filled in counts."""
TRUTHS = ("true_entity", "cluster", "cluster_id", "entity_id", "truth")

Say = Callable[[str], None]
Pairs = set[tuple[int, int]]
Set = tuple[list[Person], list[str]]


def run(asked: Asked) -> Report:
    """Measure every set that is there; the seed is that of the sampling."""
    say, seed = asked.say, asked.seed
    logging.getLogger("splink").setLevel(logging.ERROR)
    figures: dict[str, Figure] = {}
    scale = {"records": 0, "pairs": 0, "seed": seed}
    for name, (people, truth) in sets(say).items():
        say(f"{name}: {len(people)} records")
        started = time.monotonic()
        scored = find_alike(people, least=_WEAK, seed=seed)
        ours = _figures(
            {(each.one, each.other) for each in scored if each.probability >= 0.5},
            cluster(scored, range(len(people))),
            truth,
        )
        took = time.monotonic() - started
        started = time.monotonic()
        plain = plain_pairs(people, seed)
        theirs = _figures(plain, components(plain, len(people)), truth)
        took_plain = time.monotonic() - started
        figures |= {
            f"{name}_{key}": Figure(
                round(ours[key], 4),
                "share",
                round(theirs[key], 4),
                round(ours[key] / theirs[key], 4) if theirs[key] else None,
            )
            for key in ours
        }
        figures[f"{name}_seconds"] = Figure(
            round(took, 1), "s", round(took_plain, 1), round(took_plain / took, 3)
        )
        scale["records"] += len(people)
        scale["pairs"] += len(true_pairs(truth))
    return Report(figures, scale)


def sets(say: Say) -> dict[str, Set]:
    """The labelled sets that are there, by name."""
    febrl = {f"febrl_{n}": FOLDER / "febrl" / f"dataset{n}.parquet" for n in (1, 2, 3)}
    paths = febrl | {"splink_fake_1000": FOLDER / "splink_fake_1000" / "records.parquet"}
    more = [Path(each) for each in os.environ.get("HUITOU_FUZZY_SETS", "").split(",") if each]
    paths |= {each.stem: each for each in more}
    found: dict[str, Set] = {}
    for name, path in paths.items():
        if path.exists():
            rows = pq.read_table(path).to_pylist()
            found[name] = people_of(rows), truth_of(rows)
        else:
            say(f"{name}: data absent: {path}")
    senzing = FOLDER / "senzing_truthset"
    if senzing.exists():
        rows = _senzing(senzing)
        found["senzing_truthset"] = people_of(rows), truth_of(rows)
    else:
        say(f"senzing_truthset: data absent: {senzing}")
    return found


def people_of(rows: Sequence[dict[str, Any]]) -> list[Person]:
    """Records as people, columns by meaning; a record's place is its id."""
    return [_person(place, row) for place, row in enumerate(rows)]


def truth_of(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Who each record is of."""
    lower = [{key.lower(): value for key, value in row.items()} for row in rows]
    column = next(each for each in TRUTHS if each in lower[0])
    return [str(row[column]) for row in lower]


def true_pairs(truth: Sequence[str]) -> Pairs:
    return within(_groups(truth))


def within(groups: Iterable[Sequence[int]]) -> Pairs:
    """All pairs inside groups."""
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def components(pairs: Pairs, count: int) -> list[list[int]]:
    """Connected components."""
    of = list(range(count))

    def top(each: int) -> int:
        while of[each] != each:
            of[each] = of[of[each]]
            each = of[each]
        return each

    for one, other in pairs:
        of[top(one)] = top(other)
    return _groups([top(each) for each in range(count)])


def plain_pairs(people: Sequence[Person], seed: int) -> Pairs:
    """What Splink finds when it is set up as its tutorial says, without adjustment to anything."""
    found = records.in_one_form(people)
    has = {field for field in records.FIELDS if sum(row[field] is not None for row in found) > 1}
    comparisons = {
        "given": library.NameComparison("given"),
        "surname": library.NameComparison("surname"),
        "birth": library.DateOfBirthComparison(
            "birth", input_is_string=True, datetime_format="%Y%m%d"
        ),
        "street": library.JaroWinklerAtThresholds("street", [0.9, 0.7]),
        "city": library.ExactMatch("city").configure(term_frequency_adjustments=True),
        "postcode": library.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        "phone": library.ExactMatch("phone"),
        "email": library.EmailComparison("email"),
        "number": library.LevenshteinAtThresholds("number", [1, 2]),
    }
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[each for field, each in comparisons.items() if field in has],
        blocking_rules_to_generate_predictions=[
            block_on(*rule) for rule in _BASE_RULES if set(rule) <= has
        ],
    )
    with duckdb.connect() as connection:
        api = DuckDBAPI(connection)
        linker = Linker(api.register(pa.Table.from_pylist(found)), settings, log_level=None)
        certain: list[Any] = [block_on(*rule) for rule in _CERTAIN if set(rule) <= has]
        linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=seed)
        for rule in (("given", "surname"), ("birth",)):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
        scored = linker.inference.predict(
            threshold_match_probability=_TUTORIAL_THRESHOLD, warning_mode="never"
        )
        rows = connection.table(scored.physical_name).project("unique_id_l, unique_id_r").fetchall()
    return {(min(pair), max(pair)) for pair in rows}


def _figures(
    pairs: Pairs, groups: Sequence[Sequence[int]], truth: Sequence[str]
) -> dict[str, float]:
    right = true_pairs(truth)
    whole = {frozenset(group) for group in _groups(truth)}
    return {
        **_scores("pair", pairs, right),
        **_scores("linked", within(groups), right),
        **_scores("cluster", {frozenset(group) for group in groups}, whole),
    }


def _scores(name: str, found: set[Any], right: set[Any]) -> dict[str, float]:
    hits = len(found & right)
    precision = hits / len(found) if found else 1.0
    recall = hits / len(right) if right else 1.0
    both = precision + recall
    return {
        f"{name}_precision": precision,
        f"{name}_recall": recall,
        f"{name}_f1": 2 * precision * recall / both if both else 0.0,
    }


def _groups(labels: Sequence[object]) -> list[list[int]]:
    found: dict[object, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        found[label].append(place)
    return list(found.values())


def _person(place: int, row: dict[str, Any]) -> Person:
    lower = {key.lower(): str(value) for key, value in row.items() if value not in (None, "")}
    filled = {
        meaning: [lower[column] for column in columns if column in lower]
        for meaning, columns in MEANINGS.items()
    }
    fields = {meaning: values[0] if values else None for meaning, values in filled.items()}
    fields["street"] = " ".join(filled["street"]) or None
    return Person(place, **fields)


def _senzing(folder: Path) -> list[dict[str, Any]]:
    """Three tables of records, and a key that says who each is."""
    key = {
        (row["DATA_SOURCE"], row["RECORD_ID"]): row["CLUSTER_ID"]
        for row in pq.read_table(folder / "actual_truthset_key.parquet").to_pylist()
    }
    found = []
    for name in ("customers", "reference", "watchlist"):
        for row in pq.read_table(folder / f"{name}.parquet").to_pylist():
            truth = key.get((row["DATA_SOURCE"], row["RECORD_ID"]))
            if truth is not None:
                found.append({**row, "truth": truth})
    return found
