"""The trace that a call belongs to.

https://www.w3.org/TR/trace-context/#traceparent-header
"""

import re

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
_B3 = re.compile(r"([0-9a-f]{32}|[0-9a-f]{16})-[0-9a-f]{16}(?:-.*)?", re.IGNORECASE)


def trace_of(traceparent: str | None, b3: str | None) -> str | None:
    """Return the trace id of W3C's header, else of Zipkin's; an id of zeros is invalid."""
    found = _TRACEPARENT.fullmatch((traceparent or "").strip()) or _B3.fullmatch((b3 or "").strip())
    return found[1].lower() if found and found[1].strip("0") else None
