"""Errors of a ledger on ClickHouse: each names the fault and the fix, and never the password."""

import socket
import threading

import pytest
from farebox.errors import LedgerAwayError
from farebox.store.clickhouse.engine import connected
from farebox.store.engine import open_engine, ping

from tests.support.clickhouse import PASSWORD, Cluster


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"password": "wrong"}, "check user and password"),
        ({"database": "nowhere"}, "create it with CREATE DATABASE"),
        ({"port": "native"}, "name the HTTP port, such as 8123"),
        ({"port": 1}, "check that the server runs"),
    ],
    ids=["password", "database", "native-port", "refused"],
)
def test_an_error_names_the_fault_and_the_fix(clickhouse: Cluster, change: dict[str, object], told: str) -> None:
    port = clickhouse.tcp[0] if change.get("port") == "native" else change.get("port")
    url = clickhouse.url(str(change.get("database", "default")), password=str(change.get("password", PASSWORD)))
    if port:
        url = url.replace(f":{clickhouse.http[0]}/", f":{port}/")
    with pytest.raises(LedgerAwayError, match=told) as raised:
        ping(open_engine(url, patience=10))
    assert PASSWORD not in str(raised.value)
    assert "wrong" not in str(raised.value).replace("wrong.", "").partition("(")[0]


def test_another_server_at_the_port_is_named(clickhouse: Cluster) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            asked, _ = listening.accept()
            with asked:
                asked.recv(65536)
                asked.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

        answering = threading.Thread(target=answer)
        answering.start()
        engine = open_engine(f"clickhouse://127.0.0.1:{listening.getsockname()[1]}/d", patience=10)
        with pytest.raises(LedgerAwayError, match="no ClickHouse answers"):
            ping(engine)
        answering.join()


def test_a_refused_statement_is_an_error_of_the_ledger(clickhouse: Cluster) -> None:
    engine = open_engine(clickhouse.url("default"), patience=10)
    with pytest.raises(LedgerAwayError, match="Code: 60"), connected(engine) as connection:
        connection.ask("SELECT * FROM nothing")
