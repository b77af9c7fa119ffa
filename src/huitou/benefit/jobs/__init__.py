"""Work in the background, a module per concern; importing this declares all of it."""

from huitou.benefit.jobs import (
    coupons,
    games,
    grants,
    log,
    payments,
    points,
    reconciling,
    tiers,
)

__all__ = ["coupons", "games", "grants", "log", "payments", "points", "reconciling", "tiers"]
