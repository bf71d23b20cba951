"""How an exchange ended."""

import pytest
from farebox.dialects._base import Reply
from farebox.metering.outcome import End, outcome_of

STREAM = End(status=200, is_stream=True, is_complete=False, is_unread=False)


@pytest.mark.parametrize(
    ("reply", "end", "cut", "expected"),
    [
        (Reply(), STREAM._replace(status=500), None, "http_error"),
        (Reply(is_error=True), STREAM, None, "provider_cut"),
        (Reply(is_error=True), STREAM._replace(is_stream=False), None, "http_error"),
        (Reply(), STREAM._replace(is_complete=True), "client_abort", "ok"),
        (Reply(), STREAM, "client_abort", "client_abort"),
        (Reply(), STREAM, None, "provider_cut"),
        (Reply(finish_reason="stop"), STREAM, None, "ok"),
        (Reply(is_answered=True), STREAM, None, "ok"),
        (Reply(), STREAM._replace(is_unread=True), None, "ok"),
        (Reply(), STREAM._replace(is_stream=False), None, "ok"),
    ],
    ids=str,
)
def test_an_exchange_ends_as_its_response_does(reply: Reply, end: End, cut: str | None, expected: str) -> None:
    assert outcome_of(reply, end, cut) == expected
