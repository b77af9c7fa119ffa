"""Work in the background, a module per concern; importing this declares all of it."""

from huitou.benefit.jobs import coupons

__all__ = ["coupons"]
