"""Single headers are read as mitmproxy reads them."""

import pytest
from farebox.proxy.header_fields import pairs_of, value_of
from mitmproxy import http

HEADERS = http.Headers(
    [(b"Content-Type", b"text/plain"), (b"X-A", b"1"), (b"x-a", b"2"), (b"X-\xff" * 40, b"\xfe"), (b"e", b"")]
)


@pytest.mark.parametrize("name", ["content-type", "x-a", "e", "absent"])
def test_a_value_is_mitmproxy_s(name: str) -> None:
    assert value_of(HEADERS, name.encode()) == HEADERS.get(name)


def test_pairs_are_mitmproxy_s_with_names_in_lower_case() -> None:
    assert pairs_of(HEADERS) == tuple((name.lower(), value) for name, value in HEADERS.items(multi=True))
