"""Whether an item of the points mall may be had. Pure."""

from datetime import datetime

from huitou.benefit.types.points import MallClosed, MallEnough, MallItem, MallSoldOut


def is_open(item: MallItem, now: datetime) -> bool:
    """Is it offered at this moment?"""
    is_over = item.closes_at is not None and now >= item.closes_at
    return item.state == "open" and item.opens_at <= now and not is_over


def check(item: MallItem, quantity: int, *, had: int, now: datetime) -> None:
    """May so many be had by who `had` some? Refuses `points.item_closed`, `points.sold_out`,
    `points.enough`."""
    if not is_open(item, now):
        raise MallClosed()
    if item.stock is not None and item.stock < quantity:
        raise MallSoldOut(left=item.stock)
    if item.each_max is not None and had + quantity > item.each_max:
        raise MallEnough(most=item.each_max)
