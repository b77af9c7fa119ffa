"""Reach over HTTP, a module per concern."""

from huitou.reach.http import callbacks, greetings, mailings, messages, stops

ROUTERS = (mailings.router, messages.router, callbacks.router, stops.router, greetings.router)
