"""A trace id is read from W3C's header and from Zipkin's."""

import pytest
from farebox.attribution.trace import trace_of

TRACE, SPAN = "1ea1b8b638f26a72ecafe395af6eeaf6", "30d9b308360f803a"


@pytest.mark.parametrize(
    ("traceparent", "b3", "trace"),
    [
        (f"00-{TRACE}-{SPAN}-01", None, TRACE),
        (f"cc-{TRACE}-{SPAN}-01-what-comes", None, TRACE),
        (None, f"{TRACE}-{SPAN}-1", TRACE),
        (None, f"{TRACE[:16].upper()}-{SPAN}", TRACE[:16]),
        (f"00-{'0' * 32}-{SPAN}-01", None, None),
        (f"00-{TRACE[:-1]}-{SPAN}-01", None, None),
        ("sk-proj-abcdefghijklmnop", "0", None),
        (None, None, None),
    ],
)
def test_a_valid_trace_is_read(traceparent: str | None, b3: str | None, trace: str | None) -> None:
    assert trace_of(traceparent, b3) == trace
