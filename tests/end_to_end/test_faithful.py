"""Whatever fails, the client gets exactly what stock mitmdump gives, and one row records what happened."""

import json
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

from tests.support import raw_client
from tests.support.paths import SUPPORT
from tests.support.sidecar import REDIRECT, Sidecar, clean_environment
from tests.support.upstream import Asked, Close, Pause, Reset, Step, Upstream, plain, stream

pytestmark = pytest.mark.slow


BODY = b'{"model": "gpt-4o", "messages": []}'
ERROR = b'{"error": {"message": "no", "type": "invalid_request_error", "code": "invalid_api_key", "param": null}}'
CHUNK = b'data: {"id": "cut", "model": "gpt-4o", "choices": [{"index": 0, "delta": {"content": "Hel"}}]}\n\n'
OK_BODY = (
    b'{"id": "x", "model": "gpt-4o", "choices": [{"index": 0, "finish_reason": "stop", "message": {}}],'
    b' "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}'
)


@dataclass(frozen=True)
class Case:
    """One thing that goes wrong: how the upstream answers, and the row (or the counted failure) that records it."""

    name: str
    answer: list[Step]
    row: dict[str, Any] | None
    host: str = "api.openai.com"
    path: str = "/v1/chat/completions"
    against: str = "tap"
    fails: str | None = None
    body: bytes = field(default=BODY)


NONE = {"cost_nanousd": None, "cost_status": "none", "usage_source": "none"}
UNPRICED = {"cost_nanousd": None, "cost_status": "unpriced", "usage_source": "none"}
ESTIMATED = {"cost_status": "estimated", "usage_source": "estimated"}
CASES = [
    Case(
        "401",
        plain(ERROR, status="401 Unauthorized"),
        {"status": 401, "outcome": "http_error", "error_type": "invalid_request_error", **NONE},
    ),
    Case("429", plain(ERROR, status="429 Too Many Requests"), {"status": 429, "outcome": "http_error", **NONE}),
    Case("500", plain(b"oops", status="500 Oh No"), {"status": 500, "outcome": "http_error", **NONE}),
    Case("upstream down", [], {"status": None, "outcome": "network_error", **NONE}, host="api.groq.com"),
    Case("upstream TLS failure", [], {"status": None, "outcome": "network_error", **NONE}, host="api.mistral.ai"),
    Case("no answer", [Close()], {"status": None, "outcome": "network_error", **NONE}),
    Case("reset before the answer", [Reset()], {"status": None, "outcome": "network_error", **NONE}),
    Case("not JSON", plain(b"<html>hello</html>"), {"status": 200, "outcome": "ok", **UNPRICED}),
    Case("empty", plain(b""), {"status": 200, "outcome": "ok", **UNPRICED}),
    Case("SSE reset half-way", stream([CHUNK], end=Reset()), {"status": 200, "outcome": "provider_cut", **ESTIMATED}),
    Case("SSE closed half-way", stream([CHUNK], end=Close()), {"status": 200, "outcome": "provider_cut", **ESTIMATED}),
    Case("SSE ended half-way", stream([CHUNK]), {"status": 200, "outcome": "provider_cut", **ESTIMATED}),
    Case(
        "SSE cut in an event",
        stream([CHUNK, CHUNK[:30]], end=Close()),
        {"status": 200, "outcome": "provider_cut", **ESTIMATED},
    ),
    Case(
        "SSE until the connection closes",
        [b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + CHUNK + b"data: [DONE]\n\n", Close()],
        {"status": 200, "outcome": "ok", **ESTIMATED},
    ),
    Case(
        "small plain body cut",
        [b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n" + OK_BODY, Close()],
        {"status": 200, "outcome": "provider_cut"},
        against="stock",
    ),
    Case(
        "large plain body cut",
        [b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2000000\r\n\r\n" + OK_BODY, Close()],
        {"status": 200, "outcome": "provider_cut"},
    ),
    Case(
        "chunked plain body",
        [
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
            + b"%x\r\n%s\r\n0\r\n\r\n" % (len(OK_BODY), OK_BODY)
        ],
        {"status": 200, "outcome": "ok", "cost_status": "priced"},
    ),
    Case(
        "plain body until the connection closes",
        [b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + OK_BODY, Close()],
        {"status": 200, "outcome": "ok", "cost_status": "priced"},
    ),
    Case(
        "plain body until the connection is reset",
        [b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + OK_BODY, Pause(0.3), Reset()],
        {"status": 200, "outcome": "ok", "cost_status": "priced"},
    ),
    Case(
        "not the encoding it says",
        plain(OK_BODY, headers="content-encoding: gzip\r\n"),
        {"status": 200, "outcome": "ok", **UNPRICED},
    ),
    Case(
        "an unknown encoding",
        plain(OK_BODY, headers="content-encoding: rot13\r\n"),
        {"status": 200, "outcome": "ok", **UNPRICED},
    ),
    Case(
        "a dialect that raises",
        stream([CHUNK, b"data: [DONE]\n\n"]),
        {"status": 200, "dialect": "raising", "cost_reasons": ["meter_failure"], **UNPRICED},
        path="/v1/raising/chat/completions",
        fails="raising",
    ),
    Case(
        "a hook that raises",
        stream([CHUNK, b"data: [DONE]\n\n"]),
        None,
        path="/v1/raising-at-once/chat/completions",
        fails="proxy",
    ),
    Case(
        "a request that is no JSON",
        plain(OK_BODY),
        {"status": 200, "outcome": "ok", "model_requested": None, "cost_status": "priced"},
        body=b"{nope",
    ),
    Case("no body for HEAD-like statuses", [b"HTTP/1.1 204 No Content\r\n\r\n"], {"status": 204, **NONE}),
]


@dataclass(frozen=True)
class Proxies:
    """The sidecar and two stock mitmdumps in front of one upstream, which answers by the path's last part."""

    sidecar: Sidecar
    ports: dict[str, int]
    cas: dict[str, Path]


@pytest.fixture(scope="module")
def proxies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxies]:
    folder = tmp_path_factory.mktemp("faithful")
    answers = {case.name: case.answer for case in CASES}

    def answer(asked: Asked) -> list[Step]:
        return answers[asked.headers["x-case"]]

    with Upstream(answer) as upstream, Upstream(answer) as untrusted, socket.create_server(("127.0.0.1", 0)) as taken:
        down = taken.getsockname()[1]
        taken.close()
        upstream.authority.cert_pem.write_to_path(str(folder / "upstream.pem"))
        options = [
            *("--set", f"upstream_port={upstream.port}"),
            *("--set", f"upstream_ports=api.groq.com={down},api.mistral.ai={untrusted.port}"),
            *("--set", f"ssl_verify_upstream_trusted_ca={folder / 'upstream.pem'}"),
        ]
        tapped = Stock(folder / "tap", "-s", str(SUPPORT / "pass_through.py"), *options)
        stock = Stock(folder / "stock", *options)
        raising = SUPPORT / "raising_dialect.py"
        with (
            tapped,
            stock,
            Sidecar(folder / "home", "--script", str(REDIRECT), "--script", str(raising), *options) as up,
        ):
            yield Proxies(
                up,
                {"farebox": up.port, "tap": tapped.port, "stock": stock.port},
                {"farebox": Path(up.ca), "tap": tapped.ca, "stock": stock.ca},
            )


class Stock:
    """A stock mitmdump on a free port."""

    def __init__(self, confdir: Path, *arguments: str) -> None:
        self.ca = confdir / "mitmproxy-ca-cert.pem"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        script = "from mitmproxy.tools.main import mitmdump; mitmdump()"
        where = ["--listen-host", "127.0.0.1", "--listen-port", str(self.port), "--set", f"confdir={confdir}"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", script, "-q", *where, "-s", str(REDIRECT), *arguments], env=clean_environment()
        )

    def __enter__(self) -> Self:
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("mitmdump did not start")

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_client_gets_what_stock_mitmdump_gives_and_there_is_one_row(proxies: Proxies, case: Case) -> None:
    head = f"POST {case.path} HTTP/1.1\r\nhost: {case.host}\r\nx-case: {case.name}\r\n"
    request = f"{head}content-length: {len(case.body)}\r\n\r\n".encode() + case.body
    rows_before = len(proxies.sidecar.rows())
    failures_before = failures(proxies.sidecar)

    with ThreadPoolExecutor() as pool:
        ours, theirs = (
            pool.submit(raw_client.exchange, proxies.ports[name], proxies.cas[name], case.host, request)
            for name in ("farebox", case.against)
        )

    assert ours.result() == theirs.result()
    expected = [case.row] if case.row else []
    rows = proxies.sidecar.rows(rows_before + len(expected))[rows_before:]
    assert [{name: row[name] for name in case.row or ()} for row in rows] == expected
    counted = failures_before + Counter([case.fails] if case.fails else [])
    give_up = time.monotonic() + 5
    while failures(proxies.sidecar) != counted:
        assert time.monotonic() < give_up, f"{failures(proxies.sidecar)} counted, expected {counted}"
        time.sleep(0.1)


def failures(sidecar: Sidecar) -> Counter[str]:
    """Return the counted failures, by dialect."""
    start, end = 'farebox_meter_failures_total{dialect="', '"}'
    samples = sidecar.metrics().items()
    return Counter({name[len(start) : -len(end)]: int(value) for name, value in samples if name.startswith(start)})


def test_a_row_of_a_failed_connection_has_the_host(proxies: Proxies) -> None:
    hosts = {row["host"]: row["provider"] for row in proxies.sidecar.rows() if row["outcome"] == "network_error"}

    assert hosts.get("api.groq.com") == "groq", json.dumps(hosts)
