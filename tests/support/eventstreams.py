"""Messages of AWS's event stream, for tests."""

import struct
import zlib
from collections.abc import Mapping


def header(name: str, value: str) -> bytes:
    """Return one header whose value is text."""
    name_part = bytes([len(name)]) + name.encode()
    return name_part + b"\x07" + struct.pack(">H", len(value.encode())) + value.encode()


def framed(headers: bytes, payload: bytes) -> bytes:
    """Return a message with the right lengths and checksums around `headers` and `payload`."""
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return body + struct.pack(">I", zlib.crc32(body))


def message(headers: Mapping[str, str], payload: bytes) -> bytes:
    """Return a message as AWS sends it."""
    return framed(b"".join(header(*pair) for pair in headers.items()), payload)
