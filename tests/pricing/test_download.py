"""Fetching prices from servers of every kind."""

import gzip

import pytest
from farebox.pricing.download import DownloadError, fetch, public_url

from tests.support.payloads import Answer, served

DATA = b'[{"id": "a"}]' * 1_000
SMALL = 1 << 20


@pytest.mark.parametrize(
    "answers",
    [
        [(200, {}, DATA)],
        [(200, {"content-encoding": "gzip"}, gzip.compress(DATA))],
        [(302, {"location": "/elsewhere"}, b""), (200, {}, DATA)],
        [(301, {"location": "/a"}, b""), (307, {"location": "/b"}, b"moved"), (200, {}, DATA)],
    ],
    ids=["plain", "gzip", "redirected", "twice"],
)
def test_what_is_there_is_fetched(answers: list[Answer]) -> None:
    with served(*answers) as url:
        assert fetch(url) == DATA


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([(404, {}, b"")], "answers 404"),
        ([(500, {}, DATA)], "answers 500"),
        ([(204, {}, b"")], "answers 204"),
        ([(302, {"location": "/round"}, b"")], "redirects too often"),
        ([(302, {}, b"")], "answers 302"),
        ([(302, {"location": "ftp://example.com/"}, b"")], "cannot be reached"),
        ([(200, {}, b"x" * (SMALL + 1))], "is larger than 1 MiB"),
        ([(200, {"content-encoding": "gzip"}, gzip.compress(b"\0" * (64 << 20)))], "is larger than 1 MiB"),
        ([(200, {"content-encoding": "gzip"}, DATA)], "cannot be decoded"),
        ([(200, {"content-encoding": "rot13"}, DATA)], "cannot be decoded"),
        ([(200, {"content-length": "1000000"}, DATA)], "cannot be reached"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_answer_is_told(answers: list[Answer], why: str) -> None:
    with served(*answers) as url, pytest.raises(DownloadError, match=why):
        fetch(url, largest=SMALL)


def test_who_does_not_answer_in_time_is_given_up() -> None:
    with served((200, {}, DATA)) as url, pytest.raises(DownloadError, match="took too long"):
        fetch(url, patience=0.0)


@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "data.json", "ftp://example.com/data.json", "http://[", "http://127.0.0.1:1/data.json"],
)
def test_an_address_without_prices_is_told(url: str) -> None:
    with pytest.raises(DownloadError):
        fetch(url)


def test_what_is_told_of_an_address_has_no_secret() -> None:
    assert (
        public_url("https://me:secret@example.com:8443/data.json?token=secret#x")
        == "https://example.com:8443/data.json"
    )
