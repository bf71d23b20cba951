"""Statements over HTTP."""

import socket
import threading

import pytest
from farebox.store.clickhouse.address import Address
from farebox.store.clickhouse.http import Server, ServerError, UnclearError

from tests.support.clickhouse import Cluster


def test_an_answer_that_never_comes_leaves_the_statement_unclear() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            listening.accept()[0].close()

        hung_up = threading.Thread(target=hang_up)
        hung_up.start()
        server = Server(Address("127.0.0.1", listening.getsockname()[1], "default", "", "d"), patience=10)
        with pytest.raises(UnclearError):
            server.ask("SELECT 1")
        hung_up.join()


def test_a_silent_server_is_given_up_after_the_patience() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(Address("127.0.0.1", listening.getsockname()[1], "default", "", "d"), patience=0.1)
        with pytest.raises(UnclearError, match="timed out"):
            server.ask("SELECT 1")


def test_a_refusal_has_clickhouses_number(clickhouse: Cluster) -> None:
    with pytest.raises(ServerError) as refused:
        clickhouse.server().ask("SELECT nothing")
    assert refused.value.code == 47
