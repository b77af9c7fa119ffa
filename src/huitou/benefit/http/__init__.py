"""The benefit room over HTTP, a module per concern."""

from huitou.base.http import Router
from huitou.benefit.http import (
    approvals,
    coupons,
    games,
    grants,
    ledger,
    payments,
    points,
    redeeming,
    stored,
    templates,
    tiers,
)

ROUTERS: tuple[Router, ...] = (
    templates.router,
    coupons.router,
    redeeming.router,
    tiers.router,
    points.router,
    ledger.router,
    games.router,
    payments.router,
    stored.router,
    approvals.router,
    grants.router,
)
