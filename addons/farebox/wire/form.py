"""The text fields of a multipart form, also of one that is cut off; never a file.

https://www.rfc-editor.org/rfc/rfc7578, https://www.rfc-editor.org/rfc/rfc2046#section-5.1
"""

import re
from collections.abc import Iterator

_BOUNDARY = re.compile(r'(?i)^\s*multipart/form-data\b.*;\s*boundary=(?:"([^"]{1,200})"|([^\s";]{1,200}))', re.DOTALL)
_NAME = re.compile(rb'(?i)[\s;]name="?([^";\r\n]{1,100})"?')
_FILE_NAME = re.compile(rb"(?i)[\s;]filename\*?=")
_HEAD_LIMIT = 4096
_VALUE_LIMIT = 1 << 16
_PARTS_LIMIT = 200


def fields(content_type: str | None, body: bytes) -> dict[str, str]:
    """Return the form's text fields by name, the first of each; a value that is cut off is missing."""
    found: dict[str, str] = {}
    if mark := boundary(content_type):
        for name, value in _parts(body, b"--" + mark):
            found.setdefault(name, value)
    return found


def boundary(content_type: str | None) -> bytes | None:
    """Return the boundary of the form's parts, or None if `content_type` is not a form's."""
    found = _BOUNDARY.match(content_type or "")
    return (found[1] or found[2]).encode() if found else None


def _parts(body: bytes, mark: bytes) -> Iterator[tuple[str, str]]:
    start = body.find(mark)
    for _ in range(_PARTS_LIMIT):
        start += len(mark)
        end = body.find(b"\r\n" + mark, start)
        if start < len(mark) or end < 0:
            return
        head_end = body.find(b"\r\n\r\n", start, min(end, start + _HEAD_LIMIT))
        head = body[start:head_end] if head_end > 0 else b""
        name = _NAME.search(head)
        if name and not _FILE_NAME.search(head) and end - head_end < _VALUE_LIMIT:
            yield name[1].decode("utf-8", "replace"), body[head_end + 4 : end].decode("utf-8", "replace")
        start = end + 2
