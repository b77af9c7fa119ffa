"""The site as a browser sees it: its address, and what other sites may not do in its name."""

from urllib.parse import urlsplit

from fastapi import Request

from huitou.kernel.errors import Forbidden


class CrossSite(Forbidden):
    code = "session.cross_site"
    zh, en = "拒绝来自其他网站的请求", "Requests from other sites are refused"


def is_secure(request: Request) -> bool:
    """Was the site reached over HTTPS, here or at the proxy in front?"""
    return request.headers.get("x-forwarded-proto", request.url.scheme) == "https"


def address_of(request: Request) -> str:
    """The site's address as the browser used it, without a slash at its end."""
    host = request.headers.get("host") or request.url.netloc
    return f"{'https' if is_secure(request) else 'http'}://{host}"


def refuse_cross_site(request: Request) -> None:
    """A form on another site must not act in a person's name."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise CrossSite()
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise CrossSite()
