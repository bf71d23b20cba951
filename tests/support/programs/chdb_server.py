"""ClickHouse of today behind HTTP, for tests: chDB, the engine in a process, has no server of its own."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chdb import session  # type: ignore[import-not-found]

NO_SETTINGS = {"query", "database", "wait_end_of_query", "query_id"}
LOCK = threading.Lock()
ENGINE = session.Session(sys.argv[1])


class Handler(BaseHTTPRequestHandler):
    """One statement after the other; what a request sets stays set, except its token."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = {name: found[0] for name, found in parse_qs(urlsplit(self.path).query).items()}
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            with LOCK:
                status, answer = 200, execute(asked, body)
        except RuntimeError as error:
            status, answer = 500, str(error).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def execute(asked: dict[str, str], body: str) -> bytes:
    ENGINE.query(f"USE `{asked['database']}`")
    token = asked.pop("insert_deduplication_token", None)
    for name in asked.keys() - NO_SETTINGS:
        ENGINE.query(f"SET {name} = '{asked[name]}'")
    sql = body
    if "query" in asked:
        head, _, form = asked["query"].partition(" FORMAT ")
        settings = f" SETTINGS insert_deduplication_token = '{token}'" if token else ""
        sql = f"{head}{settings} FORMAT {form} {body}"
    found: bytes = ENGINE.query(sql, "TabSeparated").bytes() or b""
    return found


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
