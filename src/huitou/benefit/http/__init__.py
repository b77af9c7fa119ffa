"""The benefit room over HTTP, a module per concern."""

from huitou.base.http import Router

ROUTERS: tuple[Router, ...] = ()
