"""Reads single headers of a message of mitmproxy, whose own look-up decodes all of them."""

from functools import lru_cache

from mitmproxy import http

# Longer names are rare, and remembering them would take memory.
_NAME_LIMIT = 64


def value_of(headers: http.Headers, name: bytes) -> str | None:
    """Return the value of header `name`, given in lower case; several are joined as by `headers.get`."""
    size = len(name)
    found = [value for given, value in headers.fields if len(given) == size and given.lower() == name]
    return b", ".join(found).decode("utf-8", "surrogateescape") if found else None


def pairs_of(headers: http.Headers) -> tuple[tuple[str, str], ...]:
    """Return all headers, with lower-case names."""
    return tuple(
        [
            (
                _lower(name) if len(name) <= _NAME_LIMIT else name.decode("utf-8", "surrogateescape").lower(),
                value.decode("utf-8", "surrogateescape"),
            )
            for name, value in headers.fields
        ]
    )


# Peers send the same names with each message.
@lru_cache(1024)
def _lower(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape").lower()
