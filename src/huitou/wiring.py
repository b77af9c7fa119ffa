"""The one place that knows every room, adapter and listener."""

from importlib import import_module, util

ROOMS = (
    "merchant",
    "catalog",
    "event",
    "identity",
    "profile",
    "order",
    "segment",
    "benefit",
    "content",
    "reach",
    "opportunity",
    "associate",
    "campaign",
    "attribution",
    "commission",
    "insight",
)
"""Lowest first: a room imports only rooms before it."""


def wire() -> None:
    """Import every room's jobs, so that streams, listeners and jobs are known."""
    for room in ROOMS:
        if util.find_spec(f"huitou.{room}.jobs") is not None:
            import_module(f"huitou.{room}.jobs")


def routers() -> list[object]:
    """Every room's HTTP router, in room order."""
    found = []
    for room in ROOMS:
        if util.find_spec(f"huitou.{room}.http") is not None:
            found.append(import_module(f"huitou.{room}.http").router)
    return found
