"""The channels' fixtures of reach, and codes made over HTTP."""

from typing import Any

from tests.rooms.reach.conftest import Town, live_town, sms, town, wecom

__all__ = ["live_town", "said", "sms", "town", "wecom"]


def said(town: Town, kind: str = "staff", **changes: Any) -> dict[str, Any]:
    """A code of the first store, as it is posted."""
    body: dict[str, Any] = {
        "name": "收银台立牌",
        "kind": kind,
        "unit_id": str(town.brand.units["store-0401"].id),
        "staff_ids": [] if kind == "store" else [str(town.brand.staff["a-01"].id)],
        "source": "门店立牌",
        "tags": ["立牌新客"],
        "welcome": {"text": "欢迎来{store}，我是{associate}"},
    }
    return {**body, **changes}
