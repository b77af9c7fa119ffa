"""The member page, and the counter where its code is shown."""

from huitou.member.http import (
    counter,
    coupons,
    doors,
    games,
    pages,
    preferences,
    prices,
    purse,
    serving,
)

ROUTERS = (
    doors.router,
    coupons.router,
    purse.router,
    games.router,
    pages.router,
    counter.router,
    serving.router,
    prices.router,
    preferences.router,
)
