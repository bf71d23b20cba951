"""Usage that the client did not ask for: counted, and out of its sight."""

import gzip
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from tests.support.answers import chunk, event
from tests.support.cuts import byte_by_byte
from tests.support.mitmdump import mitmdump_sidecar
from tests.support.node import node
from tests.support.sidecar import REDIRECT, Sidecar
from tests.support.upstream import Asked, Close, Step, Until, Upstream, plain, stream

CHAT = "/v1/chat/completions"
OPENAI = f"https://api.openai.com{CHAT}"
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
DONE = b"data: [DONE]\n\n"
REFUSAL = {"error": {"message": "Unknown parameter: 'stream_options'.", "type": "invalid_request_error", "param": None}}
ROW = {"outcome": "ok", "input_tokens": 100, "output_tokens": 10, "usage_source": "reported", "finish_reason": "stop"}


def events(model: str, *, counted: bool) -> list[bytes]:
    """Return the events of a provider that counts on request, in the way of OpenAI."""
    meta: dict[str, Any] = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": model}
    shown = {"usage": None} if counted else {}
    chunks = [
        chunk({"role": "assistant", "content": ""}, **meta, **shown),
        chunk({"content": "Hello!"}, **meta, **shown),
        chunk(finish="stop", **meta, **shown),
    ]
    return [*chunks, *([event(**meta, choices=[], usage=USAGE)] if counted else []), DONE]


def asked_body(asked: Asked) -> Any:
    return json.loads(asked.body)


def counts(asked: Asked) -> bool:
    return (asked_body(asked).get("stream_options") or {}).get("include_usage") is True


def answer(asked: Asked) -> list[Step]:
    return stream(events(asked_body(asked)["model"], counted=counts(asked)))


def request_for(model: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "Hi"}], "stream": True, **more}


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream(answer) as running:
        yield running


@pytest.fixture(scope="module")
def sidecar(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = tmp_path_factory.mktemp("stream-usage")
    upstream.authority.cert_pem.write_to_path(str(folder / "upstream.pem"))
    options = (
        f"upstream_port={upstream.port}",
        f"upstream_plain_port={upstream.plain_port}",
        f"ssl_verify_upstream_trusted_ca={folder / 'upstream.pem'}",
    )
    sets = [word for option in options for word in ("--set", option)]
    environment = {"FAREBOX_STREAM_USAGE_HOSTS": "box-*"}
    with Sidecar(folder / "home", "--script", str(REDIRECT), *sets, environment=environment) as running:
        yield running


@pytest.fixture(autouse=True)
def as_it_answers(upstream: Upstream) -> None:
    upstream.answer = answer
    upstream.asked.clear()


@pytest.fixture
def client(sidecar: Sidecar) -> Iterator[httpx2.Client]:
    trust = ssl.create_default_context(cafile=sidecar.ca)
    with httpx2.Client(proxy=sidecar.proxy, verify=trust, trust_env=False) as running:
        yield running


@pytest.fixture
def row_of(sidecar: Sidecar) -> Callable[[str], dict[str, Any]]:
    """Wait for the one row of a model that was asked for."""
    return lambda model: find_row(sidecar, model)


def find_row(sidecar: Sidecar, model: str) -> dict[str, Any]:
    give_up = time.monotonic() + 10
    while not (found := [row for row in sidecar.rows() if row["model_requested"] == model]):
        assert time.monotonic() < give_up, f"no row for {model}: {sidecar.log.read_text()}"
        time.sleep(0.05)
    [row] = found
    return row


def told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ROW}


def chunks_in_python(base_url: str, body: dict[str, Any], http_client: httpx2.Client) -> list[Any]:
    with openai.OpenAI(api_key="sk-test", base_url=base_url, max_retries=0, http_client=http_client) as sdk:
        return list(sdk.chat.completions.create(**body))


def test_a_stream_is_the_same_to_the_python_sdk_and_its_usage_is_known(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    body = request_for("python")
    with httpx2.Client(trust_env=False) as direct:
        without = chunks_in_python(f"http://127.0.0.1:{upstream.plain_port}/v1", body, direct)
    behind = chunks_in_python("https://api.openai.com/v1", body, client)

    assert behind == without
    assert [one.usage for one in behind] == [None] * 3
    assert [counts(asked) for asked in upstream.asked] == [False, True]
    assert told(row_of("python")) == ROW


def test_a_stream_is_the_same_to_the_node_sdk_and_its_usage_is_known(
    upstream: Upstream, sidecar: Sidecar, row_of: Callable[[str], dict[str, Any]]
) -> None:
    body = request_for("node")
    environment = {
        "NODE_USE_ENV_PROXY": "1",
        "HTTPS_PROXY": sidecar.proxy,
        "HTTP_PROXY": sidecar.proxy,
        "NODE_EXTRA_CA_CERTS": sidecar.ca,
    }
    without = json.loads(node("stream.mjs", f"http://127.0.0.1:{upstream.plain_port}/v1", json.dumps(body)))
    behind = json.loads(node("stream.mjs", "https://api.openai.com/v1", json.dumps(body), environment=environment))

    # OpenAI adds `"usage": null` to each chunk where usage is asked for.
    assert [one.pop("usage", None) for one in behind] == [None] * 3
    assert behind == without
    assert [counts(asked) for asked in upstream.asked] == [False, True]
    assert told(row_of("node")) == ROW


def test_the_client_gets_all_bytes_but_those_of_the_usage_event(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    sent = json.dumps(request_for("bytes"), indent=1).encode()

    got = client.post(OPENAI, content=sent, headers={"content-type": "application/json"})

    *kept, _count, done = events("bytes", counted=True)
    assert got.content == b"".join([*kept, done])
    [asked] = upstream.asked
    assert asked.body == sent.replace(b"{", b'{"stream_options":{"include_usage":true},', 1)
    assert asked.headers["content-length"] == str(len(asked.body))
    row = row_of("bytes")
    assert told(row) == ROW
    assert row["request_bytes"] == len(sent)


def test_completions_without_chat_are_counted_too(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    text = event(id="c", object="text_completion", choices=[{"index": 0, "text": "Hi", "finish_reason": "stop"}])
    upstream.answer = lambda asked: stream([text, *([event(choices=[], usage=USAGE)] if counts(asked) else []), DONE])

    got = client.post("https://api.openai.com/v1/completions", json={"model": "text", "prompt": "Hi", "stream": True})

    assert got.content == text + DONE
    assert told(row_of("text")) == ROW


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"], ids=repr)
def test_the_usage_event_goes_also_byte_by_byte(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]], newline: bytes
) -> None:
    model = f"newline-{newline.hex()}"
    sent = [one.replace(b"\n", newline) for one in events(model, counted=True)]
    upstream.answer = lambda _asked: stream(byte_by_byte(b"".join(sent)))

    got = client.post(OPENAI, json=request_for(model))

    assert got.content == b"".join([*sent[:-2], sent[-1]])
    assert told(row_of(model)) == ROW


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-ndjson"])
def test_a_stream_that_is_called_something_else_loses_the_usage_event_too(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]], kind: str
) -> None:
    sent = events(kind, counted=True)
    head, *rest = stream(sent)
    assert isinstance(head, bytes)
    upstream.answer = lambda _asked: [head.replace(b"text/event-stream", kind.encode()), *rest]

    assert client.post(OPENAI, json=request_for(kind)).content == b"".join([*sent[:-2], sent[-1]])
    assert told(row_of(kind)) == ROW


def test_a_chunk_arrives_before_the_next_is_sent(upstream: Upstream, client: httpx2.Client) -> None:
    seen = threading.Event()
    head, first, *rest = stream(events("at-once", counted=True))
    upstream.answer = lambda _asked: [head, first, Until(seen), *rest]

    with client.stream("POST", OPENAI, json=request_for("at-once")) as got:
        pieces = got.iter_raw()
        assert next(pieces) == events("at-once", counted=True)[0]
        seen.set()
        assert b"".join(pieces).endswith(DONE)


def test_an_answer_that_announces_its_length_loses_the_usage_event_too(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    sent = events("announced", counted=True)
    body = b"".join(sent)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n"
    upstream.answer = lambda _asked: [head.encode() + body]

    for _ in range(2):
        assert client.post(OPENAI, json=request_for("announced")).content == b"".join([*sent[:-2], sent[-1]])
    assert client.post(OPENAI, json=request_for("announced-2")).headers["transfer-encoding"] == "chunked"
    assert told(row_of("announced-2")) == ROW


def test_in_a_compressed_answer_the_usage_event_stays(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    body = b"".join(events("gzip", counted=True))
    upstream.answer = lambda _asked: stream([gzip.compress(body)], headers="content-encoding: gzip\r\n")

    assert client.post(OPENAI, json=request_for("gzip")).content == body
    assert told(row_of("gzip")) == ROW


@pytest.mark.parametrize("wanted", [True, False])
def test_what_the_client_says_of_usage_holds(upstream: Upstream, client: httpx2.Client, wanted: bool) -> None:
    body = request_for(f"said-{wanted}", stream_options={"include_usage": wanted})

    got = client.post(OPENAI, json=body)

    assert got.content == b"".join(events(f"said-{wanted}", counted=wanted))
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
def test_a_request_that_must_not_be_changed_is_not(
    upstream: Upstream, client: httpx2.Client, url: str, headers: dict[str, str]
) -> None:
    got = client.post(url, json=request_for("left"), headers=headers)

    assert asked_body(upstream.asked[0]) == request_for("left")
    assert got.content == b"".join(events("left", counted=False))


def test_a_host_that_the_user_names_is_asked(client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]) -> None:
    got = client.post(f"http://box-1:9000{CHAT}", json=request_for("named"))

    *kept, _count, done = events("named", counted=True)
    assert got.content == b"".join([*kept, done])
    assert told(row_of("named")) == ROW


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
def test_a_refused_request_is_sent_again_as_it_was_and_the_host_asked_no_more(
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


def test_inside_a_mitmdump_of_ones_own_it_is_the_same(upstream: Upstream, tmp_path: Path) -> None:
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


def test_a_request_that_cannot_be_sent_again_has_the_answer_that_is_there(
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


def test_a_stream_that_is_cut_in_a_usage_event_has_all_that_came_before(
    upstream: Upstream, client: httpx2.Client, row_of: Callable[[str], dict[str, Any]]
) -> None:
    sent = events("cut", counted=True)
    upstream.answer = lambda _asked: stream([*sent[:3], sent[3][:90]], end=Close())

    got = b""
    with suppress(httpx2.RemoteProtocolError), client.stream("POST", OPENAI, json=request_for("cut")) as answered:
        for piece in answered.iter_raw():
            got += piece

    assert got == b"".join(sent[:3])
    assert row_of("cut")["usage_source"] == "estimated"


def test_observe_changes_neither_request_nor_answer(start_sidecar: Callable[..., Sidecar], upstream: Upstream) -> None:
    upstream.answer = lambda asked: stream(events("observed", counted=True))
    sidecar = start_sidecar(upstream, environment={"FAREBOX_STREAM_USAGE": "observe"})
    trust = ssl.create_default_context(cafile=sidecar.ca)

    with httpx2.Client(proxy=sidecar.proxy, verify=trust, trust_env=False) as client:
        got = client.post(OPENAI, json=request_for("observed"))

    assert asked_body(upstream.asked[0]) == request_for("observed")
    assert got.content == b"".join(events("observed", counted=True))
