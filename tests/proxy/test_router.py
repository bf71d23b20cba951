"""A request for farebox goes to the provider that its path names; every other request stays as it is."""

from typing import Any

import pytest
from farebox.config.settings import load
from farebox.proxy.own_address import _MARK
from farebox.proxy.router import Router
from mitmproxy import http
from mitmproxy.test import tflow, tutils


def for_farebox(path: str, **values: Any) -> http.HTTPFlow:
    """Return a request as it comes to the first hook."""
    asked = tutils.treq(host="sidecar", port=8080, scheme=b"http", authority=b"", path=path.encode(), **values)
    asked.headers["host"] = "sidecar:8080"
    flow = tflow.tflow(req=asked)
    flow.metadata[_MARK] = True
    return flow


def router(**values: Any) -> Router:
    return Router(load(values, environment={}))


def test_a_request_goes_to_its_provider_with_its_host_name() -> None:
    flow = for_farebox("/groq/openai/v1/chat/completions?a=1")
    before = flow.request.copy()

    assert not router().answers(flow)

    now = flow.request
    assert (now.scheme, now.host, now.port) == ("https", "api.groq.com", 443)
    assert (now.path, now.headers["host"], now.authority) == ("/openai/v1/chat/completions?a=1", "api.groq.com", "")
    assert flow.response is None
    before.headers["host"] = now.headers["host"]
    assert (now.headers, now.raw_content, now.method) == (before.headers, before.raw_content, before.method)


def test_a_port_that_is_not_the_scheme_s_own_is_part_of_the_host() -> None:
    flow = for_farebox("/ollama/api/chat")

    router(routes=[{"prefix": "/ollama", "url": "http://ollama:11434"}]).answers(flow)

    assert (flow.request.headers["host"], flow.request.pretty_url) == ("ollama:11434", "http://ollama:11434/api/chat")


def test_in_http2_the_authority_is_the_provider_s() -> None:
    asked = tutils.treq(http_version=b"HTTP/2.0", authority=b"sidecar:8080", path=b"/openai/v1/models", headers=())
    flow = tflow.tflow(req=asked)
    flow.metadata[_MARK] = True

    router().answers(flow)

    assert (flow.request.authority, "host" in flow.request.headers) == ("api.openai.com", False)


def test_a_path_without_a_route_is_answered_here() -> None:
    flow = for_farebox("/opnai/v1/models")

    assert router().answers(flow)

    assert flow.response
    assert flow.response.status_code == 404


@pytest.mark.parametrize("path_routes", ["auto", "never"])
def test_other_requests_stay_as_they_are(path_routes: str) -> None:
    flow = for_farebox("/openai/v1/models")
    if path_routes == "auto":
        flow.metadata.clear()
    before = flow.get_state()

    assert not router(path_routes=path_routes).answers(flow)

    assert flow.get_state() == before
