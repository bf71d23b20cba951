"""The metrics' label `status`, bounded: a peer can send any number as a status."""

# https://www.iana.org/assignments/http-status-codes, as far as LLM APIs send them, and what gateways and proxies add:
# nginx (499), Cloudflare (520 to 526, 530), Anthropic and others when overloaded (529).
KNOWN = frozenset(
    {200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308}
    | {400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 413, 415, 422, 424, 425, 426, 429, 431, 451, 498, 499}
    | {500, 501, 502, 503, 504, 505, 507, 508, *range(520, 527), 529, 530}
)


def label(status: int | None) -> str:
    """Return `status` if it is a known one, else its class, such as `4xx`; the empty text if there was no response."""
    if status is None:
        return ""
    return str(status) if status in KNOWN else class_of(status)


def class_of(status: int | None) -> str:
    """Return the class of `status`, such as `4xx`; the empty text if there was no response."""
    if status is None:
        return ""
    return f"{status // 100}xx" if 100 <= status < 600 else "other"
