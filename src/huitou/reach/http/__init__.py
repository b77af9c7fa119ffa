"""Reach over HTTP, a module per concern."""

from huitou.reach.http import messages, stops

ROUTERS = (messages.router, stops.router)
