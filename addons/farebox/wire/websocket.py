"""Messages of a websocket as documents."""

from collections.abc import Iterator

from ..errors import WireError
from .document import BODY_LIMIT, Document, decode


def document(content: bytes) -> Document | None:
    """Return the JSON object in a text or binary message; None if it contains none, such as audio.

    The event is named by the object's `type`.
    """
    if len(content) > BODY_LIMIT or not content.lstrip().startswith(b"{"):
        return None
    try:
        data = decode(content)
    except WireError:
        return None
    kind = data.get("type") if isinstance(data, dict) else None
    return Document(kind if isinstance(kind, str) else "", data)


class Messages:
    """The framing of a response whose documents arrive one by one, in messages."""

    is_stream = True
    is_one = False
    is_whole = False
    unreadable = 0
    form = None
    is_between = False
    mark = b""

    def feed(self, _chunk: bytes) -> Iterator[Document]:
        yield from ()

    def close(self) -> Iterator[Document]:
        yield from ()
