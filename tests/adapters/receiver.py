"""An endpoint that keeps what a simulator calls us with."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.adapters.contract import Push
from tests.adapters.wecom.serving import eventually


class Receiver:
    """Answers 200 with `answer`, the first `refusals` times 500."""

    def __init__(self, answer: bytes) -> None:
        self.pushes: list[Push] = []
        self.refusals = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(parts.query, keep_blank_values=True))
                receiver.pushes.append(Push(parts.path, query, headers, body))
                is_refused = receiver.refusals > 0
                receiver.refusals -= is_refused
                self.send_response(500 if is_refused else 200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait(self, count: int) -> list[Push]:
        """All pushes, once there are so many."""
        eventually(lambda: len(self.pushes) >= count)
        return list(self.pushes)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
