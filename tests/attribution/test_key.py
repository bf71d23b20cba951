"""A key has the same fingerprint in every header; short-lived tokens have none."""

import pytest
from farebox.attribution.key import DIGITS, Fingerprints, fingerprint_of

SALT = b"salt"
KEY = "sk-proj-abcdefghijklmnop"
AWS = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261130/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0"


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {KEY}"},
        {"authorization": f"bearer  {KEY} "},
        {"authorization": KEY},
        {"authorization": f"Token {KEY}"},
        {"x-api-key": KEY, "authorization": "Bearer of something else"},
        {"api-key": KEY},
        {"x-goog-api-key": KEY},
    ],
    ids=str,
)
def test_the_place_of_a_key_does_not_matter(headers: dict[str, str]) -> None:
    assert Fingerprints(SALT).of(headers, None) == fingerprint_of(SALT, KEY)


def test_a_key_in_the_query_counts() -> None:
    assert Fingerprints(SALT).of({}, KEY) == fingerprint_of(SALT, KEY)


def test_a_fingerprint_is_short_and_depends_on_the_salt() -> None:
    assert len(fingerprint_of(SALT, KEY)) == DIGITS
    assert fingerprint_of(SALT, KEY) != fingerprint_of(b"other", KEY)


def test_with_aws_s_signature_the_id_of_the_key_counts() -> None:
    assert Fingerprints(SALT).of({"authorization": AWS}, None) == fingerprint_of(SALT, "AKIAEXAMPLE")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer ", "Bearer none", "Bearer eyJhbGciOi.eyJzdWIi.x", "Bearer ya29.a0Af", AWS.replace("AKIA", "ASIA")],
)
def test_what_is_no_lasting_key_has_no_fingerprint(authorization: str) -> None:
    assert Fingerprints(SALT).of({"authorization": authorization}, None) is None
