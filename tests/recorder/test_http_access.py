"""Who may ask the metrics port."""

import base64

import bcrypt
import pytest
from farebox.recorder.http_access import Passwords, allowed_host

ANN = bcrypt.hashpw(b"pass:word", bcrypt.gensalt(4)).decode()


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, True),
        ("", True),
        ("localhost:9464", True),
        ("127.0.0.1", True),
        ("10.1.2.3:9464", True),
        ("[::1]:9464", True),
        ("farebox:9464", True),
        ("METRICS.example.com.:9464", True),
        ("evil.example.com", False),
        ("127.0.0.1.nip.io:9464", False),
        ("[::evil.example.com]:9464", False),
        ("1.2.3.4.5", False),
    ],
)
def test_names_that_a_web_page_can_point_here_are_refused(header: str | None, expected: bool) -> None:
    assert allowed_host(header, ["metrics.example.com"]) is expected


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (basic("ann:pass:word"), True),
        (basic("ann:wrong"), False),
        (basic("bob:pass:word"), False),
        (basic("ann"), False),
        ("Basic ###", False),
        ("Bearer x", False),
        (basic("ann:pass:word").replace("Basic", "Bearer"), False),
        ("Basic /w==", False),
        (None, False),
    ],
)
def test_a_user_needs_the_password(authorization: str | None, expected: bool) -> None:
    assert Passwords({"ann": ANN}).accept(authorization) is expected


def test_without_users_everyone_may_ask() -> None:
    assert Passwords({}).accept(None)


def test_a_password_is_hashed_once_and_a_wrong_one_each_time() -> None:
    checked: list[bytes] = []

    def matches(password: bytes, hashed: bytes) -> bool:
        checked.append(password)
        return bcrypt.checkpw(password, hashed)

    passwords = Passwords({"ann": ANN}, matches)
    texts = ("ann:pass:word", "ann:pass:word", "ann:wrong", "ann:wrong", "bob:pass:word")

    assert [passwords.accept(basic(text)) for text in texts] == [True, True, False, False, False]
    assert checked == [b"pass:word", b"wrong", b"wrong", b"pass:word"]


def test_a_hash_that_is_none_fits_no_password() -> None:
    assert not Passwords({"ann": "$2b$broken"}).accept(basic("ann:x"))
