"""The longest time for which a hook of farebox holds a worker's loop, for large bodies; `make bench-hooks`.

Every hook of a call is timed by itself, and so is each read of a body that is passed on as it arrives. The time is the
CPU time of the thread: the worst hook of a call, the best of all rounds, as other processes make it longer.
"""

import asyncio
import inspect
import json
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from farebox.proxy.memory_budget import REQUEST_LIMIT
from mitmproxy import http

from tests.support.flows import EVENTS, JSON, Worker, answered, flow_of

from .results import put

SIZES = (100_000, 2_000_000, 16_000_000)
_LIMITS = {100_000: 1.0, 2_000_000: 1.0, 16_000_000: 5.0}
_READ = (1 << 16) - 1
_ROUNDS = 7
_MIB = 1_000_000

type Timed = dict[str, float]


def main() -> None:
    lines = [f"`make bench-hooks`: milliseconds of CPU of the longest hook of a call, best of {_ROUNDS} rounds.", ""]
    lines += ["| body | MB | longest hook | ms | limit |", "|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder, Worker(Path(folder)) as worker:
        for name, play in _CALLS.items():
            for size in SIZES:
                hook, longest = _best(worker, play, size)
                lines.append(f"| {name} | {size / _MIB:.1f} | {hook} | {longest:.2f} | {_LIMITS[size]:.0f} |")
                print(lines[-1], flush=True)
    put("The longest hook", "\n".join(lines))


def _best(worker: Worker, play: Callable[[Worker, int, Timed], None], size: int) -> tuple[str, float]:
    rounds: list[Timed] = []
    for _ in range(_ROUNDS):
        timed: Timed = {}
        play(worker, size, timed)
        rounds.append(timed)
    best = {name: min(one[name] for one in rounds) for name in rounds[0]}
    return max(best.items(), key=lambda item: item[1])


def _request(worker: Worker, size: int, timed: Timed, body: bytes) -> None:
    flow = flow_of(body=b"", headers={**JSON, "content-length": str(len(body))})
    flow.request.headers["content-length"] = str(len(body))
    _timed(timed, "requestheaders", worker.sidecar.requestheaders, flow)
    if callable(flow.request.stream):
        for piece in _reads(body):
            _timed(timed, "a read of the request", flow.request.stream, piece)
    else:
        flow.request.raw_content = body
    asyncio.run(_read_ahead(worker, timed, flow))
    answered(flow)
    _timed(timed, "responseheaders", worker.sidecar.responseheaders, flow)
    _timed(timed, "response", worker.sidecar.response, flow)
    assert size <= REQUEST_LIMIT or callable(flow.request.stream)


async def _read_ahead(worker: Worker, timed: Timed, flow: http.HTTPFlow) -> None:
    """Play the hooks of a request that is whole, and time each turn of the loop until it is read."""
    _timed(timed, "request", worker.sidecar.read_ahead.request, flow)
    _timed(timed, "request", worker.sidecar.request, flow)
    turns = asyncio.all_tasks() - {cast(asyncio.Task[None], asyncio.current_task())}
    while not all(turn.done() for turn in turns):
        began = time.thread_time()
        await asyncio.sleep(0)
        spent = 1e3 * (time.thread_time() - began)
        timed["a piece of the request"] = max(timed.get("a piece of the request", 0.0), spent)


def _text(worker: Worker, size: int, timed: Timed) -> None:
    _request(worker, size, timed, _chat("words of a prompt " * (size // 18)))


def _messages(worker: Worker, size: int, timed: Timed) -> None:
    one = {"role": "user", "content": "Say hello to the others"}
    body = json.dumps({"model": "gpt-4o", "messages": [one] * (size // 58)}).encode()
    _request(worker, size, timed, body)


def _image(worker: Worker, size: int, timed: Timed) -> None:
    url = "data:image/png;base64," + b64encode(bytes(size * 3 // 4)).decode()
    _request(worker, size, timed, _chat([{"type": "image_url", "image_url": {"url": url}}]))


def _answer(worker: Worker, size: int, timed: Timed) -> None:
    message = {"role": "assistant", "content": "words of an answer " * (size // 19)}
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    document = {"id": "r", "model": "gpt-4o", "choices": [{"index": 0, "message": message}], "usage": usage}
    _answered(worker, timed, json.dumps(document).encode(), JSON)


def _embeddings(worker: Worker, size: int, timed: Timed) -> None:
    vector = {"object": "embedding", "embedding": [0.0123456789, -0.0234567891] * 768}
    document = {"data": [vector] * (size // 22_000), "model": "m", "usage": {"prompt_tokens": 9, "total_tokens": 9}}
    _answered(worker, timed, json.dumps(document).encode(), JSON)


def _stream(worker: Worker, size: int, timed: Timed) -> None:
    choice = {"index": 0, "delta": {"content": "word "}, "finish_reason": None}
    event = b"data: " + json.dumps({"id": "r", "model": "gpt-4o", "choices": [choice]}).encode() + b"\n\n"
    _answered(worker, timed, event * (size // len(event)) + b"data: [DONE]\n\n", EVENTS)


def _answered(worker: Worker, timed: Timed, body: bytes, headers: dict[str, str]) -> None:
    flow = flow_of(body=b'{"model": "gpt-4o"}' if headers is JSON else b'{"model": "gpt-4o", "stream": true}')
    worker.sidecar.requestheaders(flow)
    worker.sidecar.request(flow)
    response = answered(flow, b"", headers=headers)
    response.headers.pop("content-length", None)
    if headers is JSON:
        response.headers["content-length"] = str(len(body))
    else:
        response.headers["transfer-encoding"] = "chunked"
    _timed(timed, "responseheaders", worker.sidecar.responseheaders, flow)
    stream = response.stream
    assert callable(stream) or len(body) < 1 << 20
    if callable(stream):
        for piece in (*_reads(body), b""):
            _timed(timed, "a read of the answer", stream, piece)
    else:
        response.raw_content = body
    _timed(timed, "response", worker.sidecar.response, flow)


def _chat(content: Any) -> bytes:
    return json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": content}]}).encode()


def _reads(body: bytes) -> Iterator[bytes]:
    return (body[start : start + _READ] for start in range(0, len(body), _READ))


def _timed(timed: Timed, name: str, hook: Callable[..., Any], given: http.HTTPFlow | bytes) -> None:
    began = time.thread_time()
    result = hook(given)
    if inspect.isawaitable(result):
        asyncio.run(_whole(result))
    timed[name] = max(timed.get(name, 0.0), 1e3 * (time.thread_time() - began))


async def _whole(result: Any) -> None:
    await result


_CALLS: dict[str, Callable[[Worker, int, Timed], None]] = {
    "request, one text": _text,
    "request, short messages": _messages,
    "request, image": _image,
    "answer, JSON": _answer,
    "answer, embeddings": _embeddings,
    "answer, stream": _stream,
}


if __name__ == "__main__":
    main()
