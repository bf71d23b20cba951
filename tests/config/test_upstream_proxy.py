"""The company's proxy is found as other programs find theirs, and its password is not shown."""

import pytest
from farebox.config.upstream_proxy import UpstreamProxy, bypasses, found, hosts_without, parse, problems

ENTRIES = (
    "example.com",
    ".internal",
    "*.corp.example",
    "10.0.0.0/8",
    "192.0.2.7",
    "llm.example:8443",
    "2001:db8::/32",
    "x/y",
)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HTTPS_PROXY": "http://a:1"}, "http://a:1"),
        ({"https_proxy": "http://b:1", "HTTPS_PROXY": "http://a:1"}, "http://b:1"),
        ({"all_proxy": "http://c:1"}, "http://c:1"),
        ({"HTTPS_PROXY": " ", "ALL_PROXY": "http://d:1"}, "http://d:1"),
        ({"HTTP_PROXY": "http://e:1"}, ""),
        ({}, ""),
    ],
)
def test_where_it_is_found(environment: dict[str, str], expected: str) -> None:
    assert found(environment) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://proxy.example:3128", UpstreamProxy("http", "proxy.example", 3128)),
        ("proxy.example:3128", UpstreamProxy("http", "proxy.example", 3128)),
        ("https://proxy.example", UpstreamProxy("https", "proxy.example", 443)),
        ("http://me:p%40ss@proxy.example:3128/", UpstreamProxy("http", "proxy.example", 3128, "me:p@ss")),
        ("socks5://proxy.example:1080", None),
        ("http://[::1", None),
        ("http://", None),
    ],
)
def test_its_url_is_read(url: str, expected: UpstreamProxy | None) -> None:
    assert parse(url) == expected


def test_it_is_shown_without_its_password() -> None:
    proxy = parse("http://me:canary@[2001:db8::1]:3128")

    assert proxy is not None
    assert proxy.url == "http://[2001:db8::1]:3128"


@pytest.mark.parametrize(
    ("value", "number"), [("auto", 0), ("never", 0), ("http://a:1", 0), ("socks5://me:canary@a", 1)]
)
def test_a_wrong_url_is_a_problem_and_not_quoted(value: str, number: int) -> None:
    told = list(problems(value))

    assert len(told) == number
    assert "canary" not in "".join(told)


def test_no_proxy_is_a_list() -> None:
    assert hosts_without({"NO_PROXY": "a, b,,c "}) == ("a", "b", "c")
    assert hosts_without({}) == ()


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("example.com", 443, True),
        ("API.example.com.", 443, True),
        ("notexample.com", 443, False),
        ("db.internal", 443, True),
        ("a.corp.example", 443, True),
        ("10.1.2.3", 443, True),
        ("11.1.2.3", 443, False),
        ("192.0.2.7", 11434, True),
        ("llm.example", 8443, True),
        ("llm.example", 443, False),
        ("[2001:db8::5]", 443, True),
        ("localhost", 11434, True),
        ("127.0.0.1", 11434, True),
        ("::1", 11434, True),
        ("api.openai.com", 443, False),
    ],
)
def test_which_hosts_skip_it(host: str, port: int, expected: bool) -> None:
    assert bypasses(host, port, ENTRIES) is expected


def test_a_star_stands_for_every_host() -> None:
    assert bypasses("api.openai.com", 443, ("*",))
