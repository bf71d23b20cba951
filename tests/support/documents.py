"""The documents of a case's reply, and the same documents with one value in them changed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from farebox.records.exchange import Response
from farebox.records.reading import Reading, encode
from farebox.wire.documents import Document, documents

from tests.cases import Case
from tests.support.names import invisible
from tests.support.samples import record_of

Path = tuple[str | int, ...]
STREAM = ("content-type", "text/event-stream")
PLAIN = ("content-type", "application/json")


def documents_of(case: Case) -> list[Document]:
    """Return the documents of `case`'s reply, whatever its framing."""
    reader = documents(case.response.content_type)
    return [*reader.feed(case.body), *reader.close()]


def as_events(read: list[Document]) -> bytes:
    """Return `read` as server-sent events, which every dialect takes for what they hold."""
    return b"".join(
        b"data: [DONE]\n\n" if one.is_done else f"event: {one.event}\ndata: {json.dumps(one.data)}\n\n".encode()
        for one in read
    )


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield where in `value` there is a value, the whole first."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inner:
        yield from paths(item, (*path, name))


def changed(value: Any, path: Path, other: Any) -> Any:
    """Return `value` with `other` at `path`."""
    if not path:
        return other
    first, *rest = path
    if isinstance(value, dict):
        return {**value, first: changed(value[first], tuple(rest), other)}
    return [changed(item, tuple(rest), other) if place == first else item for place, item in enumerate(value)]


def read_on(case: Case, body: bytes, *headers: tuple[str, str], step: int = 1 << 16) -> Reading:
    """Return what the meter reads from `body` as an answer with `headers` to `case`'s request: it must not fail."""
    meter = replace(case, response=Response(case.response.status, headers)).meter()
    for place in range(0, len(body), step):
        meter.feed(body[place : place + step], 0.5)
    reading = meter.close(1.0)
    assert meter.failure is None, body
    assert_fits(reading)
    return reading


def assert_fits(reading: Reading) -> None:
    """Assert that the spool takes `reading` and the ledger its row."""
    assert encode(reading)
    record = record_of(reading)
    for name in record.__struct_fields__:
        value = getattr(record, name)
        assert storable(value), f"{name}: {value!r}"


def storable(value: Any) -> bool:
    """Tell whether SQLite and Postgres take `value`, as it is or as JSON, and everybody sees what it says."""
    if isinstance(value, dict):
        return all(storable(key) and storable(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(storable, value))
    if isinstance(value, str):
        return not invisible(value) and len(value) <= 256 and value.encode("utf-8", "replace").decode() == value
    return value is None or isinstance(value, datetime) or abs(value) < 2**63
