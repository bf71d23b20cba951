"""Only headers that nobody but farebox reads are its own."""

import pytest
from farebox.attribution.own_headers import own_headers, signed_headers

OWN = ["x-farebox-user", "X-Farebox-Anything", "X-LC-User-Id", "x-lc-parent-message-id", "x-lc-user-email"]
OTHERS = [
    *("x-lc-bucket", "x-librechat-body-parentmessageid", "x-librechat-user-id", "x-user-id", "x-user-email"),
    *("x-conversation-id", "cf-aig-metadata", "helicone-user-id", "traceparent", "authorization", "x-title"),
]


def test_farebox_s_own_headers_are_found_as_they_are_spelled() -> None:
    assert own_headers([*OTHERS, *OWN]) == OWN


@pytest.mark.parametrize("name", OTHERS)
def test_a_header_of_a_gateway_or_a_client_is_not_ours(name: str) -> None:
    assert own_headers([name]) == []


def test_more_headers_can_be_named() -> None:
    assert own_headers(["X-User-Email", "x-user-id"], frozenset({"x-user-email"})) == ["X-User-Email"]


def test_signed_headers_are_read_from_the_signature() -> None:
    authorization = (
        "AWS4-HMAC-SHA256 Credential=AKIA/20261130/us-east-1/bedrock/aws4_request, "
        "SignedHeaders=content-type;host;x-lc-user-id, Signature=00"
    )

    assert signed_headers(authorization) == {"content-type", "host", "x-lc-user-id"}
    assert signed_headers("Bearer x") == frozenset()
