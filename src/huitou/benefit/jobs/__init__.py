"""Work in the background, a module per concern; importing this declares all of it."""

from huitou.benefit.jobs import coupons, log, points, tiers

__all__ = ["coupons", "log", "points", "tiers"]
