"""A server on this machine that gives a page what Grafana's server would: files, and answers of the ledger."""

import json
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import psycopg

from tests.support.boards import board
from tests.support.grafana import Asker

# Postgres' own numbers of types.
_TIMES, _NUMBERS = {1114, 1184}, {20, 21, 23, 700, 701, 1700}
_KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
Json = dict[str, Any]


def asked(connection: psycopg.Connection[Any], asker: Asker, query: str, shape: str) -> list[Json]:
    """Return the answer to `query` as frames: one of rows, or one of times and values for each name."""
    cursor = connection.execute(asker.sql(query).encode())
    columns = [(one.name, _type(one.type_code)) for one in cursor.description or ()]
    rows = [[_plain(value) for value in row] for row in cursor.fetchall()]
    if shape == "time_series":
        return _by_name(rows)
    fields = [
        {"name": name, "type": kind, "values": [row[at] for row in rows]} for at, (name, kind) in enumerate(columns)
    ]
    return [{"name": "", "fields": fields}] if rows else []


def _by_name(rows: list[list[Any]]) -> list[Json]:
    times = sorted({row[0] for row in rows})
    values: dict[str, dict[Any, Any]] = {}
    for at, name, value in rows:
        values.setdefault(name, {})[at] = value
    return [
        {
            "name": name,
            "fields": [
                {"name": "Time", "type": "time", "values": times},
                {"name": "Value", "type": "number", "values": [of.get(at) for at in times]},
            ],
        }
        for name, of in sorted(values.items())
    ]


def _type(code: int) -> str:
    return "time" if code in _TIMES else "number" if code in _NUMBERS else "string"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.timestamp() * 1000 if isinstance(value, datetime) else value.isoformat()
    return value


class Server(ThreadingHTTPServer):
    """Serves the files of `folder` and the boards; `/sql` asks the ledger, and `/done` takes what a page reports."""

    daemon_threads = True

    def __init__(self, folder: Path, ledger: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reports: dict[str, list[Json]] = {}
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._folder = folder
        self._ledger = ledger

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def answer(self, path: str, given: dict[str, str]) -> tuple[str, bytes] | None:
        """Return the type and the bytes of what is at `path`; None if nothing is."""
        if path == "/board":
            return "application/json", json.dumps(board(given["board"])).encode()
        if path == "/sql":
            return "application/json", json.dumps(self._of_ledger(given)).encode()
        file = self._folder / Path(path).name
        known = file.suffix in _KINDS and file.is_file()
        return (_KINDS[file.suffix], file.read_bytes()) if known else None

    def _of_ledger(self, given: dict[str, str]) -> Json:
        since, until = (datetime.fromtimestamp(int(given[name]) / 1000, UTC) for name in ("from", "to"))
        asker = Asker(board(given["board"]), until, since)
        try:
            with psycopg.connect(self._ledger) as connection:
                return {"frames": asked(connection, asker, given["query"], given["format"])}
        except psycopg.Error as error:
            return {"error": str(error)}


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        found = self.server.answer(parts.path, {name: one[0] for name, one in parse_qs(parts.query).items()})
        self._send(404 if found is None else 200, *(found or ("text/plain", b"")))

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.reports[told["page"]] = told["panels"]
        self._send(200, "text/plain", b"")

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
