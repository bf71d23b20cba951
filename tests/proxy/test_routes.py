"""The first words of a path name the server; the rest of the path stays as it is."""

import json

import pytest
from farebox.config.route_lines import RouteLine
from farebox.providers.table import provider_of
from farebox.proxy.routes import ROUTES, Routes, Target
from mitmproxy.net.http import url

OWN = (
    RouteLine("/riverside", "https://llm.example.com:8443/gateway/"),
    RouteLine("/ollama", "http://ollama:11434"),
    RouteLine("/openai/eu", "https://eu.api.openai.com"),
)


def https(host: str, path: str) -> Target:
    return Target("https", host, 443, path)


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/openai/v1/chat/completions", https("api.openai.com", "/v1/chat/completions")),
        ("/openai/v1/realtime?model=a%2Fb", https("api.openai.com", "/v1/realtime?model=a%2Fb")),
        ("/openai", https("api.openai.com", "/")),
        ("/openai?a=1", https("api.openai.com", "/?a=1")),
        ("/openai//v1", https("api.openai.com", "//v1")),
        ("/anthropic/v1/messages", https("api.anthropic.com", "/v1/messages")),
        (
            "/google/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
            https("generativelanguage.googleapis.com", "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse"),
        ),
        ("/deepseek/chat/completions", https("api.deepseek.com", "/chat/completions")),
        ("/groq/openai/v1/models", https("api.groq.com", "/openai/v1/models")),
        ("/openrouter/api/v1/chat/completions", https("openrouter.ai", "/api/v1/chat/completions")),
        ("/fireworks/inference/v1/models", https("api.fireworks.ai", "/inference/v1/models")),
        ("/xai/v1/responses", https("api.x.ai", "/v1/responses")),
        ("/mistral/v1/ocr", https("api.mistral.ai", "/v1/ocr")),
        ("/azure/Shop-1/openai/v1/x?api-version=1", https("shop-1.openai.azure.com", "/openai/v1/x?api-version=1")),
        ("/azure/shop", https("shop.openai.azure.com", "/")),
        ("/ollama/v1/models", Target("http", "127.0.0.1", 11434, "/v1/models")),
        ("/api/tags", Target("http", "127.0.0.1", 11434, "/api/tags")),
    ],
)
def test_a_known_prefix_is_removed_and_the_rest_stays(path: str, target: Target) -> None:
    assert Routes().target_of(path) == target


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/v1/chat/completions", "/openaix/v1", "/OpenAI/v1", "//openai/v1", "/api/generate", "/api/tags/x", "*"),
        *("/azure", "/azure/", "/azure/a.example/x", "/azure/a%2Eexample/x", "/azure/-a/x", "/azure/a@b/x", ""),
    ],
)
def test_another_path_has_no_route(path: str) -> None:
    assert Routes().target_of(path) is None


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/riverside/v1/models", Target("https", "llm.example.com", 8443, "/gateway/v1/models")),
        ("/riverside", Target("https", "llm.example.com", 8443, "/gateway/")),
        ("/ollama/api/chat", Target("http", "ollama", 11434, "/api/chat")),
        ("/api/tags", Target("http", "ollama", 11434, "/api/tags")),
        ("/openai/eu/v1/models", https("eu.api.openai.com", "/v1/models")),
        ("/openai/v1/models", https("api.openai.com", "/v1/models")),
    ],
)
def test_own_prefixes_come_first_and_longer_ones_before_shorter_ones(path: str, target: Target) -> None:
    assert Routes(OWN).target_of(path) == target


def test_the_answer_without_a_route_lists_the_routes_and_nothing_of_the_query() -> None:
    answer = Routes(OWN).no_route("/opnai/v1/chat/completions?key=secret")

    told = json.loads(answer.content or b"")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert told["error"]["message"].startswith("farebox has no route for /opnai: begin the base URL's path with one of")
    assert "secret" not in str(told)
    assert {"/openai", "/azure/<instance>", "/riverside", "/openai/eu"} < set(told["routes"])


@pytest.mark.parametrize("prefix", ROUTES)
def test_every_known_route_leads_to_a_known_provider(prefix: str) -> None:
    _, host, port, path = url.parse(ROUTES[prefix])

    assert path == b"/"
    assert provider_of(host.decode(), port)
