"""JSON Pointers (RFC 6901), reading only. Pure."""

from typing import Any


def find(document: Any, pointer: str) -> Any:
    """What stands there; None where nothing does. `""` is the whole document."""
    here = document
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict):
            here = here.get(name)
        elif isinstance(here, list) and name.isdecimal() and int(name) < len(here):
            here = here[int(name)]
        else:
            return None
    return here


def text_at(document: Any, pointer: str) -> str | None:
    """The same as text: numbers and flags written as JSON writes them; None for the rest."""
    found = find(document, pointer)
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int) else None
