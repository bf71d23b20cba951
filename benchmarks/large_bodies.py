"""How long requests of up to 15 MiB hold up a worker; `make bench-bodies` prints it.

Before the response begins, a worker reads the body of the request, and no other call proceeds meanwhile. Decoding and
measuring the whole body is timed alternately with what farebox does, so that both meet the same load; the worst of all
rounds counts. The time is the CPU time of the thread, because other processes do not hold up a worker for its calls.
"""

import json
import os
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import partial

from farebox.dialects import openai_chat
from farebox.errors import WireError
from farebox.metering.call import asked_of
from farebox.records.exchange import Request, request_to
from farebox.records.params import names_of, params_of
from farebox.records.text_size import measure
from farebox.stream_options.inject import with_include_usage
from farebox.wire.documents import decode

SIZE = 15 << 20
ROUNDS = 5
URL = "https://api.openai.com/v1/chat/completions"
_END = b',"model":"gpt-4o","temperature":0.3,"stream":true}'


def main() -> None:
    print(f"{'request':<28} {'MiB':>5} {'whole':>8} {'farebox':>8} {'inject':>8}   ms of CPU, worst of {ROUNDS} rounds")
    for name, body in _bodies():
        request = request_to("POST", URL, (("content-type", "application/json"),), body)
        times = _worst(
            partial(_whole, request),
            partial(asked_of, request, openai_chat.DIALECT),
            partial(with_include_usage, body),
        )
        print(f"{name:<28} {len(body) / (1 << 20):5.1f} {times[0]:8.1f} {times[1]:8.1f} {times[2]:8.1f}", flush=True)


def _whole(request: Request) -> None:
    try:
        body = decode(request.body)
    except WireError:
        return
    measure(body)
    openai_chat.DIALECT.asked(request, body)
    params_of(body)
    names_of(body)


def _bodies() -> Iterator[tuple[str, bytes]]:
    """Yield requests whose conversation comes first, as OpenAI's Python SDK sends them."""
    text, message = b"words of a prompt ", b'{"role":"user","content":"Say hello to the others"}'
    yield "one string", _chat(b'{"role":"user","content":"' + text * (SIZE // len(text)) + b'"}')
    yield "one string of escapes", _chat(b'{"role":"user","content":"' + b'a\\n\\"' * (SIZE // 5) + b'"}')
    letters = "\u00e4\u65e5".encode()
    yield "one string, not ASCII", _chat(b'{"role":"user","content":"' + letters * (SIZE // 5) + b'"}')
    yield "small messages", _chat(_many(message))
    yield "pretty-printed messages", json.dumps(json.loads(_chat(_many(message, SIZE // 3))), indent=4).encode()
    yield "nesting, 500 levels", _chat(_many(b"[" * 500 + b"]" * 500, SIZE // 8))
    yield "nesting, too deep", _chat(b"[" * (SIZE // 2) + b"]" * (SIZE // 2))
    yield "integers", _chat(_many(b"12"))
    yield "fractions", _chat(_many(b"-0.0123456789"))
    image = b64encode(os.urandom(SIZE * 3 // 32))
    image = b'{"type":"image_url","image_url":{"url":"data:image/png;base64,' + image + b'"}}'
    yield "8 images in base64", _chat(_many(image))
    yield "members", b"{" + b",".join(b'"k%d":1' % number for number in range(SIZE // 12)) + _END


def _chat(messages: bytes) -> bytes:
    return b'{"messages":[' + messages + b"]" + _END


def _many(item: bytes, size: int = SIZE) -> bytes:
    return b",".join([item] * (size // (len(item) + 1)))


def _worst(*runs: Callable[[], object]) -> list[float]:
    """Return the worst milliseconds of each of `runs`, which take turns."""
    rounds = [[_milliseconds(run) for run in runs] for _ in range(ROUNDS)]
    return [max(column) for column in zip(*rounds, strict=True)]


def _milliseconds(run: Callable[[], object]) -> float:
    start = time.thread_time_ns()
    run()
    return (time.thread_time_ns() - start) / 1e6


if __name__ == "__main__":
    main()
