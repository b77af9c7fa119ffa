"""The offer room over HTTP, a module per concern."""

from huitou.base.http import Router
from huitou.offer.http import carts, offers

ROUTERS: tuple[Router, ...] = (carts.router, offers.router)
