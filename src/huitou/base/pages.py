"""Pages made on the server, for the phones of customers: one small answer that needs nothing else."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader
from starlette.responses import HTMLResponse

from huitou.base.http import language_of

_HEADERS = {
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "vary": "accept-language",
}


_PARTS = Path(__file__).parent / "parts"


class Pages:
    """The templates of a folder, and parts that pages of several rooms share. They are given `nonce`, and `t(chinese, english)`."""

    def __init__(self, folder: Path, filters: Mapping[str, Any] | None = None) -> None:
        self._templates = Environment(loader=FileSystemLoader([folder, _PARTS]), autoescape=True)
        self._templates.filters.update(filters or {})

    def answer(
        self,
        request: Request,
        template: str,
        status: int = 200,
        *,
        language: str | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """One answer, nothing from elsewhere: styles and script only with this answer's nonce."""
        nonce = secrets.token_urlsafe(12)
        spoken = language or language_of(request)

        def t(zh: str, en: str) -> str:
            return en if spoken == "en" else zh

        html = self._templates.get_template(template).render(
            nonce=nonce, t=t, language=spoken, **values
        )
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}';"
            " img-src 'self' https:; connect-src 'self'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'self'"
        )
        return HTMLResponse(html, status, headers={"content-security-policy": policy, **_HEADERS})
