"""A provider's answers to chat requests, and their cost."""

import json

from tests.support.upstream import Asked, Step, plain, stream

USAGE = {"prompt_tokens": 300, "completion_tokens": 40, "total_tokens": 340}
# gpt-4o: 2500 nano-USD per input token, 10000 per output token.
COST = 300 * 2500 + 40 * 10000
BODY = {"id": "c1", "model": "gpt-4o", "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}}]}


def answer(asked: Asked) -> list[Step]:
    """Return a chat completion, streamed if the request asks for that."""
    if b'"stream":true' not in asked.body.replace(b" ", b""):
        return plain(json.dumps({**BODY, "usage": USAGE}).encode())
    chunk = {"id": "c2", "object": "chat.completion.chunk", "model": "gpt-4o", "choices": []}
    events = [{**chunk, "choices": [{"index": 0, "delta": {"content": "hello"}}]}, {**chunk, "usage": USAGE}]
    return stream([*(b"data: %s\n\n" % json.dumps(event).encode() for event in events), b"data: [DONE]\n\n"])
