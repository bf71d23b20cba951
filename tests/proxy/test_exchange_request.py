"""The request of a flow: its size is that on the wire, and its host has no user and no password."""

import gzip
import json

import pytest
from farebox.dialects import openai_chat
from farebox.providers.table import PROVIDERS
from farebox.proxy import decoded as decoded_module
from farebox.proxy.capture import CaptureOptions
from farebox.proxy.exchange import Exchange
from farebox.proxy.request_head import destination
from farebox.records.reading import Reading, encode
from mitmproxy import http
from mitmproxy.test import tflow

BODY = json.dumps({"model": "m", "messages": ["word " * 500]}).encode()


def flow_of(body: bytes = BODY, encoding: str = "") -> http.HTTPFlow:
    url = "http://api.openai.com/v1/chat/completions"
    flow = tflow.tflow(req=http.Request.make("POST", url))
    flow.request.headers["content-type"] = "application/json"
    if encoding:
        flow.request.headers["content-encoding"] = encoding
    flow.request.raw_content = body
    return flow


def reading_of(flow: http.HTTPFlow, *uploaded: bytes) -> Reading:
    exchange = Exchange(
        flow, openai_chat.DIALECT, PROVIDERS, call_id="1", capture=CaptureOptions(), hmac_key=b"key of a test"
    )
    for chunk in uploaded:
        exchange.upload(chunk)
    reading = exchange.close("client_abort")
    assert reading is not None
    return reading


def test_a_compressed_request_has_its_size_on_the_wire_and_the_text_of_its_document() -> None:
    body = gzip.compress(BODY)

    reading = reading_of(flow_of(body=body, encoding="gzip"))

    assert (reading.request_bytes, reading.model_requested) == (len(body), "m")
    assert (reading.sizes.prompt_bytes or 0) > 2500 > len(body)


def test_a_request_is_decompressed_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoded_module, "start_limit", lambda _size: len(BODY) - 1)

    reading = reading_of(flow_of(body=gzip.compress(BODY), encoding="gzip"))

    # A request that is cut off has no size.
    assert (reading.model_requested, reading.sizes.prompt_bytes) == ("m", None)


def test_the_head_of_a_compressed_upload_is_read() -> None:
    body = gzip.compress(BODY)

    reading = reading_of(flow_of(body=b"", encoding="gzip"), body[:40], body[40:])

    assert (reading.request_bytes, reading.model_requested) == (len(body), "m")


def test_an_upload_in_pieces_has_the_size_of_all_of_them() -> None:
    reading = reading_of(flow_of(body=b""), BODY[:40], BODY[40:], b" " * 100_000)

    assert (reading.request_bytes, reading.model_requested) == (len(BODY) + 100_000, "m")
    assert reading.sizes.prompt_bytes is None


@pytest.mark.parametrize("host", ["user:password@localhost", "user:password@api.openai.com", "a@b:password@10.0.0.1"])
def test_a_user_and_a_password_in_the_url_are_never_stored(host: str) -> None:
    flow = flow_of()
    flow.request.host, flow.client_conn.sni = host, None

    assert destination(flow)[0] == host.rpartition("@")[2]
    assert b"password" not in encode(reading_of(flow))
