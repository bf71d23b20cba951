"""Messages of a websocket as documents."""

from collections.abc import Iterator

from ..errors import WireError
from .document import BODY_LIMIT, Document, decode


def document(content: bytes) -> Document | None:
    """Return the JSON object that a message holds, of either type; None where it holds none, as sound does not.

    The event has the name that the object itself gives: `type`.
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
    """The framing of an answer whose documents come one by one, in messages."""

    is_stream = True
    is_one = False
    is_whole = False
    unreadable = 0

    def feed(self, _chunk: bytes) -> Iterator[Document]:
        yield from ()

    def close(self) -> Iterator[Document]:
        yield from ()
