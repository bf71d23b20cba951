"""A real HTTP receiver of notifications, which can misbehave as receivers do."""

import http.server
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from farebox.config.destinations import Destination


@dataclass(frozen=True)
class Post:
    """One request that came in: its headers have small names."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Receiver:
    """Takes what is posted. `answer` says what to do with each: a status, `break`, or `hang`."""

    def __init__(self, answer: Callable[[Post], int | str] = lambda _post: 200) -> None:
        self.posts: list[Post] = []
        self.answer = answer
        self.go_on = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                post = Post(time.time(), self.command, self.path, headers, body)
                receiver.posts.append(post)
                self._react(receiver.answer(post))

            do_GET = do_POST  # noqa: N815 - http.server's name

            def _react(self, answer: int | str) -> None:
                if answer == "break":
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True
                    return
                if answer == "hang":
                    receiver.go_on.wait(60)
                    return
                assert isinstance(answer, int)
                self.send_response(answer)
                if 300 <= answer < 400:
                    self.send_header("location", f"{receiver.url}/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def ids(self) -> list[str]:
        """The ids of the events that came, in their order."""
        return [post.json["id"] for post in self.posts if post.method == "POST"]

    def webhook(self, name: str = "ops", **values: Any) -> Destination:
        """Return a webhook that posts here."""
        return Destination(name, "webhook", f"{self.url}/hook", **values)
