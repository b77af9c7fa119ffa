"""The templates a merchant has had approved, as typed in the settings: a line each. Pure.

`SMS_123=${name}，您常买的${goods}到货了 拒收请回复R`: the number, an equals sign, the wording. Both
`${name}` and `{name}` stand for a variable.
"""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\$?\{([A-Za-z0-9_]{1,40})\}")


def read_templates(text: str) -> dict[str, str]:
    """Number → wording. ValueError names the first line that is none."""
    templates: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        code, equals, wording = (part.strip() for part in line.partition("="))
        if not (code and equals and wording):
            raise ValueError(f"no template: {line[:40]}")
        templates[code] = wording
    return templates


def names_in(wording: str) -> list[str]:
    """The variables of a wording, each once, in the order of their first use."""
    return list(dict.fromkeys(_PLACE.findall(wording)))


def filled(wording: str, params: Mapping[str, str]) -> str:
    """The wording with its variables replaced; one without a value is left out."""
    return _PLACE.sub(lambda place: params.get(place.group(1), ""), wording)
