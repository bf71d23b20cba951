"""Values of request headers are stored unless they could be credentials."""

import base64
import random
import string

import pytest
from farebox.records.header_value import header_value
from hypothesis import given

from tests.support.names import NAMES, invisible

ALPHABETS = {
    "letters and digits": string.ascii_letters + string.digits,
    "small letters and digits": string.ascii_lowercase + string.digits,
    "hex": "0123456789abcdef",
    "capital hex": "0123456789ABCDEF",
}


@pytest.mark.parametrize(
    "value",
    [
        "red",
        "Fahrplan für Ingolstadt",
        "gpt-4o-2024-08-06",
        "jane.doe@example.com",
        "https://portal.example.com/teams/12/projects/3456?tab=billing",
        "Team-Blue-Project-2025-Production-EU",
        "MarketingTeamEuropeProductionBatch",
        "a-team-with-a-rather-long-name-v2x1-in-the-north-and-south-a1b2c3",
        "VERYLONGDEPLOYMENTNAMEOFTHETEAM",
        "release/2026.11.29-rc1+build.4711",
        "12345678901234567890123456789012",
        "myservice-production-7d9f8b6c5d-x2x4z",
        "arn:aws:iam::123456789012:role/ProductionDeploymentRole",
        "basic plan",
        "Basic support",
        "Basic customers",
        "bearer",
        "Digest",
        "token economy",
    ],
)
def test_words_numbers_and_names_are_stored(value: str) -> None:
    assert header_value(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "3f0a4b1e-9c1d-4a58-8a39-2f1f0c8f7b11",
        "urn:uuid:3F0A4B1E-9C1D-4A58-8A39-2F1F0C8F7B11",
        "3f0a4b1e-9c1d-4a58-8a39-2f1f0c8f7b11/3f0a4b1e-9c1d-4a58-8a39-2f1f0c8f7b12",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "507f1f77bcf86cd799439011",
        "507f1f77bcf86cd799439011 01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "V1StGXR8_Z5jdHi6B-myT",
        "msg_01XFDUDYJgAACzvnptvVoYEL",
        "Root=1-67891233-abcdef012345678912345678",
    ],
    ids=["UUID", "urn", "two UUIDs", "traceparent", "ObjectId", "two ids", "ULID", "nanoid", "message", "X-Ray"],
)
def test_usual_ids_are_stored(value: str) -> None:
    assert header_value(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "Bearer 7f3a",
        " bearer\tany words",
        "Digest username=jane",
        "Negotiate YII=",
        "NTLM TlRM",
        "DPoP abc",
        "Hawk id=1",
        "AWS4-HMAC-SHA256 Credential=x",
        "Basic dXNlcjpwYXNz",
        "basic  YTpi ",
        "Basic dTpwLQ==",
        "Basic dTpwLQ",
        "Basic dTpww7_Dvw==",
        "Basic OnBhc3N3b3JkX",
    ],
)
def test_the_value_of_an_authorization_header_is_not_stored(value: str) -> None:
    assert header_value(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "sk-proj-abcdefghijklmnopqrst",
        "of Ms Example: AIzaSyA-abcdefghijklmnopqrstuvwxyz01234",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2lnbmF0dXJl",
        "Token 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b",
        "9944b09199c62bcf9418ad846dd0e4bb",
        "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7",
        "team=red;key=aB3dE6gH9jK2mN5pQ8sT1vW4yZ7",
        "vR8mQ2/xLp0ZtK5wN3bD7fH1jS9cG6yA4eU+iTqo",
        "xQ3-vT7_pL9mZ2kW8sY4nB6cD1fG5hJ0",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01ff",
    ],
    ids=[
        *("prefix", "prefix in prose", "JWT", "scheme of its own", "Azure", "27 characters", "in a list", "AWS"),
        *("base64 for URLs", "almost a traceparent"),
    ],
)
def test_what_looks_like_a_key_is_not_stored(value: str) -> None:
    assert header_value(value) is None


def test_26_random_characters_are_an_id_and_27_may_be_a_key() -> None:
    assert header_value("aB3dE6gH9jK2mN5pQ8sT1vW4yZ") is not None
    assert header_value("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7a") is None


@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)
@pytest.mark.parametrize("length", [32, 40, 64])
def test_no_random_key_is_stored(alphabet: str, length: int) -> None:
    draw = random.Random(length)

    assert {header_value("".join(draw.choices(alphabet, k=length))) for _ in range(1000)} == {None}


def test_hardly_any_key_in_base64_is_stored() -> None:
    draw = random.Random(7)
    keys = [draw.randbytes(32) for _ in range(1000)]
    encoded = [encode(key).decode() for key in keys for encode in (base64.b64encode, base64.urlsafe_b64encode)]

    assert sum(header_value(key) is not None for key in encoded) < 20


def test_a_key_that_begins_before_the_cut_is_found() -> None:
    assert header_value("x" * 250 + " aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3") is None
    assert header_value("x" * 250 + " sk-proj-abcdefghijklmnopqrst") is None


def test_a_value_is_as_short_and_storable_as_any_text() -> None:
    assert header_value(None) is None
    assert header_value("") is None
    assert header_value("a\0b\x1b[31m\u202ec\n") == "ab[31mc"
    assert header_value("two words " * 100) == ("two words " * 100)[:256]


@given(NAMES)
def test_no_tag_has_characters_that_nobody_sees(value: str) -> None:
    assert not invisible(header_value(value))


@pytest.mark.parametrize("hidden", ["\u200e", "\x1b", "\u2069"])
@pytest.mark.parametrize("value", ["kX3jQ9aZ7mB2vN5cL8pR4tY6wE1uI0oS", "Bearer 7f3a", "sk-proj-abcdefghijklmnop1234"])
def test_a_credential_is_found_behind_characters_that_nobody_sees(value: str, hidden: str) -> None:
    assert header_value(hidden.join(value)) is None
    assert header_value(hidden * 400 + value) is None
