"""Bodies that are too large: refused, after the client could finish sending."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from huitou.api.limits import BodyLimit

_CHUNK = 1024 * 1024


def ask(size: int, *, is_announced: bool) -> tuple[list[Message], int]:
    """Send `size` bytes to /v1/events; the answer, and how many chunks were left unread."""
    chunks = [b"x" * _CHUNK] * (size // _CHUNK)
    answer: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 202, "headers": []})

    async def receive() -> Message:
        return {"type": "http.request", "body": chunks.pop(), "more_body": bool(chunks)}

    async def send(message: Message) -> None:
        answer.append(message)

    headers = [(b"content-length", str(size).encode())] if is_announced else []
    scope = {"type": "http", "path": "/v1/events", "headers": headers}
    asyncio.run(BodyLimit(app)(scope, receive, send))
    return answer, len(chunks)


def test_a_large_body_is_refused_when_it_has_arrived() -> None:
    for is_announced in (True, False):
        answer, left = ask(10 * _CHUNK, is_announced=is_announced)
        assert (answer[0]["status"], left) == (413, 0)


def test_a_small_body_passes() -> None:
    answer, _ = ask(2 * _CHUNK, is_announced=True)
    assert answer[0]["status"] == 202
