"""Every recorded request of LibreChat is attributed and classified as the recordings' pages say."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from farebox.attribution.attributor import Attributor
from farebox.dialects import dialect_of
from farebox.metering.call import read
from farebox.purpose.classifier import Classifier
from farebox.purpose.shape import shape_of
from farebox.records.exchange import Request, request_to

SHARED = os.environ.get("FAREBOX_SHARED", "")
FOLDER = Path(SHARED) / "librechat-wire"
FILES = sorted(FOLDER.glob("*/*.json")) if SHARED else []
# The purposes in the order of the requests, where a page tells more than "a chat, then its title".
PURPOSES = {
    "memory": ["memory"],
    "otel-memory": ["memory"],
    "summarize": ["summary"],
    "activity-label": ["chat", "activity_label", "activity_label"],
    "anthropic-title-structured": ["chat", "title", "title"],
    "tool-loop": ["chat", "chat"],
    # Only the turn tells what the second call is, which the recorder finds out.
    "subagent": ["chat", "chat", "chat"],
    "otel-subagent": ["chat", "chat", "chat"],
}


def requests(path: Path) -> Iterator[tuple[Request, Any]]:
    for one in json.loads(path.read_text()):
        headers = tuple((name, value) for name, value in one["headers"])
        body = b"" if one["body"] is None else json.dumps(one["body"]).encode()
        yield request_to(one["method"], f"https://{one['host']}{one['path']}", headers, body), one["body"]


def found(request: Request) -> dict[str, Any]:
    dialect = dialect_of(request)
    assert dialect, request.path
    asked, body = read(request, dialect)
    caller = Attributor(hmac_key=b"salt").caller(request, body)
    return caller | Classifier().reason(request, dialect.operation, shape_of(body, stream=asked.stream))


@pytest.mark.skipif(not SHARED, reason="FAREBOX_SHARED names no folder with recordings")
def test_the_recordings_are_there() -> None:
    assert sum(len(json.loads(path.read_text())) for path in FILES) > 150


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_request_has_the_purpose_that_the_page_tells(path: Path) -> None:
    purposes = [
        "models_list" if request.method == "GET" else found(request)["purpose"] for request, _ in requests(path)
    ]
    assert [one for one, (request, _) in zip(purposes, requests(path), strict=True) if request.method == "GET"] == [
        found(request)["purpose"] for request, _ in requests(path) if request.method == "GET"
    ]

    calls = [purpose for purpose in purposes if purpose != "models_list"]
    streams = [dialect_stream(request) for request, _ in requests(path) if request.method == "POST"]
    assert calls == PURPOSES.get(path.stem, ["chat" if stream else "title" for stream in streams])


def dialect_stream(request: Request) -> bool:
    dialect = dialect_of(request)
    assert dialect
    return read(request, dialect)[0].stream is True


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_request_has_its_user_where_the_wire_has_one(path: Path) -> None:
    for request, sent in requests(path):
        headers = dict(request.headers)
        given = [headers.get(name) for name in ("x-lc-user-id", "x-librechat-user-id")]
        body = sent or {}
        given += [body.get("user"), (body.get("metadata") or {}).get("user_id"), headers.get("x-lc-user-email")]
        expected = next((one for one in given if one and "{{" not in one), None)
        caller = found(request)

        assert caller.get("user_id") == expected
        assert "{{" not in json.dumps(caller)
        message = headers.get("x-lc-message-id", headers.get("x-librechat-message-id", "{{"))
        assert caller.get("message_id") == (None if "{{" in message else message)
        assert caller.get("trace") == (headers["traceparent"].split("-")[1] if "traceparent" in headers else None)


def test_three_users_at_once_are_three_callers() -> None:
    if not SHARED:
        pytest.skip("FAREBOX_SHARED names no folder with recordings")
    callers = [found(request) for request, _ in requests(FOLDER / "extra" / "users.json")]

    assert sorted((one["user_id"], one["conversation"], one["message_id"], one["purpose"]) for one in callers) == [
        (f"user{number}", f"convo{number}", f"msg{number}", purpose)
        for number in (1, 2, 3)
        for purpose in ("chat", "title")
    ]
    assert {one["client_app"] for one in callers} == {"LibreChat"}
