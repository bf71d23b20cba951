"""One field of a usage object renamed, left out, doubled, set to zero or moved: how servers and gateways go wrong."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

from farebox.wire.documents import Document, documents

from tests.support.documents import Path, as_events, changed, paths

# Objects that hold usage, and names of counts where APIs have no such object.
_OBJECT = re.compile(r"usage|billed_units|^tokens$|^meta$|Metrics$|^timings$|^statistics$", re.IGNORECASE)
_COUNT = re.compile(r"(token|eval)s?_?count$|_tokens$|Tokens$|TokenCount$")
# Numbers that are no counts of what was consumed: times, prices, places, versions.
_NO_COUNT = re.compile(
    r"time|duration|latency|cost|price|_ms$|_ns$|second|index|ticks|nano|version|billing_multiplier|ttl|rate|created|modality|^status$",
    re.IGNORECASE,
)
_CONTENT = frozenset({"choices", "content", "messages", "logprobs", "candidates", "output", "rate_limits", "error"})
_IN_CONTENT = frozenset({"usage"})
KINDS = ("renamed", "left out", "doubled", "zero", "moved")
_TERMS = 4
# Smaller numbers are equal to others by chance.
_LEAST = 10


class Field(NamedTuple):
    """A count: the number of its document, its path in that, and its value."""

    document: int
    path: Path
    value: int

    @property
    def name(self) -> str:
        return ".".join(str(part) for part in self.path if isinstance(part, str))


def read(content_type: str | None, body: bytes) -> list[Document]:
    """Return the documents of a response."""
    reader = documents(content_type or "")
    return [*reader.feed(body), *reader.close()]


def fields(read_: list[Document]) -> list[Field]:
    """Return the counts of usage, each name once: where a response repeats it, the last one."""
    found: dict[tuple[object, ...], Field] = {}
    for number, document in enumerate(read_):
        for path in paths(document.data):
            value = _at(document.data, path)
            if isinstance(value, int) and not isinstance(value, bool) and value and _is_count(path):
                found[(*path,)] = Field(number, path, value)
    return list(found.values())


def mutated(read_: list[Document], field: Field, kind: str) -> list[Document]:
    """Return the documents with one field changed."""
    document = read_[field.document]
    data = _CHANGES[kind](document.data, field.path, field.value)
    return [*read_[: field.document], document._replace(data=data), *read_[field.document + 1 :]]


def has_trace(read_: list[Document], field: Field, kind: str) -> bool:
    """Return whether a reader who knows the API's page can tell the mutation.

    A name or a place that the page does not have can always be told. Another number, or none, can be told only if the
    response states it a second time: as the same number, as a sum or as a part of one.
    """
    return kind in ("renamed", "moved") or _is_stated_twice(field, fields(read_))


def framed(content_type: str | None, read_: list[Document]) -> tuple[bytes, str]:
    """Return the documents as a body, and its content type."""
    kind = (content_type or "").partition(";")[0].strip()
    if len(read_) == 1 and kind.endswith("json"):
        return json.dumps(read_[0].data).encode(), "application/json"
    if "ndjson" in kind or "stream+json" in kind:
        return b"".join(json.dumps(one.data).encode() + b"\n" for one in read_), kind
    return as_events(read_), "text/event-stream"


def _is_stated_twice(field: Field, others: list[Field]) -> bool:
    if field.value < _LEAST:
        return False
    rest = [other.value for other in others if other.path != field.path and other.value >= _LEAST]
    for size in range(_TERMS):
        for terms in combinations(rest[:14], size):
            if sum(terms) + field.value in rest or (size > 1 and sum(terms) == field.value):
                return True
    return False


def _is_count(path: Path) -> bool:
    names = [part for part in path if isinstance(part, str)]
    if not names or _NO_COUNT.search(names[-1]) or isinstance(path[-1], int):
        return False
    if _CONTENT & set(names[:-1]) and not any(_OBJECT.search(name) for name in names[:-1]):
        return False
    return bool(_COUNT.search(names[-1])) or any(_OBJECT.search(name) for name in names[:-1])


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def _without(value: Any, path: Path) -> Any:
    *outer, last = path
    inner = _at(value, tuple(outer))
    return changed(value, tuple(outer), {name: item for name, item in inner.items() if name != last})


def _renamed(value: Any, path: Path, _number: int) -> Any:
    *outer, last = path
    inner = _at(value, tuple(outer))
    other = {(_other(name) if name == last else name): item for name, item in inner.items()}
    return changed(value, tuple(outer), other)


def _other(name: str) -> str:
    """Return another name in the same style."""
    return f"n{name[:1].upper()}{name[1:]}" if re.search(r"[a-z][A-Z]", name) else f"{name}_n"


def _moved(value: Any, path: Path, number: int) -> Any:
    """Return `value` with the field one object further out, or in one of its own if it is in none but the usage."""
    *outer, last = path
    gone = _without(value, path)
    if len(outer) > 1 and isinstance(outer[-1], str) and isinstance(_at(gone, tuple(outer[:-1])), dict):
        into = _at(gone, tuple(outer[:-1]))
        return changed(gone, tuple(outer[:-1]), {**into, last: number})
    into = _at(gone, tuple(outer))
    return changed(gone, tuple(outer), {**into, "billing": {last: number}})


_CHANGES = {
    "renamed": _renamed,
    "left out": lambda value, path, _number: _without(value, path),
    "doubled": lambda value, path, number: changed(value, path, 2 * number),
    "zero": lambda value, path, _number: changed(value, path, 0),
    "moved": _moved,
}


def each(read_: list[Document]) -> Iterator[tuple[Field, str, list[Document]]]:
    """Yield every mutation of every field."""
    for field in fields(read_):
        for kind in KINDS:
            yield field, kind, mutated(read_, field, kind)
