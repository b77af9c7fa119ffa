"""Personal values: masked wherever they are shown, unless somebody took them out on purpose."""

from typing import Any

_VISIBLE_TAIL = 4


class Personal:
    """A name, phone number or other value of a person.

    Serialises and prints masked (`张**`, `138****0000`); `.plain` is for the few places that must
    have it: sending, revealing with an audit line, exporting on the person's request. Not a
    dataclass on purpose: encoders write dataclasses out field by field.
    """

    __slots__ = ("plain",)

    def __init__(self, plain: str) -> None:
        self.plain = plain

    @property
    def masked(self) -> str:
        text = self.plain
        if len(text) >= 2 * _VISIBLE_TAIL:
            head = 3 if text[-_VISIBLE_TAIL:].isdigit() else 2
            return text[:head] + "****" + text[-_VISIBLE_TAIL:]
        return text[:1] + "*" * max(len(text) - 1, 1) if text else ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and other.plain == self.plain

    def __hash__(self) -> int:
        return hash(self.plain)

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"Personal({self.masked!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """In the API's description a personal value is a (masked) string."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls(str(value)),
            serialization=core_schema.to_string_ser_schema(),
            json_schema_input_schema=core_schema.str_schema(),
        )
