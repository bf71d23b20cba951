"""Calls go through the proxy of the environment, unless that is a farebox here."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from farebox.config.settings import load
from farebox.config.upstream_proxy import UpstreamProxy
from farebox.process.chain import chained, is_farebox


@pytest.fixture
def answering() -> Iterator[tuple[int, list[bytes]]]:
    """A server on this machine; its port, and what it answers."""
    answer = [b'{"error": {"type": "farebox_no_route"}}']

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.end_headers()
            self.wfile.write(answer[0])

        def log_message(self, *_arguments: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], answer
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.parametrize(
    ("environment", "values", "expected"),
    [
        ({"HTTPS_PROXY": "http://192.0.2.1:3128", "NO_PROXY": "a,b"}, {}, ("http://192.0.2.1:3128", ("a", "b"))),
        ({"HTTPS_PROXY": "http://192.0.2.1:3128"}, {"upstream_proxy": "never"}, ("never", ())),
        (
            {"HTTPS_PROXY": "http://192.0.2.1:3128", "NO_PROXY": "a"},
            {"upstream_proxy": "http://192.0.2.2:1", "no_proxy": ["c"]},
            ("http://192.0.2.2:1", ("c",)),
        ),
        ({"HTTPS_PROXY": "socks5://192.0.2.1:1080"}, {}, ("never", ())),
        ({"HTTPS_PROXY": "http://127.0.0.1:8080"}, {}, ("never", ())),
        ({}, {}, ("never", ())),
    ],
    ids=["found", "never", "set", "socks", "itself", "none"],
)
def test_which_proxy_is_used(
    environment: dict[str, str], values: dict[str, object], expected: tuple[str, tuple[str, ...]]
) -> None:
    settings = chained(load(values, environment={}), environment)

    assert (settings.upstream_proxy, settings.no_proxy) == expected


def test_another_farebox_on_this_machine_would_record_calls_twice(answering: tuple[int, list[bytes]]) -> None:
    port, answer = answering
    assert is_farebox(UpstreamProxy("http", "localhost", port), 0)

    answer[0] = b"not found"
    assert not is_farebox(UpstreamProxy("http", "localhost", port), 0)


def test_a_proxy_that_does_not_answer_is_none() -> None:
    assert not is_farebox(UpstreamProxy("http", "127.0.0.1", 1), 0)
    assert not is_farebox(UpstreamProxy("http", "no.such.host.invalid", 8080), 8080)
