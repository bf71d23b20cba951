"""No file and no output of farebox contains a key or a prompt: canaries in the traffic are searched for."""

import gzip
import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.conftest import StartSidecar
from tests.support import raw_client
from tests.support.mitmdump import mitmdump_sidecar
from tests.support.paths import SUPPORT
from tests.support.sidecar import Sidecar, clean_environment, export
from tests.support.upstream import Asked, Reset, Step, Upstream, plain, stream

CANARY = "CANARY-7f3a"
# What of the canaries is a call; the malformed requests may make further rows.
ROWS = 15
OPENAI = "https://api.openai.com/v1"
CHAT = f"{OPENAI}/chat/completions"
GEMINI = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"


def canary(place: str) -> str:
    return f"{CANARY}-{place}-sk-proj-abcdefghijklmnopqrstuvwx"


ANSWER = {
    "id": "leak",
    "model": "gpt-4o",
    "system_fingerprint": canary("fingerprint"),
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": canary("answer")}}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11, "note": f"prose with {canary('usage')}"},
}
ERROR = {
    "error": {"message": canary("message"), "type": f"a {canary('type')}", "code": f"{canary('code')} !", "param": None}
}
QUESTION = {
    "model": "gpt-4o",
    "user": canary("user"),
    "metadata": {canary("metadata"): canary("metadata")},
    "messages": [{"role": "user", "content": canary("prompt")}],
}
HEADERS = {
    "authorization": f"Bearer {canary('key')}",
    "x-api-key": canary("api-key"),
    "cookie": canary("cookie"),
    "user-agent": canary("agent"),
    "x-note": canary("tag"),
}
REFUSED = {"error": {"message": f"'{canary('said')}' is no {canary('value')}: stop using it", "param": canary("param")}}
REFUSED_USAGE = {"error": {"message": f"stream_options: {canary('extra')}", "type": "invalid_request_error"}}
GEMINI_ANSWER = {
    "modelVersion": canary("model"),
    "candidates": [{"content": {"parts": [{"text": canary("part")}]}, "finishReason": f"the {canary('reason')}"}],
    "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4, canary("count"): 1},
}


def answers(asked: Asked) -> list[Step]:
    """Answer as the last part of the query says."""
    chunk = b"data: " + json.dumps(ANSWER).encode() + b"\n\n"
    scripted: dict[str, list[Step]] = {
        "plain": plain(json.dumps(ANSWER).encode(), headers=f"set-cookie: {canary('set-cookie')}\r\n"),
        "error": plain(json.dumps(ERROR).encode(), status="401 Unauthorized"),
        "stream": stream([chunk, b"data: [DONE]\n\n"]),
        "cut": stream([chunk[:-9]], end=Reset()),
        "prose": plain(canary("prose").encode()),
        "garbled": plain(gzip.compress(canary("garbled").encode())[:-9], headers="content-encoding: gzip\r\n"),
        "broken": [f"HTTP/1.1 200 OK\r\n{canary('header')}\r\n\r\n".encode()],
        "raising": stream([chunk, b"data: [DONE]\n\n"]),
        "refused": plain(json.dumps(REFUSED).encode(), status="400 Bad Request"),
        "usage": stream([chunk, b"data: [DONE]\n\n"]),
        "gemini": plain(json.dumps(GEMINI_ANSWER).encode()),
        "work": plain(json.dumps(work("queued")).encode()),
        "poll": plain(json.dumps(work("completed")).encode()),
    }
    kind = asked.target.rpartition("&as=")[2]
    if kind == "usage" and b"stream_options" in asked.body:
        return plain(json.dumps(REFUSED_USAGE).encode(), status="400 Bad Request")
    return scripted.get(kind, plain(b"{}"))


def work(status: str) -> dict[str, object]:
    """Return a response in the background; once it is complete, it contains its text and tokens."""
    output = [{"type": "message", "content": [{"type": "output_text", "text": canary("output")}]}]
    done = {"output": output, "usage": {"input_tokens": 7, "output_tokens": 2, "note": f"a {canary('noted')}"}}
    whole = {"id": "resp_leak", "background": True, "status": status, "instructions": canary("instructions")}
    return {**whole, **(done if status == "completed" else {})}


@pytest.fixture
def leaky_upstream() -> Iterator[Upstream]:
    with Upstream(answers) as running:
        yield running


def send_everything(port: int, ca: Path) -> None:
    """Plant canaries in headers, URLs and bodies, on good ways and bad ones."""
    verify = ssl.create_default_context(cafile=ca)
    with httpx2.Client(proxy=f"http://127.0.0.1:{port}", verify=verify, headers=HEADERS) as client:
        for kind in ("plain", "error", "stream", "cut", "prose", "garbled", "broken"):
            try:
                client.post(f"{CHAT}?key={canary('query')}&as={kind}", json=QUESTION)
            except httpx2.HTTPError:
                continue
        client.post(f"https://api.openai.com/v1/raising/chat/completions?k={canary('query')}&as=raising", json=QUESTION)
        client.post(f"https://api.openai.com/v1/files?key={canary('query')}", content=canary("upload"))
        client.post(f"http://www.example.org/v1/chat/completions?k={canary('query')}", json=QUESTION)
        client.post(CHAT, content=canary("not json"))
        send_what_is_read_elsewhere(client)
    with pytest.raises(httpx2.HTTPError), httpx2.Client(proxy=tls_untrusted(port)) as client:
        client.post(CHAT, json=QUESTION)
    malformed = [
        f"POST http://u:{CANARY}@127.0.0.1/v1/chat/completions HTTP/1.1\r\nhost: www.example.org\r\n\r\n",
        f"POST http://u:{CANARY}@127.0.0.1/v1/files HTTP/1.1\r\nhost: www.example.org\r\n\r\n",
        f"POST /v1/chat/completions?key={canary('line')} NONSENSE/9\r\n\r\n",
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: api.openai.com\r\nbad header {canary('bad-header')}\r\n\r\n",
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: api.openai.com\r\nx-key: {canary('unfinished')}",
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: api.openai.com\r\ncontent-length: {canary('length')}\r\n\r\n",
    ]
    for request in malformed:
        raw_client.exchange(port, ca, "api.openai.com", request.encode())
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(request.encode())


def send_what_is_read_elsewhere(client: httpx2.Client) -> None:
    """Plant canaries in a form, an error that quotes them, a URL that names the model, work that is looked at later."""
    fields = {"model": "whisper-1", "prompt": canary("prompt"), "language": canary("language"), canary("field"): "1"}
    sound = {"file": (canary("file-name"), canary("file").encode())}
    client.post(f"{OPENAI}/audio/transcriptions?k={canary('query')}&as=plain", data=fields, files=sound)
    client.post(f"{CHAT}?k={canary('query')}&as=refused", json={**QUESTION, canary("name"): 1, "stop": canary("stop")})
    client.post(f"{CHAT}?k={canary('query')}&as=usage", json={**QUESTION, "stream": True})
    client.post(f"{GEMINI}?key={canary('query')}&as=gemini", json={"contents": [{"parts": [{"text": canary("ask")}]}]})
    client.post(f"{OPENAI}/responses?k={canary('query')}&as=work", json={"model": "o3", "input": canary("input")})
    client.get(f"{OPENAI}/responses/resp_leak?k={canary('query')}&as=poll")
    client.get(f"{OPENAI}/responses/{canary('id')}?k={canary('query')}&as=poll")
    client.get(f"{OPENAI}/responses/resp_of_nobody?k={canary('query')}&as=poll")


def tls_untrusted(port: int) -> httpx2.Proxy:
    return httpx2.Proxy(f"http://127.0.0.1:{port}", headers={"user-agent": canary("tunnel")})


def files_with(folder: Path, needle: str) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and needle.encode() in path.read_bytes()]


def test_no_canary_is_written_or_printed(leaky_upstream: Upstream, start_sidecar: StartSidecar) -> None:
    raising = SUPPORT / "raising_dialect.py"
    environment = {"FAREBOX_ATTRIBUTION_TAGS": "x-note"}
    sidecar = start_sidecar(leaky_upstream, "--script", str(raising), environment=environment)
    send_everything(sidecar.port, Path(sidecar.ca))
    wait_until_rows(sidecar.home)
    scraped = "\n".join(sidecar.metrics()) + json.dumps(sidecar.healthz())
    spooled = files_with(sidecar.home / "spool", CANARY)
    printed = "".join(map(sidecar_prints(sidecar), COMMANDS))

    assert sidecar.stop() == 0

    assert spooled == []
    assert files_with(sidecar.home, CANARY) == []
    assert CANARY not in scraped
    assert [text for text in PRINTED if text not in printed] == []
    assert CANARY not in printed
    assert CANARY not in sidecar.log.read_text()
    assert CANARY not in json.dumps(export(sidecar.home))


COMMANDS = (
    *("export", "report --by model --format json", "report --by day", "tail --no-follow -n 99", "show resp_leak"),
    "doctor",
)
# These prove that farebox read the places of the canaries.
PRINTED = ("gemini-2.5-flash", "whisper-1", "resp_leak", "does not trust farebox's CA")


def sidecar_prints(sidecar: Sidecar) -> Callable[[str], str]:
    """Return a function that runs a `farebox` command beside `sidecar`, and returns what it printed."""
    metrics_port = sidecar.metrics_url.removesuffix("/metrics").rpartition(":")[2]
    environment = {"FAREBOX_HOME": str(sidecar.home), "FAREBOX_METRICS_PORT": metrics_port, "COLUMNS": "300"}

    def tell(command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "farebox", *command.split()],
            env={**clean_environment(), **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout + done.stderr

    return tell


USAGE = {"prompt_tokens": 1, "completion_tokens": 1}


@pytest.mark.slow
def test_mitmdump_prints_and_writes_no_canary_either(leaky_upstream: Upstream, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with mitmdump_sidecar(leaky_upstream, home) as (mitmdump, port):
        send_everything(port, tmp_path / "confdir" / "mitmproxy-ca-cert.pem")
        mitmdump.terminate()
        mitmdump.wait(40)

    assert len(export(home)) >= ROWS
    assert CANARY not in (tmp_path / "mitmdump.log").read_text()
    assert files_with(home, CANARY) == []


def wait_until_rows(home: Path) -> None:
    give_up = time.monotonic() + 10
    while len(export(home)) < ROWS:
        assert time.monotonic() < give_up
        time.sleep(0.1)


HOSTILE_MODELS = {
    "NUL": "gpt\0-4o",
    "lone surrogate": "gpt-\ud800-4o",
    "10,000 characters": "m" * 10_000,
    "emoji": "🚂" * 300,
    "quotes": "'; DROP TABLE calls; --\"\n\\",
}


def test_hostile_model_names_harm_nothing(upstream: Upstream, start_sidecar: StartSidecar) -> None:
    upstream.answer = lambda asked: plain(
        json.dumps(
            {"model": json.loads(asked.body)["model"], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
        ).encode()
    )
    sidecar = start_sidecar(upstream)
    with httpx2.Client(proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca)) as client:
        for model in HOSTILE_MODELS.values():
            client.post(CHAT, content=json.dumps({"model": model}).encode())

        rows = sidecar.rows(len(HOSTILE_MODELS))

    assert all(row["model_requested"] == row["model_returned"] for row in rows)
    assert [row["model_returned"] for row in rows] == ["gpt�-4o", "gpt-?-4o", None, None, None]
    assert all(row["cost_status"] == "unpriced" for row in rows)
    assert sidecar.metrics()["farebox_records_dead_lettered_total"] == 0


@pytest.mark.slow
def test_junk_model_names_make_few_series(upstream: Upstream, start_sidecar: StartSidecar) -> None:
    upstream.answer = lambda asked: plain(json.dumps({"model": asked.headers["x-model"], "usage": USAGE}).encode())
    sidecar = start_sidecar(upstream)
    with httpx2.Client(proxy=sidecar.proxy) as client:
        for number in range(120):
            client.post("http://junk.example.org/v1/chat/completions", json={}, headers={"x-model": f"junk-{number}"})
    sidecar.rows(120)

    metrics = sidecar.metrics()

    labels = {name.split('model="')[1].split('"')[0] for name in metrics if name.startswith("farebox_calls_total{")}
    assert len(labels) == 51
    assert metrics["farebox_calls_over_series_cap_total"] == 70
