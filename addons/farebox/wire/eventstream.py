"""The binary event stream of AWS, checked and incremental.

https://smithy.io/2.0/aws/amazon-eventstream.html
"""

import base64
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import WireError
from .document import Document, Recognize, decode, unknown

# The specification allows 24 MiB of payload and 128 KiB of headers.
_MESSAGE_LIMIT = (24 << 20) + (128 << 10) + 16
_PRELUDE = struct.Struct(">III")
_CHECKSUM = struct.Struct(">I")
_LENGTH = struct.Struct(">H")
# The header value types of fixed size; the other two are bytes and text.
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
_BYTES, _TEXT = 6, 7
_WRAPPED = re.compile(rb'\{"bytes": ?"([A-Za-z0-9+/=]+)"(?:, ?"p": ?"[A-Za-z0-9]*")?\}')


class EventStreamDocuments:
    """One document for each message, yielded with the message's last byte.

    JSON in the base64 member `bytes` is unwrapped. A wrong checksum raises WireError, because nothing after it can be
    trusted.
    """

    is_stream = True
    is_whole = False
    is_one = False
    form = None
    is_between = False
    mark = b""

    def __init__(self, recognize: Recognize = unknown) -> None:
        self._recognize = recognize
        # Most messages have the same headers as the one before.
        self._headers: tuple[bytes, str, bool] | None = None
        self.unreadable = 0
        self._rest = bytearray()
        self._needed = _PRELUDE.size

    def feed(self, chunk: bytes) -> Iterator[Document]:
        self._rest += chunk
        start = 0
        while len(self._rest) - start >= self._needed:
            if self._needed == _PRELUDE.size:
                self._needed = _message_length(bytes(self._rest[start : start + _PRELUDE.size]))
                continue
            message = bytes(self._rest[start : start + self._needed])
            start, self._needed = start + self._needed, _PRELUDE.size
            yield self._document(message)
        del self._rest[:start]

    def close(self) -> Iterator[Document]:
        """Yield nothing: an incomplete message cannot be checked."""
        self.unreadable += bool(self._rest)
        self._rest.clear()
        yield from ()

    def _document(self, message: bytes) -> Document:
        if _CHECKSUM.unpack(message[-_CHECKSUM.size :])[0] != zlib.crc32(message[: -_CHECKSUM.size]):
            raise WireError("a message of the event stream has a wrong checksum")
        payload_start = _PRELUDE.size + _PRELUDE.unpack_from(message)[1]
        raw = message[_PRELUDE.size : payload_start]
        if self._headers is None or self._headers[0] != raw:
            self._headers = (raw, *_event_of(_headers(raw)))
        _, name, is_error = self._headers
        payload = message[payload_start : -_CHECKSUM.size]
        inner = None if is_error else _inner(payload)
        known = self._recognize(name, inner) if inner else None
        return known or Document(name, self._payload(payload), is_error)

    def _payload(self, payload: bytes) -> Any:
        try:
            return _unwrapped(decode(payload)) if payload else None
        except WireError:
            self.unreadable += 1
            return None


def _message_length(prelude: bytes) -> int:
    whole, headers, checksum = _PRELUDE.unpack(prelude)
    least = headers + _PRELUDE.size + _CHECKSUM.size
    if checksum != zlib.crc32(prelude[: -_CHECKSUM.size]) or not least <= whole <= _MESSAGE_LIMIT:
        raise WireError("a message of the event stream has an invalid prelude")
    return int(whole)


def _event_of(headers: Mapping[str, str]) -> tuple[str, bool]:
    """Return the name of an event by its headers, and whether it is an error."""
    is_error = headers.get(":message-type") in {"exception", "error"}
    names = (":exception-type", ":error-code") if is_error else (":event-type",)
    return next((headers[name] for name in names if name in headers), ""), is_error


def _inner(payload: bytes) -> bytes | None:
    """Return the JSON in the member `bytes` of `payload`, or `payload` itself, without decoding it; None if unclear."""
    if b'"bytes"' not in payload:
        return payload
    found = _WRAPPED.fullmatch(payload)
    try:
        return base64.b64decode(found[1], validate=True) if found else None
    except ValueError:
        return None


def _headers(raw: bytes) -> Mapping[str, str]:
    """Return the headers with text values."""
    found = {}
    place = 0
    try:
        while place < len(raw):
            kind_place = place + 1 + raw[place]
            name, kind = raw[place + 1 : kind_place].decode("utf-8", "replace"), raw[kind_place]
            place = kind_place + 1
            if kind in {_BYTES, _TEXT}:
                size = _LENGTH.unpack_from(raw, place)[0]
                place += _LENGTH.size
            else:
                size = _SIZES[kind]
            if kind == _TEXT:
                found[name] = raw[place : place + size].decode("utf-8", "replace")
            place += size
    except (LookupError, struct.error) as error:
        raise WireError("a message of the event stream has invalid headers") from error
    return found


def _unwrapped(data: Any) -> Any:
    """Return the JSON in the base64 member `bytes`; return other documents, such as an agent's text, unchanged."""
    wrapped = data.get("bytes") if isinstance(data, dict) else None
    if not isinstance(wrapped, str):
        return data
    try:
        return decode(base64.b64decode(wrapped))
    except (ValueError, WireError):
        return data
