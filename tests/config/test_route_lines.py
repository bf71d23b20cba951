"""Own path prefixes: what is refused, and that no error quotes a URL, which can hold a password."""

import pytest
from farebox.config.route_lines import RouteLine, problems
from farebox.config.settings import load
from farebox.errors import SettingsError


@pytest.mark.parametrize("prefix", ["/riverside", "/a/b-c", "/llm.example", "/~x_1"])
@pytest.mark.parametrize(
    "url",
    ["https://llm.example.com", "http://ollama:11434", "https://a.example/v1/", "http://[::1]:80", "http://my_llm"],
)
def test_a_prefix_with_a_base_url_is_accepted(prefix: str, url: str) -> None:
    assert list(problems([RouteLine(prefix, url)])) == []


@pytest.mark.parametrize("prefix", ["", "/", "riverside", "/riverside/", "/a b", "/a?b", "/ä", "//a", "/a#b", "/%41"])
def test_another_prefix_is_refused(prefix: str) -> None:
    with pytest.raises(
        SettingsError, match=r"^routes\[0\]\.prefix: .* is not a path prefix: write one like /riverside$"
    ):
        load({"routes": [{"prefix": prefix, "url": "https://a.example"}]}, environment={})


@pytest.mark.parametrize(
    "url",
    [
        *("", "llm.example.com", "ftp://a.example", "https://", "https://a.example:0", "https://a.example:99999"),
        *("https://user:secret@a.example", "https://a.example/?key=secret", "https://a.example#secret", "http://[::1"),
    ],
)
def test_another_url_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({"routes": [{"prefix": "/a", "url": url}]}, environment={})

    expected = "routes[0].url: the url of /a is not a base URL: write https://HOST or https://HOST:PORT/PATH"
    assert str(caught.value) == expected


def test_a_prefix_that_is_there_twice_is_refused() -> None:
    lines = [RouteLine("/a", "https://a.example"), RouteLine("/a", "https://b.example")]

    assert list(problems(lines)) == ["routes[1].prefix: /a is there twice: remove one of the two"]


def test_the_environment_takes_routes_as_a_yaml_list() -> None:
    found = load(environment={"FAREBOX_ROUTES": "[{prefix: /a, url: 'https://a.example'}]"})

    assert found.routes == (RouteLine("/a", "https://a.example"),)
