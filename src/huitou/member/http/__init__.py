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
    preferences.router,
    # Last of these pages: whatever else stands behind `/m/` is taken for a link's token.
    pages.router,
    counter.router,
    serving.router,
    prices.router,
)
