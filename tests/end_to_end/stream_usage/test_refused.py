"""A host that refuses to be asked for usage gets the client's own request, and is not asked again."""

import gzip
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from farebox.proxy.tap import RESPONSE_LIMIT

from tests.support.mitmdump import mitmdump_sidecar
from tests.support.sidecar import Sidecar
from tests.support.stream_usage import CHAT, REFUSAL, answer, asked_body, counts, events, request_for
from tests.support.upstream import Asked, Close, Step, Until, Upstream, plain, stream

CHUNKED_400 = b"HTTP/1.1 400 No\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("host", "refusal"),
    [
        ("box-message", plain(json.dumps(REFUSAL).encode(), status="400 Bad Request")),
        ("box-param", plain(b'{"error": {"param": "stream_options"}}', status="400 Bad Request")),
        ("box-422", plain(b'{"detail": [{"loc": ["body", "stream_options"]}]}', status="422 Unprocessable")),
        (
            "box-gzip",
            plain(gzip.compress(json.dumps(REFUSAL).encode()), status="400 No", headers="content-encoding: gzip\r\n"),
        ),
        (
            "box-chunked",
            [b"HTTP/1.1 400 No\r\ntransfer-encoding: chunked\r\n\r\n1d\r\nno include_usage is known her\r\n0\r\n\r\n"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refused_request_is_sent_again_unchanged_and_the_host_is_not_asked_again(
    upstream: Upstream,
    sidecar: Sidecar,
    client: httpx2.Client,
    row_of: Callable[[str], dict[str, Any]],
    host: str,
    refusal: list[Step],
) -> None:
    upstream.answer = lambda asked: refusal if counts(asked) else answer(asked)
    counter = 'farebox_usage_refusals_total{provider="unknown"}'
    before = sidecar.metrics().get(counter, 0)
    url, body = f"http://{host}:9000{CHAT}", request_for(host)

    first = client.post(url, json=body)
    row = row_of(host)
    second = client.post(url, json={**body, "model": f"{host}-2"})

    assert (first.status_code, first.content) == (200, b"".join(events(host, counted=False)))
    assert second.content == b"".join(events(f"{host}-2", counted=False))
    assert [counts(asked) for asked in upstream.asked] == [True, False, False]
    assert asked_body(upstream.asked[1]) == body
    assert upstream.asked[1].headers == {
        **upstream.asked[0].headers,
        "content-length": str(len(upstream.asked[1].body)),
    }
    assert (row["outcome"], row["status"], row["error_type"], row["usage_source"]) == ("ok", 200, None, "estimated")
    give_up = time.monotonic() + 5
    while sidecar.metrics().get(counter, 0) < before + 1 and time.monotonic() < give_up:
        time.sleep(0.1)
    assert sidecar.metrics()[counter] == before + 1


def test_usage_is_asked_for_inside_a_mitmdump_too(upstream: Upstream, tmp_path: Path) -> None:
    refusal = plain(json.dumps(REFUSAL).encode(), status="400 Bad Request")
    upstream.answer = lambda asked: refusal if counts(asked) and "vllm" in asked.headers["host"] else answer(asked)

    with (
        mitmdump_sidecar(upstream, tmp_path / "home") as (_, port),
        httpx2.Client(proxy=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        got = client.post(f"http://ollama:11434{CHAT}", json=request_for("dump"))
        refused = client.post(f"http://vllm:8000{CHAT}", json=request_for("dump"))

    assert [counts(asked) for asked in upstream.asked] == [True, True, False]
    *kept, _count, done = events("dump", counted=True)
    assert got.content == b"".join([*kept, done])
    assert refused.content == b"".join(events("dump", counted=False))


def test_an_error_that_quotes_the_request_is_no_refusal(upstream: Upstream, client: httpx2.Client) -> None:
    def quoting(asked: Asked) -> list[Step]:
        if "bad" not in asked_body(asked):
            return answer(asked)
        error = b'{"detail": [{"loc": ["body", "messages"], "msg": "Field required", "input": %s}]}' % asked.body
        return plain(error, status="422 Unprocessable")

    upstream.answer = quoting
    url, body = f"http://box-quoting:9000{CHAT}", request_for("quoting", bad=True)

    refused = client.post(url, json=body)
    client.post(url, json=request_for("quoting-2"))

    assert refused.json()["detail"][0]["input"] == body
    assert [counts(asked) for asked in upstream.asked] == [True, False, True]


def test_another_error_is_the_clients(upstream: Upstream, client: httpx2.Client) -> None:
    error = b'{"error": {"message": "Unknown model", "param": "model"}}'
    upstream.answer = lambda _asked: plain(error, status="400 Bad Request")

    got = client.post(f"http://box-other:9000{CHAT}", json=request_for("other"))

    assert (got.status_code, got.content, len(upstream.asked)) == (400, error, 1)


def test_a_request_that_cannot_be_sent_again_keeps_its_first_answer(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    refusal = plain(json.dumps(REFUSAL).encode(), status="400 Bad Request")
    upstream.answer = lambda asked: refusal if counts(asked) else [Close()]

    got = client.post(f"http://box-gone:9000{CHAT}", json=request_for("gone"))

    assert (got.status_code, got.json()) == (400, REFUSAL)
    assert row_of("gone")["outcome"] == "http_error"


def test_a_client_that_hangs_up_ends_the_request_that_is_sent_again(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    refusal = plain(json.dumps(REFUSAL).encode(), status="400 Bad Request")
    never = threading.Event()
    head, first, *rest = stream(events("hung-up", counted=False))
    upstream.answer = lambda asked: refusal if counts(asked) else [head, first, Until(never), *rest]

    with pytest.raises(httpx2.ReadTimeout):
        client.post(f"http://box-slow:9000{CHAT}", json=request_for("hung-up"), timeout=1)

    assert len(upstream.asked) == 2
    assert row_of("hung-up")["status"] == 400
    never.set()


@pytest.mark.parametrize("size", [RESPONSE_LIMIT, RESPONSE_LIMIT + 1], ids=["at the limit", "above the limit"])
def test_a_refusal_without_a_length_is_held_up_to_the_limit(
    upstream: Upstream, client: httpx2.Client, size: int
) -> None:
    refusal = b"stream_options".rjust(size)
    chunked = [b"%x\r\n%s\r\n" % (size, refusal), b"0\r\n\r\n"]
    upstream.answer = lambda asked: [CHUNKED_400, *chunked] if counts(asked) else answer(asked)

    got = client.post(f"http://box-{size}:9000{CHAT}", json=request_for(f"held-{size}"))

    is_held = size <= RESPONSE_LIMIT
    assert (got.status_code, len(upstream.asked)) == ((200, 2) if is_held else (400, 1))
    assert got.content == (b"".join(events(f"held-{size}", counted=False)) if is_held else refusal)


def test_a_large_refusal_without_a_length_reaches_the_client_before_it_ends(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    pieces = [b"%x\r\n%s\r\n" % (1 << 16, b"x" * (1 << 16))] * ((RESPONSE_LIMIT >> 16) + 1)
    seen = threading.Event()
    upstream.answer = lambda _asked: [CHUNKED_400, *pieces, Until(seen), *pieces, b"0\r\n\r\n"]
    half = len(pieces) << 16

    with client.stream("POST", f"http://box-large:9000{CHAT}", json=request_for("large")) as got:
        received = got.iter_raw()
        first = 0
        while first < half:
            first += len(next(received))
        seen.set()
        rest = sum(map(len, received))

    assert (got.status_code, first, rest) == (400, half, half)
    row = row_of("large")
    assert (row["outcome"], row["status"], row["response_bytes"]) == ("http_error", 400, 2 * half)
