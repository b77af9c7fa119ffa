"""Mobile numbers of the mainland. Pure."""

import re

_MAINLAND = re.compile(r"1[3-9][0-9]{9}")


def mainland_number(address: str) -> str | None:
    """Eleven digits, without `+86`; None for anything else.

    Providers read commas as a list: an address with one must never reach them.
    """
    digits = address.strip().removeprefix("+86").strip()
    return digits if _MAINLAND.fullmatch(digits) else None
