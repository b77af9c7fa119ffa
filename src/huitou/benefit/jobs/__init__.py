"""Work in the background, a module per concern; importing this declares all of it."""

from huitou.benefit.jobs import coupons, log, tiers

__all__ = ["coupons", "log", "tiers"]
