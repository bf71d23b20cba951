"""The beginning of a request's body without its content encodings."""

import asyncio

from ..wire.content import decoded_start, start_limit

# The beginning of a body, and whether that is all of it.
Decoded = tuple[bytes, bool]


def decoded(raw: bytes, encodings: str | None, task: asyncio.Task[Decoded] | None) -> Decoded:
    """Return what `task` has made of `raw`, nothing if it hasn't ended; without a task, decompress now."""
    if task is None:
        return decoded_start(raw, encodings, start_limit(len(raw)))
    # A call that ends before it is decompressed has a row without what its body says.
    is_ended = task.done() and not task.cancelled() and not task.exception()
    return task.result() if is_ended else (b"", False)
