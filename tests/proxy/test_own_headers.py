"""farebox's own headers end at the proxy; signed ones and everybody else's pass."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.flows import Worker, flow_of

HEADERS = {"X-LC-User-Id": "u1", "x-farebox-team": "t1", "x-user-id": "u2", "cf-aig-metadata": "{}"}
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIA/d/r/s/aws4_request, SignedHeaders=host;x-lc-user-id, Signature=0"


def passed(folder: Path, *, url: str = "", headers: dict[str, str] = HEADERS, **settings: Any) -> set[str]:
    """Return the headers that are left of a request."""
    with Worker(folder, **settings) as worker:
        flow = flow_of(url, headers=headers) if url else flow_of(headers=headers)
        worker.sidecar.requestheaders(flow)
        return {name for name in flow.request.headers if name in headers}


def test_own_headers_are_removed(tmp_path: Path) -> None:
    assert passed(tmp_path) == {"x-user-id", "cf-aig-metadata"}


def test_they_are_removed_from_other_requests_to_a_provider(tmp_path: Path) -> None:
    assert passed(tmp_path, url="https://api.openai.com/v1/files") == {"x-user-id", "cf-aig-metadata"}


def test_a_request_to_anyone_else_is_not_touched(tmp_path: Path) -> None:
    assert passed(tmp_path, url="http://www.example.org/mcp") == set(HEADERS)


def test_a_signed_header_stays(tmp_path: Path) -> None:
    assert "X-LC-User-Id" in passed(tmp_path, headers={**HEADERS, "authorization": SIGNED})


@pytest.mark.parametrize(
    ("attribution", "left"),
    [
        ({"own_headers": "pass"}, set(HEADERS)),
        ({"remove": ["X-User-ID"]}, {"cf-aig-metadata"}),
    ],
)
def test_the_settings_decide(tmp_path: Path, attribution: dict[str, Any], left: set[str]) -> None:
    assert passed(tmp_path, attribution=attribution) == left
