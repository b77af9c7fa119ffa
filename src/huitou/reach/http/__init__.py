"""Reach over HTTP, a module per concern."""

from huitou.reach.http import (
    callbacks,
    categories,
    greetings,
    lists,
    mailings,
    messages,
    stops,
)

ROUTERS = (
    mailings.router,
    callbacks.router,
    categories.router,
    greetings.router,
    lists.router,
    messages.router,
    stops.router,
)
