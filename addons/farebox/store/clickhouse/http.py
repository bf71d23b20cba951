"""Statements to ClickHouse over HTTP: https://clickhouse.com/docs/interfaces/http."""

import re
from base64 import b64encode
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlencode

from .address import Address

_CONNECT_SECONDS = 5.0
_CODE = re.compile(r"Code: (\d+)")
_LONGEST = 2_000
# The answer comes once the statement has ended: one that fails half-way is no answer.
_ALWAYS = {"wait_end_of_query": "1", "max_query_size": "67108864", "max_ast_elements": "1000000"}
_SHARDED = {"distributed_product_mode": "local"}


class ServerError(Exception):
    """The server has refused a statement; `code` is ClickHouse's number of the error, 0 if it has none."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class UnclearError(Exception):
    """The connection ended before the answer: the statement may have been executed."""


class Server:
    """Sends statements, each over a connection of its own: one that was closed meanwhile leaves nothing unclear."""

    def __init__(self, address: Address, *, patience: float | None) -> None:
        """Wait for an answer for `patience` seconds; without, forever."""
        self.address = address
        self._patience = patience

    def send(
        self, sql: str, rows: bytes | None = None, settings: Mapping[str, str] = {}
    ) -> tuple[HTTPConnection, HTTPResponse]:
        """Send `sql` and, for an INSERT, its `rows`; return the open answer. ServerError, UnclearError or OSError."""
        address = self.address
        asked = {**_ALWAYS, **(_SHARDED if address.cluster else {}), "database": address.database, **settings}
        body = sql.encode() if rows is None else rows
        if rows is not None:
            asked["query"] = sql
        # In base64, no character of a password can break the header or appear in an error about it.
        word = b64encode(f"{address.user}:{address.password}".encode()).decode()
        headers = {"Authorization": f"Basic {word}", "Connection": "close"}
        connection = _connected(address)
        assert connection.sock is not None
        connection.sock.settimeout(self._patience)
        try:
            connection.request("POST", f"/?{urlencode(asked)}", body, headers)
            answer = _accepted(connection.getresponse())
        except (OSError, HTTPException) as error:
            connection.close()
            raise UnclearError(str(error) or type(error).__name__) from error
        except BaseException:
            connection.close()
            raise
        return connection, answer

    def ask(self, sql: str, rows: bytes | None = None, settings: Mapping[str, str] = {}) -> str:
        """Send `sql` and return the text of its answer; errors as of `send`."""
        connection, answer = self.send(sql, rows, settings)
        try:
            return answer.read().decode()
        except (OSError, HTTPException) as error:
            raise UnclearError(str(error) or type(error).__name__) from error
        finally:
            answer.close()
            connection.close()


def _connected(address: Address) -> HTTPConnection:
    kind = HTTPSConnection if address.is_secure else HTTPConnection
    connection = kind(address.host, address.port, timeout=_CONNECT_SECONDS)
    connection.connect()
    return connection


def _accepted(answer: HTTPResponse) -> HTTPResponse:
    if answer.status == 200:
        return answer
    with answer:
        text = " ".join(answer.read(_LONGEST).decode(errors="replace").split())
    found = _CODE.search(text)
    raise ServerError(int(found.group(1)) if found else 0, text or f"HTTP status {answer.status}")
