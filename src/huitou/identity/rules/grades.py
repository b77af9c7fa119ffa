"""How far an identifier is believed, by its kind and channel (`protocols.md` §7) and the rule."""

from collections.abc import Iterable

from huitou.identity.types import Grade, Policy

TYPED = frozenset({"phone", "email"})
"""Kinds that are a hint until verified: anybody can type anybody's."""
STABLE = frozenset({"unionid", "card"})
KINDS = TYPED | STABLE | {"openid", "external_userid", "ouid"}
"""Kinds a rule may grade."""


def grade_of(policy: Policy, kind: str, scope: str, is_verified: bool) -> Grade:
    """The grade of an identifier in an event, as the merchant's rule has it."""
    told = policy.grades.get(f"{kind}@{scope}", policy.grades.get(kind))
    if kind not in TYPED:
        return told or ("A" if kind in STABLE else "B")
    if not is_verified or (kind == "phone" and not policy.verified_phone_merges):
        return "C"
    return told or "A"


def connecting(policy: Policy, kinds: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Grade]:
    """Of these kinds and scopes, those that connect whether verified or not, with their grades."""
    graded = {each: grade_of(policy, *each, False) for each in kinds if each[0] not in TYPED}
    return {each: grade for each, grade in graded.items() if grade != "C"}
