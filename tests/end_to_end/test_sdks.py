"""What a user does: the official SDKs, through the sidecar over TLS, to the providers' real host names."""

import gzip
import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from tests.support.sidecar import REDIRECT, Sidecar, clean_environment
from tests.support.upstream import Step, Until, Upstream, plain, stream

# The SDK tells of the model's end; its list price stays what it was.
pytestmark = pytest.mark.filterwarnings("ignore:The model 'claude-sonnet-4-5' is deprecated:DeprecationWarning")

SDKS: list[Any] = []
PROMPT: Any = [{"role": "user", "content": "Say hello."}]
OPENAI_USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 200,
    "total_tokens": 1200,
    "prompt_tokens_details": {"cached_tokens": 800, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 50, "audio_tokens": 0},
}
# gpt-4o in USD per million tokens: 2.50 input, 1.25 cached, 10 output; so 2500, 1250 and 10000 nano-USD per token.
OPENAI_COST = 200 * 2500 + 800 * 1250 + 200 * 10000
ANTHROPIC_USAGE = {
    "input_tokens": 100,
    "cache_read_input_tokens": 5000,
    "cache_creation_input_tokens": 1000,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 1000},
    "output_tokens": 60,
    "service_tier": "standard",
}
# Claude Sonnet 4.5: 3 USD input, 0.30 cache read, 6 one-hour cache write, 15 output.
ANTHROPIC_COST = 100 * 3000 + 5000 * 300 + 1000 * 6000 + 60 * 15000


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream(lambda _asked: plain(b"{}")) as running:
        yield running


@pytest.fixture(scope="module")
def sidecar(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = tmp_path_factory.mktemp("end-to-end")
    upstream.authority.cert_pem.write_to_path(str(folder / "upstream.pem"))
    options = (f"upstream_port={upstream.port}", f"upstream_plain_port={upstream.plain_port}")
    trust = f"ssl_verify_upstream_trusted_ca={folder / 'upstream.pem'}"
    sets = [word for option in (*options, trust) for word in ("--set", option)]
    with Sidecar(folder / "home", "--script", str(REDIRECT), *sets) as running:
        yield running


@pytest.fixture(autouse=True)
def client_environment(sidecar: Sidecar, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set what the banner tells a client to set; close the SDKs that a test made."""
    for line in sidecar.banner.splitlines():
        if line.strip().startswith("export "):
            for assignment in line.split()[1:]:
                monkeypatch.setenv(*assignment.split("=", 1))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    yield
    while SDKS:
        SDKS.pop().close()


@pytest.fixture
def row_of(sidecar: Sidecar) -> Callable[[str], dict[str, Any]]:
    """Wait for the one row of a response id."""
    return partial(sidecar.row, "response_id")


def openai_body(response_id: str) -> bytes:
    message = {"role": "assistant", "content": "Hello!"}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    body = {
        "id": response_id,
        "object": "chat.completion",
        "created": 1760000000,
        "model": "gpt-4o-2024-08-06",
        "choices": [choice],
        "usage": OPENAI_USAGE,
        "service_tier": "default",
    }
    return json.dumps(body).encode()


def openai_events(response_id: str) -> list[bytes]:
    head = {
        "id": response_id,
        "object": "chat.completion.chunk",
        "created": 1760000000,
        "model": "gpt-4o-2024-08-06",
        "service_tier": "default",
    }
    chunks: list[dict[str, Any]] = [
        {
            "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}],
            "usage": None,
        },
        {"choices": [{"index": 0, "delta": {"content": "Hel"}, "finish_reason": None}], "usage": None},
        {"choices": [{"index": 0, "delta": {"content": "lo!"}, "finish_reason": None}], "usage": None},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None},
        {"choices": [], "usage": OPENAI_USAGE},
    ]
    return [b"data: " + json.dumps({**head, **chunk}).encode() + b"\n\n" for chunk in chunks] + [b"data: [DONE]\n\n"]


def anthropic_body(response_id: str) -> bytes:
    body = {
        "id": response_id,
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": "Hello!"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": ANTHROPIC_USAGE,
    }
    return json.dumps(body).encode()


def anthropic_events(response_id: str) -> list[bytes]:
    message = {**json.loads(anthropic_body(response_id)), "content": [], "stop_reason": None}
    message["usage"] = {**ANTHROPIC_USAGE, "output_tokens": 2}
    text = {"type": "text_delta", "text": "Hello!"}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": text},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 60},
        },
        {"type": "message_stop"},
    ]
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]


OPENAI_ROW = {
    "provider": "openai",
    "host": "api.openai.com",
    "dialect": "openai_chat",
    "operation": "chat",
    "model_requested": "gpt-4o",
    "model_returned": "gpt-4o-2024-08-06",
    "service_tier": "default",
    "status": 200,
    "outcome": "ok",
    "finish_reason": "stop",
    "input_tokens": 1000,
    "cache_read_tokens": 800,
    "cache_write_tokens": None,
    "output_tokens": 200,
    "reasoning_tokens": 50,
    "usage_source": "reported",
    "cost_nanousd": OPENAI_COST,
    "cost_status": "priced",
    "price_source": "genai-prices",
}
ANTHROPIC_ROW = {
    "provider": "anthropic",
    "host": "api.anthropic.com",
    "dialect": "anthropic_messages",
    "model_requested": "claude-sonnet-4-5",
    "model_returned": "claude-sonnet-4-5-20250929",
    "status": 200,
    "outcome": "ok",
    "finish_reason": "end_turn",
    "input_tokens": 6100,
    "cache_read_tokens": 5000,
    "cache_write_tokens": 1000,
    "cache_write_1h_tokens": 1000,
    "output_tokens": 60,
    "reasoning_tokens": None,
    "cost_nanousd": ANTHROPIC_COST,
    "cost_status": "priced",
}


def ask_openai(**options: Any) -> Any:
    SDKS.append(sdk := openai.OpenAI(api_key="sk-test", max_retries=0))
    return sdk.chat.completions.create(**{"model": "gpt-4o", "messages": PROMPT, **options})


def ask_anthropic(**options: Any) -> Any:
    SDKS.append(sdk := anthropic.Anthropic(api_key="sk-test", max_retries=0))
    return sdk.messages.create(model="claude-sonnet-4-5", max_tokens=100, messages=PROMPT, **options)


def streamed_text(chunks: Any) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def test_a_plain_openai_answer_is_metered(upstream: Upstream, row_of: Any) -> None:
    upstream.answer = lambda _asked: plain(openai_body("chatcmpl-plain"))

    answer = ask_openai()

    row = row_of("chatcmpl-plain")
    assert answer.choices[0].message.content == "Hello!"
    assert {name: row[name] for name in OPENAI_ROW} == OPENAI_ROW
    assert row["streamed"] is False
    assert row["raw_usage"] == OPENAI_USAGE


def test_an_openai_stream_is_metered(upstream: Upstream, row_of: Any) -> None:
    upstream.answer = lambda _asked: stream(openai_events("chatcmpl-stream"))

    text = streamed_text(ask_openai(stream=True, stream_options={"include_usage": True}))

    row = row_of("chatcmpl-stream")
    assert text == "Hello!"
    assert {name: row[name] for name in OPENAI_ROW} == OPENAI_ROW
    assert (row["streamed"], row["output_chunks"]) == (True, 2)
    assert 0 <= row["ttfb_ms"] <= row["ttft_ms"] <= row["duration_ms"]
    assert 0 < row["overhead_us"] < 1000 * row["duration_ms"]


def test_a_plain_anthropic_answer_is_metered(upstream: Upstream, row_of: Any) -> None:
    upstream.answer = lambda _asked: plain(anthropic_body("msg_plain"))

    answer = ask_anthropic()

    row = row_of("msg_plain")
    assert answer.content[0].text == "Hello!"
    assert {name: row[name] for name in ANTHROPIC_ROW} == ANTHROPIC_ROW


def test_an_anthropic_stream_is_metered(upstream: Upstream, row_of: Any) -> None:
    upstream.answer = lambda _asked: stream(anthropic_events("msg_stream"))

    events = list(ask_anthropic(stream=True))

    row = row_of("msg_stream")
    assert events[-1].type == "message_stop"
    assert {name: row[name] for name in ANTHROPIC_ROW} == ANTHROPIC_ROW
    assert row["output_chunks"] == 1


@pytest.mark.parametrize("is_streamed", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_an_answer_through_gzip_is_metered(upstream: Upstream, row_of: Any, dialect: str, is_streamed: bool) -> None:
    response_id = f"{dialect}-gzip-{is_streamed}"
    headers = "content-encoding: gzip\r\n"
    events = openai_events(response_id) if dialect == "openai" else anthropic_events(response_id)
    body = openai_body(response_id) if dialect == "openai" else anthropic_body(response_id)
    packed = gzip.compress(b"".join(events))
    if is_streamed:
        upstream.answer = lambda _asked: stream([packed[:50], packed[50:]], headers=headers)
    else:
        upstream.answer = lambda _asked: plain(gzip.compress(body), headers=headers)

    if dialect == "openai":
        answer = ask_openai(stream=is_streamed)
        text = streamed_text(answer) if is_streamed else answer.choices[0].message.content
    else:
        answer = ask_anthropic(stream=is_streamed)
        deltas = (event.delta.text for event in answer if event.type == "content_block_delta") if is_streamed else ()
        text = "".join(deltas) if is_streamed else answer.content[0].text

    expected = OPENAI_ROW if dialect == "openai" else ANTHROPIC_ROW
    row = row_of(response_id)
    assert text == "Hello!"
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_a_stream_cut_at_every_byte_is_metered(upstream: Upstream, row_of: Any, dialect: str) -> None:
    response_id = f"{dialect}-bytes"
    events = openai_events(response_id) if dialect == "openai" else anthropic_events(response_id)
    upstream.answer = lambda _asked: stream([bytes([byte]) for byte in b"".join(events)])

    if dialect == "openai":
        assert streamed_text(ask_openai(stream=True)) == "Hello!"
    else:
        assert [event.type for event in ask_anthropic(stream=True)][-1] == "message_stop"

    row = row_of(response_id)
    expected = OPENAI_ROW if dialect == "openai" else ANTHROPIC_ROW
    assert {name: row[name] for name in expected} == expected


def test_the_first_chunk_arrives_before_the_last_is_sent(upstream: Upstream, row_of: Any) -> None:
    seen = threading.Event()
    first, *rest = stream(openai_events("chatcmpl-first"))
    upstream.answer = lambda _asked: [first, *rest[:2], Until(seen), *rest[2:]]

    chunks = iter(ask_openai(stream=True))
    next(chunks)
    second = next(chunks)
    seen.set()

    assert second.choices[0].delta.content == "Hel"
    assert streamed_text(chunks) == "lo!"
    assert row_of("chatcmpl-first")["outcome"] == "ok"


@pytest.mark.parametrize("is_streamed", [False, True], ids=["plain", "streamed"])
def test_the_bytes_at_the_client_are_the_bytes_sent(upstream: Upstream, row_of: Any, is_streamed: bool) -> None:
    response_id = f"chatcmpl-exact-{is_streamed}"
    events = [b": hello\r\n\r\n", *openai_events(response_id), b"data: \xff\xfe after the end\n\n"]
    body = b"".join(events) if is_streamed else openai_body(response_id) + b"  \n"
    upstream.answer = lambda _asked: stream(events) if is_streamed else plain(body)
    sent = json.dumps({"model": "gpt-4o", "stream": is_streamed, "messages": PROMPT}, indent=3).encode() + b"\n"

    with httpx2.Client() as client:
        answer = client.post("https://api.openai.com/v1/chat/completions?a=b%20c", content=sent)

    assert answer.content == body
    assert upstream.asked[-1].body == sent
    assert upstream.asked[-1].target == "/v1/chat/completions?a=b%20c"
    metered = body[: body.index(b"[DONE]") + len(b"[DONE]\n\n")] if is_streamed else body
    assert row_of(response_id)["response_bytes"] == len(metered)


def test_export_prints_each_row_as_a_line_of_json(upstream: Upstream, sidecar: Sidecar, row_of: Any) -> None:
    upstream.answer = lambda _asked: plain(openai_body("chatcmpl-export"))
    ask_openai()
    row = row_of("chatcmpl-export")

    printed = subprocess.run(
        [
            sys.executable,
            "-m",
            "farebox",
            "export",
            "--format",
            "jsonl",
            "--ledger",
            f"sqlite:///{sidecar.home}/ledger.db",
        ],
        env=clean_environment(),
        capture_output=True,
        check=True,
        timeout=60,
    )

    lines = [json.loads(line) for line in printed.stdout.splitlines()]
    assert row in lines
    assert row["started_at"].endswith("Z")


def test_a_call_is_counted(upstream: Upstream, sidecar: Sidecar, row_of: Any) -> None:
    labels = 'model="gpt-4o-2024-08-06",operation="chat",outcome="ok",provider="openai",status="200"'
    place = 'model="gpt-4o-2024-08-06",provider="openai"'
    before = sidecar.metrics()
    upstream.answer = lambda _asked: plain(openai_body("chatcmpl-counted"))
    ask_openai()
    row_of("chatcmpl-counted")

    after = sidecar.metrics()

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0.0)

    assert grown(f"farebox_calls_total{{{labels}}}") == 1
    assert grown('farebox_tokens_total{kind="cache_read",' + place + "}") == 800
    assert grown('farebox_cost_usd_total{cost_status="priced",' + place + "}") == pytest.approx(OPENAI_COST / 1e9)
    assert grown(f"farebox_call_duration_seconds_count{{{place}}}") == 1
    assert sidecar.healthz()[0] == 200
    assert sidecar.healthz()[1]["ledger"] == "ok"


def test_an_unknown_model_is_unpriced_and_counted(upstream: Upstream, sidecar: Sidecar, row_of: Any) -> None:
    body = json.loads(openai_body("chatcmpl-unknown")) | {"model": "gpt-99-future"}
    upstream.answer = lambda _asked: plain(json.dumps(body).encode())
    ask_openai(model="gpt-99-future")

    row = row_of("chatcmpl-unknown")

    assert (row["cost_nanousd"], row["cost_status"], row["cost_reasons"]) == (None, "unpriced", ["unknown_model"])
    assert sidecar.metrics()['farebox_unpriced_calls_total{model="gpt-99-future",provider="openai"}'] == 1


def test_a_hang_up_in_mid_stream_is_a_client_abort(upstream: Upstream, row_of: Any) -> None:
    gone = threading.Event()
    steps = stream(anthropic_events("msg_abort"))
    upstream.answer = lambda _asked: [*steps[:5], Until(gone), *steps[5:]]

    chunks = ask_anthropic(stream=True)
    assert next(chunks).type == "message_start"
    chunks.close()
    row = row_of("msg_abort")
    gone.set()

    assert (row["outcome"], row["input_tokens"], row["output_tokens"]) == ("client_abort", 6100, 2)
    assert (row["cost_status"], row["cost_reasons"]) == ("partial", ["incomplete_answer"])


def test_a_hang_up_after_the_end_mark_is_ok(upstream: Upstream, row_of: Any) -> None:
    gone = threading.Event()
    steps: list[Step] = [*stream(openai_events("chatcmpl-after"))[:-2], Until(gone)]
    upstream.answer = lambda _asked: steps

    text = streamed_text(ask_openai(stream=True))
    row = row_of("chatcmpl-after")
    gone.set()

    assert text == "Hello!"
    assert (row["outcome"], row["cost_nanousd"]) == ("ok", OPENAI_COST)


def test_a_large_request_is_streamed_and_its_model_read(upstream: Upstream, row_of: Any) -> None:
    upstream.answer = lambda _asked: plain(openai_body("chatcmpl-large"))
    large: Any = [{"role": "user", "content": "x" * (17 << 20)}]

    ask_openai(messages=large)

    row = row_of("chatcmpl-large")
    assert row["request_bytes"] == upstream.asked[-1].body_bytes > 17 << 20
    assert row["model_requested"] == "gpt-4o"
    assert row["model_returned"] == "gpt-4o-2024-08-06"


def test_a_large_plain_answer_is_metered(upstream: Upstream, row_of: Any) -> None:
    body = json.loads(openai_body("chatcmpl-long"))
    body["choices"][0]["message"]["content"] = "y" * (3 << 20)
    upstream.answer = lambda _asked: [*plain(json.dumps(body).encode())]

    answer = ask_openai()

    assert len(answer.choices[0].message.content) == 3 << 20
    assert row_of("chatcmpl-long")["cost_nanousd"] == OPENAI_COST


def test_headers_named_as_tags_are_kept_without_credentials(upstream: Upstream, tmp_path: Path) -> None:
    upstream.authority.cert_pem.write_to_path(str(tmp_path / "upstream.pem"))
    (tmp_path / "farebox.yaml").write_text(
        "attribution: {tags: [X-Team, x-other]}\nintercept: {hosts: ['*.example.net']}\n"
    )
    upstream.answer = lambda _asked: plain(openai_body("chatcmpl-tagged"))
    sets = (
        "--set",
        f"upstream_port={upstream.port}",
        "--set",
        f"ssl_verify_upstream_trusted_ca={tmp_path}/upstream.pem",
    )

    with Sidecar(tmp_path / "home", "--script", str(REDIRECT), *sets) as sidecar:
        with httpx2.Client(proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca)) as client:
            url = "https://llm.example.net/v1/chat/completions"
            client.post(url, json={"model": "gpt-4o"}, headers={"x-team": "red", "x-other": "Bearer 7f3a"})
        [row] = sidecar.rows(1)

    assert row["tags"] == {"x-team": "red"}
    assert (row["provider"], row["cost_reasons"]) == ("unknown", ["unknown_provider"])
