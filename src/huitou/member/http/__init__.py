"""The member page, and the counter where its code is shown."""

from huitou.member.http import counter, coupons, doors, games, pages, purse

ROUTERS = (doors.router, coupons.router, purse.router, games.router, pages.router, counter.router)
