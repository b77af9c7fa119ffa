"""How fields are compared: levels from the closest to the farthest, with the m to begin from.

Levels are tried in order; each has a code, a condition over the two records (`_l`, `_r`), and the share of
true pairs expected there. The codes are told in words by `words`.
"""

from typing import Any

Level = dict[str, Any]


def _unknown(column: str) -> Level:
    return {
        "sql_condition": f"{column}_l IS NULL OR {column}_r IS NULL",
        "is_null_level": True,
        "label_for_charts": "unknown",
    }


def _level(code: str, m: float, condition: str, *, rare: str | None = None) -> Level:
    """`rare`: the column whose rare values weigh more."""
    level: Level = {"sql_condition": condition, "label_for_charts": code, "m_probability": m}
    if rare is not None:
        level |= {"tf_adjustment_column": rare, "tf_minimum_u_value": 0.0005}
    return level


def _same(column: str, m: float, *, is_rare: bool = True) -> Level:
    return _level("same", m, f"{column}_l = {column}_r", rare=column if is_rare else None)


def _near(column: str, m: float) -> Level:
    """A slip of the pen; of two letters none is a slip."""
    return _level(
        "near",
        m,
        f"len({column}_l) > 2 AND len({column}_r) > 2"
        f" AND (jaro_winkler_similarity({column}_l, {column}_r) >= 0.88"
        f" OR damerau_levenshtein({column}_l, {column}_r) <= 1)",
    )


def _one_off(column: str, m: float, *, code: str = "near", slips: int = 1) -> Level:
    return _level(code, m, f"damerau_levenshtein({column}_l, {column}_r) <= {slips}")


def _overlap(code: str, m: float, share: float) -> Level:
    """Jaccard's index of the trigrams."""
    return _level(
        code,
        m,
        f"len(list_intersect(grams_l, grams_r))"
        f" >= {share} * len(list_distinct(list_concat(grams_l, grams_r)))",
    )


def _alike(column: str, m: float) -> Level:
    return _level("alike", m, f"jaro_winkler_similarity({column}_l, {column}_r) >= 0.7")


def _other(m: float) -> Level:
    return _level("other", m, "ELSE")


LEVELS: dict[str, list[Level]] = {
    "given": [
        _unknown("given"),
        _same("given", 0.7),
        _level("swapped", 0.03, "given_l = surname_r AND coalesce(surname_l = given_r, true)"),
        _near("given", 0.12),
        _level("short", 0.04, "starts_with(given_l, given_r) OR starts_with(given_r, given_l)"),
        _alike("given", 0.04),
        _other(0.07),
    ],
    "surname": [
        _unknown("surname"),
        _same("surname", 0.75),
        _level("swapped", 0.03, "surname_l = given_r"),
        _near("surname", 0.12),
        _alike("surname", 0.03),
        _other(0.07),
    ],
    "birth": [
        _unknown("birth"),
        _same("birth", 0.8, is_rare=False),
        _one_off("birth", 0.1),
        _level(
            "swapped",
            0.02,
            "left(birth_l, 4) = left(birth_r, 4) AND substr(birth_l, 5, 2) = substr(birth_r, 7, 2)"
            " AND substr(birth_l, 7, 2) = substr(birth_r, 5, 2)",
        ),
        _one_off("birth", 0.03, code="alike", slips=2),
        _other(0.05),
    ],
    "month": [_unknown("month"), _same("month", 0.95, is_rare=False), _other(0.05)],
    "gender": [_unknown("gender"), _same("gender", 0.98, is_rare=False), _other(0.02)],
    "street": [
        _unknown("grams"),
        _level("same", 0.5, "street_l = street_r"),
        _overlap("near", 0.25, 0.6),
        _overlap("alike", 0.1, 0.3),
        _other(0.15),
    ],
    "city": [_unknown("city"), _same("city", 0.7), _near("city", 0.12), _other(0.18)],
    "postcode": [
        _unknown("postcode"),
        _same("postcode", 0.75),
        _one_off("postcode", 0.1),
        _other(0.15),
    ],
    "home": [_unknown("home"), _same("home", 0.6), _other(0.4)],
    "phone": [
        _unknown("phone"),
        _same("phone", 0.6),
        _one_off("phone", 0.05),
        _level("tail", 0.05, "right(phone_l, 4) = right(phone_r, 4)"),
        _other(0.3),
    ],
    "email": [
        _unknown("email"),
        _same("email", 0.6),
        _level("user", 0.1, "email_user_l = email_user_r", rare="email_user"),
        _level(
            "near",
            0.15,
            "jaro_winkler_similarity(email_l, email_r) >= 0.9"
            " OR damerau_levenshtein(email_l, email_r) <= 2",
        ),
        _other(0.15),
    ],
    "number": [_unknown("number"), _same("number", 0.85), _one_off("number", 0.08), _other(0.07)],
}

NEEDS: dict[tuple[str, str], str] = {
    ("given", "swapped"): "surname",
    ("surname", "swapped"): "given",
}
"""Levels that look at another field too."""
