"""Reach over HTTP, a module per concern."""

from huitou.reach.http import messages

ROUTERS = (messages.router,)
