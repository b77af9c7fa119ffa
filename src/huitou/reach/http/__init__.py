"""Reach over HTTP, a module per concern."""

from huitou.reach.http import (
    callbacks,
    categories,
    greetings,
    lists,
    mailings,
    messages,
    notifications,
    preferences,
    stops,
)

ROUTERS = (
    mailings.router,
    callbacks.router,
    categories.router,
    greetings.router,
    lists.router,
    messages.router,
    notifications.router,
    preferences.router,
    stops.router,
)
