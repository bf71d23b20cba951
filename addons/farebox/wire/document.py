"""The result of every framing: JSON documents, decoded as clients decode them."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import msgspec

from ..errors import WireError

BODY_LIMIT = 32 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Document(NamedTuple):
    """One JSON document of a response; `event` is the name that the framing gives it. The end mark has `data` None.

    `is_error` if the framing itself marks the document as an error.
    """

    event: str
    data: Any
    is_error: bool = False

    @property
    def is_done(self) -> bool:
        """Whether this is the `[DONE]` mark."""
        return self.event == "[DONE]"


class Form(NamedTuple):
    """The bytes on the wire before and behind the JSON of a document, and what `separators` may be around that."""

    before: bytes
    behind: bytes
    separators: re.Pattern[bytes] | None = None


# Returns the document of an event by its name and data if it need not be decoded, else None.
Recognize = Callable[[str, bytes], Document | None]


def unknown(_event: str, _raw: bytes) -> None:
    """Recognize no event."""


class Documents(Protocol):
    """Turns pieces of a decoded body into documents. `unreadable` counts invalid documents.

    `is_whole` once the body was a single document and that has been read. `is_one` if the body is expected to contain
    a single document. `form` is what was around the document that was yielded last, None if it had no usual one. No
    document has begun if it `is_between` two. Most documents of a stream end with `mark`, if that is not empty.
    """

    @property
    def form(self) -> Form | None: ...
    @property
    def is_between(self) -> bool: ...
    @property
    def mark(self) -> bytes: ...

    @property
    def is_stream(self) -> bool: ...
    @property
    def unreadable(self) -> int: ...
    @property
    def is_whole(self) -> bool: ...
    @property
    def is_one(self) -> bool: ...
    def feed(self, chunk: bytes) -> Iterator[Document]: ...
    def close(self) -> Iterator[Document]: ...


def decode(raw: bytes) -> Any:
    """Return the JSON value in `raw`, accepting lone surrogates and NaN as clients do; WireError if it is not JSON."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        return json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise WireError(f"not a JSON document: {type(error).__name__}") from error
