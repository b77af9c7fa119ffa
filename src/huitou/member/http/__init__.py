"""The member page, and the counter where its code is shown."""

from huitou.member.http import counter, doors, pages

ROUTERS = (doors.router, pages.router, counter.router)
