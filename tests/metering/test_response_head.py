"""A response's headers name the request and announce the length of the body."""

import pytest
from farebox.metering.response_head import announced_length, request_id
from farebox.records.exchange import Response


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ((("request-id", "req_1"),), "req_1"),
        ((("request-id", "req_1"), ("x-request-id", "req_2")), "req_2"),
        ((("x-request-id", "not a name"), ("x-amzn-requestid", "a-b-c")), "a-b-c"),
        ((), None),
    ],
)
def test_the_first_header_with_a_name_counts(headers: tuple[tuple[str, str], ...], named: str | None) -> None:
    assert request_id(Response(200, headers)) == named


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ((("content-length", "12"),), 12),
        ((("content-length", "-1"),), 0),
        ((("content-length", "12"), ("transfer-encoding", "chunked")), 0),
        ((), 0),
    ],
)
def test_only_a_length_that_counts_is_announced(headers: tuple[tuple[str, str], ...], length: int) -> None:
    assert announced_length(Response(200, headers)) == length
