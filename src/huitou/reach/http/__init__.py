"""Reach over HTTP, a module per concern."""

from huitou.reach.http import greetings, mailings, messages, stops

ROUTERS = (mailings.router, messages.router, stops.router, greetings.router)
