"""Reach over HTTP, a module per concern."""

from huitou.reach.http import (
    callbacks,
    categories,
    greetings,
    mailings,
    messages,
    stops,
)

ROUTERS = (
    mailings.router,
    callbacks.router,
    categories.router,
    greetings.router,
    messages.router,
    stops.router,
)
