"""The offer room over HTTP, a module per concern."""

from huitou.base.http import Router
from huitou.offer.http import offers

ROUTERS: tuple[Router, ...] = (offers.router,)
