"""Requests and answers that must not change pass unchanged."""

import gzip
import ssl
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.support.sidecar import Sidecar
from tests.support.stream_usage import OPENAI, ROW, asked_body, events, reported, request_for
from tests.support.upstream import Upstream, stream


def test_in_a_compressed_answer_the_usage_event_stays(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    body = b"".join(events("gzip", counted=True))
    upstream.answer = lambda _asked: stream([gzip.compress(body)], headers="content-encoding: gzip\r\n")

    assert client.post(OPENAI, json=request_for("gzip")).content == body
    assert reported(row_of("gzip")) == ROW


@pytest.mark.parametrize("wanted", [True, False])
def test_an_explicit_include_usage_is_respected(upstream: Upstream, client: httpx2.Client, wanted: bool) -> None:
    body = request_for(f"explicit-{wanted}", stream_options={"include_usage": wanted})

    got = client.post(OPENAI, json=body)

    assert got.content == b"".join(events(f"explicit-{wanted}", counted=wanted))
    assert asked_body(upstream.asked[0]) == body


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("https://api.deepseek.com/v1/chat/completions", {}),
        ("http://localhost:9999/v1/chat/completions", {}),
        (OPENAI, {"authorization": "AWS4-HMAC-SHA256 Credential=x"}),
        (OPENAI, {"content-digest": "sha-256=:x:"}),
    ],
    ids=["counts unasked", "not proven", "signed", "digest"],
)
def test_requests_that_must_not_change_do_not(
    upstream: Upstream, client: httpx2.Client, url: str, headers: dict[str, str]
) -> None:
    got = client.post(url, json=request_for("left"), headers=headers)

    assert asked_body(upstream.asked[0]) == request_for("left")
    assert got.content == b"".join(events("left", counted=False))


def test_observe_changes_neither_request_nor_answer(start_sidecar: Callable[..., Sidecar], upstream: Upstream) -> None:
    upstream.answer = lambda asked: stream(events("observed", counted=True))
    sidecar = start_sidecar(upstream, environment={"FAREBOX_STREAM_USAGE": "observe"})
    trust = ssl.create_default_context(cafile=sidecar.ca)

    with httpx2.Client(proxy=sidecar.proxy, verify=trust, trust_env=False) as client:
        got = client.post(OPENAI, json=request_for("observed"))

    assert asked_body(upstream.asked[0]) == request_for("observed")
    assert got.content == b"".join(events("observed", counted=True))
