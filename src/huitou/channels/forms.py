"""What settings forms of several channels share."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field


def origin(value: str) -> str:
    """An http or https address with nothing after the host. ValueError for anything else."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http or https address")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise ValueError("must have no path, query or user")
    return value.rstrip("/")


def english(title: str, description: str = "", *, is_long: bool = False) -> dict[str, Any]:
    """The English of a field, and whether it has many lines, for `json_schema_extra`."""
    more: dict[str, Any] = {"description_en": description} if description else {}
    return {"title_en": title, **more, **({"is_long": True} if is_long else {})}


PerSecond = Annotated[
    int,
    Field(
        title="每秒最多发送（条）",
        description="略低于服务商允许的每秒次数；0 为不限",
        ge=0,
        le=10_000,
        json_schema_extra=english(
            "Messages a second", "A little less than the provider allows; 0: any number"
        ),
    ),
]
"""How fast an account may be called."""
