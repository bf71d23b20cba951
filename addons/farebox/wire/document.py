"""What every framing turns a body into: JSON documents, read as clients read them."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import msgspec

from ..errors import WireError

BODY_LIMIT = 32 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Document(NamedTuple):
    """One JSON document of a reply; `event` is the name that its framing gave it. The end mark has `data` None.

    `is_error` where the framing itself, whatever the document holds, says that it is one.
    """

    event: str
    data: Any
    is_error: bool = False

    @property
    def is_done(self) -> bool:
        """Tell whether this is the `[DONE]` mark."""
        return self.event == "[DONE]"


class Documents(Protocol):
    """Turns pieces of a decoded body into documents. `unreadable` counts what looked like a document and was none.

    `is_whole` once nothing more can come: the body was one document, and that is read. `is_one` where no more than one
    is to come.
    """

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
    """Return the JSON value in `raw`, lone surrogates and NaN included as clients do; WireError if there is none."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        return json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise WireError(f"not a JSON document: {type(error).__name__}") from error
