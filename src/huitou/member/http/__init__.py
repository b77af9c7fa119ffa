"""The member page, and the counter where its code is shown."""

from huitou.member.http import counter, pages

ROUTERS = (pages.router, counter.router)
