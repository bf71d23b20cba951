"""The credential of a request, in each place where clients put one."""

import pytest
from farebox.records.credential import credential, key_parameter
from farebox.records.exchange import request_to


@pytest.mark.parametrize(
    ("headers", "parameter", "expected"),
    [
        ({"authorization": "Bearer k"}, None, "k"),
        ({"authorization": "k"}, None, "k"),
        ({"x-api-key": "k", "authorization": "Bearer other"}, None, "k"),
        ({"x-api-key": "none", "authorization": "Bearer k"}, None, "k"),
        ({"authorization": "Bearer "}, "k", "k"),
        ({"authorization": "Bearer"}, None, None),
        ({"authorization": "AWS4-HMAC-SHA256 Credential=AKIAMADE/20261130/eu/x/aws4_request"}, None, "AKIAMADE"),
        ({}, None, None),
    ],
    ids=str,
)
def test_the_first_value_that_is_a_key_counts(headers: dict[str, str], parameter: str | None, expected: str) -> None:
    assert credential(headers, parameter) == expected


def test_only_the_parameter_named_key_is_one() -> None:
    assert key_parameter(request_to("POST", "https://x.example/v1?key=k&alt=sse")) == "k"
    assert key_parameter(request_to("POST", "https://x.example/v1?alt=sse")) is None
