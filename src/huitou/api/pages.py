"""The built console and phone pages: hashed assets for ever, entries never cached."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

WEBUI = Path(__file__).parent.parent / "webui"
ENTRIES = {"": "index.html", "a": "associate.html", "stage": "stage.html"}

_MISSING = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>回头 Huitou</title>
<body style="font:16px/1.6 system-ui,sans-serif;max-width:36em;margin:4em auto;padding:0 1em">
<h1>控制台尚未构建</h1><p>请在项目目录运行 <code>make console</code>。
API 不受影响：<a href="/openapi.json">/openapi.json</a></p>
<h2>The console is not built</h2><p>Run <code>make console</code> in the project's folder.
The API works without it: <a href="/openapi.json">/openapi.json</a></p></body></html>"""

_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # Scripts are ours alone. Ant Design writes its styles at run time. The demo's stage shows the
    # simulators, which stand on other ports of this machine.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data: https:; frame-src 'self' http://127.0.0.1:* http://localhost:*;"
        " frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
    ),
}


def mount(app: FastAPI) -> None:
    """Serve the pages; every path of a page's own routing answers with its entry."""

    @app.get("/assets/{path:path}", include_in_schema=False)
    def asset(path: str, request: Request) -> Response:
        return _file(f"assets/{path}", request)

    @app.get("/", include_in_schema=False)
    @app.get("/console/{path:path}", include_in_schema=False)
    def console(path: str = "") -> Response:
        return _entry("index.html")

    @app.get("/a", include_in_schema=False)
    @app.get("/a/{path:path}", include_in_schema=False)
    def associate(path: str = "") -> Response:
        return _entry("associate.html")

    @app.get("/stage", include_in_schema=False)
    def stage() -> Response:
        return _entry("stage.html")

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> Response:
        return RedirectResponse("/favicon.svg")

    @app.get("/favicon.svg", include_in_schema=False)
    def icon(request: Request) -> Response:
        return _file("favicon.svg", request)


def _entry(name: str) -> Response:
    page = WEBUI / name
    if not page.is_file():
        return HTMLResponse(_MISSING, 200 if name == "index.html" else 404)
    return FileResponse(page, media_type="text/html", headers=_PAGE_HEADERS)


def _file(path: str, request: Request) -> Response:
    root = WEBUI.resolve()
    try:
        target = (root / path).resolve()
        is_ours = target.is_relative_to(root) and target.is_file()
    except (OSError, ValueError):
        is_ours = False  # a name that no file can have
    if not is_ours:
        return Response(status_code=404)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
    }
    packed = target.with_name(target.name + ".gz")
    if packed.is_file() and "gzip" in request.headers.get("accept-encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return FileResponse(packed, media_type=_media_type(target), headers=headers)
    return FileResponse(target, headers=headers)


def _media_type(target: Path) -> str:
    types = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    return types.get(target.suffix, "application/octet-stream")
