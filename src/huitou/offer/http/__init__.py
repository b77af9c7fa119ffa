"""The offer room over HTTP, a module per concern."""

from huitou.base.http import Router
from huitou.offer.http import carts, checks, offers, orders, shelves

ROUTERS: tuple[Router, ...] = (
    carts.router,
    shelves.router,
    orders.router,
    orders.customers,
    checks.router,
    offers.router,
)
