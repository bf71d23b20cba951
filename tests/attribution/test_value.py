"""What names a caller is kept; placeholders, empty values and credentials are absent."""

import base64

import pytest
from farebox.attribution.value import LIMIT, member, named
from hypothesis import given

from tests.support.names import NAMES, invisible

ABSENT = {
    "nothing": None,
    "empty": "",
    "blank": "  ",
    "LibreChat's placeholder": "{{LIBRECHAT_USER_ID}}",
    "a placeholder in a text": "user-{{LIBRECHAT_BODY_CONVERSATIONID}}",
    "a variable": "${TEAM}",
    "JavaScript's word": "undefined",
    "an object": "[object Object]",
    "a token": "Bearer abcdef0123456789",
    "a JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "a key": "sk-proj-abcdefghijklmnop",
    "32 random characters": "kX3jQ9aZ7mB2vN5cL8pR4tY6wE1uI0oS",
    "prose": "five words are a sentence",
    "lines": "one\ntwo",
    "too long": "a" * (LIMIT + 1),
    "bad base64": "b64:%%%",
    "base64 that is not UTF-8": "b64:TWFyacSH/w==",
    "an encoded placeholder": "b64:" + base64.b64encode(b"{{LIBRECHAT_USER_NAME}}").decode(),
    "a flag": True,
    "a list": ["a"],
}
KEPT = {
    "68b0c0ffee0000000000cafe": "68b0c0ffee0000000000cafe",
    " ann@example.com ": "ann@example.com",
    "38c1f447-c581-4aba-9d0c-501b418a2227": "38c1f447-c581-4aba-9d0c-501b418a2227",
    "Research and Development": "Research and Development",
    "b64:TWFyacSH": "Marić",
    "auth0|5f7c8ec7c33c6c004bbafe82": "auth0|5f7c8ec7c33c6c004bbafe82",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08": None,
}


@pytest.mark.parametrize("value", ABSENT.values(), ids=ABSENT.keys())
def test_what_names_nobody_is_absent(value: object) -> None:
    assert named(value) is None


@pytest.mark.parametrize(("value", "kept"), KEPT.items())
def test_names_and_ids_are_kept(value: str, kept: str | None) -> None:
    assert named(value, is_person=True) == (kept or value)


def test_only_a_person_has_an_address() -> None:
    assert named("ann@example.com") is None


def test_a_number_is_an_id() -> None:
    assert named(42) == "42"


def test_an_id_contains_no_blank() -> None:
    assert named("Ann Example", is_id=True) is None
    assert named("Ann Example") == "Ann Example"


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ('{"user_email": "ann@example.com"}', "ann@example.com"),
        ('{"user": "x"}', None),
        ('{"user_email": ', None),
        ('["user_email"]', None),
        ('{"user_email": "a"}' + " " * 5000, None),
        ("b64:eyJ1c2VyX2VtYWlsIjoiTWFyacSHIn0=", "Marić"),
    ],
)
def test_a_member_of_a_json_header_is_found(document: str, found: str | None) -> None:
    assert member(document, "user_email") == found


def test_a_member_is_found_at_a_dotted_path() -> None:
    assert member('{"a": {"b": 1}}', "a.b") == 1
    assert member('{"a": 1}', "a.b") is None


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("\u200fשרה\u200f אלמג", "שרה אלמג"),
        ("ann\u202e\x1b[31m", "ann[31m"),
        ("\u2066 \u2069", None),
        ("b64:" + base64.b64encode("\u202bعلي\u202c".encode()).decode(), "علي"),
        ("sk-proj-abcd\u200eefgh\u200eijkl\u200emnop", None),
        ("kX3jQ9aZ7\u200emB2vN5cL8\u200epR4tY6wE1\u200euI0oS", None),
        ("one\u2028two", None),
        ("a" * LIMIT + "\u200f", "a" * LIMIT),
    ],
)
def test_characters_that_nobody_sees_are_removed(value: str, kept: str | None) -> None:
    assert named(value) == kept


@given(NAMES)
def test_no_name_has_characters_that_nobody_sees(value: str) -> None:
    encoded = "b64:" + base64.b64encode(value.encode()).decode()
    assert not invisible([named(value), named(value, is_id=True, is_person=True), named(encoded)])
