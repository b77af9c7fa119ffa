"""The member page, and the counter where its code is shown."""

from huitou.member.http import counter, coupons, doors, pages

ROUTERS = (doors.router, coupons.router, pages.router, counter.router)
