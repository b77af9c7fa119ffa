"""Other shop systems' own test cases, judged under their profiles."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

import msgspec

from huitou.offer.rules.profiles import cases_lunar, cases_oscar, cases_solidus, cases_sylius
from huitou.offer.rules.profiles.amounts import Got, expected_of
from huitou.offer.types.profiles.cases import Case, CaseRefused, Outcome, Vendor, Verdict

KINDS: dict[str, tuple[Vendor, Callable[[Case], Got]]] = {
    "cart_promotion": ("sylius", cases_sylius.cart_promotion),
    "coupon_lifecycle": ("sylius", cases_sylius.coupon_lifecycle),
    "coupon_usage_count": ("sylius", cases_sylius.coupon_usage_count),
    "promotion_window": ("sylius", cases_sylius.promotion_window),
    "segment_rule": ("sylius", cases_sylius.segment_rule),
    "price_floor_split": ("sylius", cases_sylius.floored),
    "stacking_with_sale_price": ("sylius", cases_sylius.floored),
    "offer": ("oscar", cases_oscar.offer),
    "calculator": ("solidus", cases_solidus.calculator),
    "buy_x_get_y_qty": ("lunar", cases_lunar.buy_x_get_y_qty),
    "buy_x_get_y_amount": ("lunar", cases_lunar.buy_x_get_y_amount),
    "stacked_discounts": ("lunar", cases_lunar.stacked_discounts),
}
"""What each kind of case is judged by."""
UNKNOWN = "unknown"


def judge(line: str | bytes) -> Verdict:
    """One line of a file of cases. What cannot be read or is not known is a verdict too, never an error."""
    try:
        case = msgspec.json.decode(line, type=Case)
    except msgspec.MsgspecError as problem:
        return Verdict(_id_of(line), "", None, "refused", why=str(problem))
    vendor, work_out = KINDS.get(case.kind, (None, None))
    if work_out is None:
        return Verdict(case.id, case.kind, None, "refused", why=f"no kind {case.kind}")
    try:
        expected, got = expected_of(case), work_out(case)
        unknown = sorted(_unknown(expected, got))
        if unknown:
            raise CaseRefused(why=f"nothing is known of {', '.join(unknown)}")
    except CaseRefused as refusal:
        return Verdict(case.id, case.kind, vendor, "refused", why=refusal.detail("en"))
    except msgspec.MsgspecError as problem:
        return Verdict(case.id, case.kind, vendor, "refused", why=str(problem))
    asked = {name: got[name] for name in expected}
    outcome: Outcome = "passed" if _agree(expected, asked) else "failed"
    return Verdict(case.id, case.kind, vendor, outcome, expected, asked)


def counted(verdicts: Iterable[Verdict]) -> dict[str, dict[str, int]]:
    """Outcomes of all, of each vendor and of each kind."""
    counts: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        for name in (
            "all",
            f"vendor {verdict.vendor or UNKNOWN}",
            f"kind {verdict.kind or UNKNOWN}",
        ):
            counts.setdefault(name, Counter(passed=0, failed=0, refused=0))[verdict.outcome] += 1
    return {name: dict(counter) for name, counter in counts.items()}


def _id_of(line: str | bytes) -> str:
    """The id of a case that is otherwise not readable, if it has one."""
    try:
        found = msgspec.json.decode(line)
    except msgspec.MsgspecError:
        return ""
    return str(found.get("id", "")) if isinstance(found, dict) else ""


def _unknown(expected: object, got: object, path: str = "") -> Iterable[str]:
    """Names that are expected and that the profile says nothing about."""
    if isinstance(expected, Mapping):
        known = got if isinstance(got, Mapping) else {}
        for name, value in expected.items():
            if name not in known:
                yield f"{path}{name}"
            else:
                yield from _unknown(value, known[name], f"{path}{name}.")
    elif isinstance(expected, list) and isinstance(got, list):
        for value, own in zip(expected, got, strict=False):
            yield from _unknown(value, own, path)


def _agree(expected: object, got: object) -> bool:
    """Numbers by value, everything else as it is."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        return all(_agree(value, got[name]) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(_agree, expected, got))
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, int | Decimal) and isinstance(got, int | Decimal):
        return Decimal(expected) == Decimal(got)
    return expected == got
