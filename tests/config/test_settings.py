"""Settings: who beats whom, and what is refused."""

import socket
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from farebox.config import settings
from farebox.config.settings import load
from farebox.errors import SettingsError

from tests.support.settings import PLACE, load_file


def test_nothing_given_is_the_defaults() -> None:
    found = load(environment={})

    assert (found.host, found.port, found.metrics_port, found.workers) == ("127.0.0.1", 8080, 9464, 1)
    assert found.folder.is_absolute()
    assert found.spool_folder == found.folder / "spool"
    assert found.ledger == f"sqlite:///{found.folder / 'ledger.db'}"


def test_a_sidecar_is_named_after_its_machine_and_keeps_its_ca_in_the_data_folder() -> None:
    found = load({"home": "/srv/data"}, environment={})

    assert (found.sidecar, found.ca) == (socket.gethostname(), "/srv/data/mitmproxy")


@pytest.mark.parametrize(("machine", "taken"), [("America/St_Johns", "America/St_Johns"), ("", "UTC"), (None, "UTC")])
def test_without_a_time_zone_the_machine_s_is_taken(
    machine: str | None, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: machine)

    assert load(environment={}).zone == ZoneInfo(taken)


@pytest.mark.parametrize("name", ["Berlin", "../etc/passwd", "/etc/localtime", "Europe"])
def test_a_time_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=r"^timezone: .* is not a time zone: write a name such as Europe/Berlin"):
        load({"timezone": name}, environment={})


def test_the_environment_beats_the_file() -> None:
    found = load_file("port: 1\nhost: file", FAREBOX_PORT="2")

    assert (found.port, found.host) == (2, "file")


def test_the_command_line_beats_the_environment() -> None:
    found = load({"port": 3, "host": None}, environment={"FAREBOX_PORT": "2", "FAREBOX_HOST": "environment"})

    assert (found.port, found.host) == (3, "environment")


def test_options_not_given_leave_the_file_as_it_is() -> None:
    own = Path("own.yaml")
    own.write_text("mode: [socks5]\nset: [a=b]\nport: 5", encoding="utf-8")

    found = load({"mode": [], "set": None, "script": (), "port": 0}, config=own, environment={})

    assert (found.mode, found.set, found.port) == (("socks5",), ("a=b",), 0)


def test_nested_keys_of_file_and_environment_go_together() -> None:
    found = load_file("intercept:\n  hosts: [a.example]", FAREBOX_INTERCEPT_ALL="true")

    assert found.intercept == settings.Intercept(hosts=("a.example",), all=True)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("port: eighty", "port"),
        ("port: -1", "port"),
        ("metrics_port: 65536", "metrics_port"),
        ("port: 99999999999999999999999", "port"),
        ("port: true", "port"),
        ("host: 5", "host"),
        ("workers: 0", "workers"),
        ("workers: 65", "workers"),
        ("spool: {limit: 1G}", "spool.limit"),
        ("spool: {limit: 1MiB}", "spool.limit"),
        ("spool: {limit: -5}", "spool.limit"),
        ("spool: {memory: lots}", "spool.memory"),
        ("spool: {sync: sometimes}", "spool.sync"),
        ("stream_usage: always", "stream_usage"),
        ("stream_usage_hosts: [a b]", "stream_usage_hosts"),
        ("intercept: true", "intercept"),
        ("intercept:", "intercept"),
        ("intercept: {hosts: [5]}", r"intercept.hosts\[0\]"),
        ("intercept: {all: perhaps}", "intercept.all"),
        ("providers: [llm.example.com]", r"providers\[0\]"),
        ("providers: [{name: riverside}]", r"providers\[0\]"),
        ("providers: [{name: riverside, hosts: []}]", r"providers\[0\].hosts"),
        ("providers: [{name: riverside, hosts: ['https://llm.example.com']}]", r"providers\[0\].hosts"),
        ("providers: [{name: River Side, hosts: [llm.example.com]}]", r"providers\[0\].name"),
        ("providers: [{name: unknown, hosts: [llm.example.com]}]", r"providers\[0\].name"),
        ("providers: [{name: riverside, hosts: [llm.example.com], key: a}]", r"providers\[0\].key"),
        ("attribution: {tags: {a: b}}", "attribution.tags"),
        ("retention: {calls: 90}", "retention.calls"),
        ("retention: {calls: 0d}", "retention.calls"),
        ("retention: {hourly: 3 months}", "retention.hourly"),
        ("retention: {calls: 90d, hourly: 0w}", "retention.hourly"),
        ("shutdown_timeout: -1", "shutdown_timeout"),
        ("shutdown_timeout: .nan", "shutdown_timeout"),
        ("shutdown_timeout: .inf", "shutdown_timeout"),
        ("set: [{a: b}]", r"set\[0\]"),
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_by_its_key(content: str, key: str) -> None:
    with pytest.raises(SettingsError, match=f"^{PLACE}{key}: "):
        load_file(content)


@pytest.mark.parametrize("host", ["https://api.example.com", "api.example.com/v1", "a b", "", "a:port", "*:*"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{PLACE}intercept\.hosts: ") as refused:
        load_file(f"intercept:\n  hosts: ['{host}']")

    assert repr(host) in str(refused.value)


@pytest.mark.parametrize(
    "host", ["api.example.com", "*.example.com", "llm-*.example.com", "localhost:11434", "10.0.0.7"]
)
def test_a_host_pattern_is_taken(host: str) -> None:
    assert load_file(f"intercept:\n  hosts: ['{host}']").intercept.hosts == (host,)


def test_the_data_folder_may_be_relative_or_below_the_users_home(tmp_path: Path) -> None:
    assert load({"home": "data"}, environment={}).folder == tmp_path / "data"
    assert load({"home": "~/data"}, environment={}).folder == Path.home() / "data"


def test_tags_are_header_names_whatever_their_case() -> None:
    assert load(environment={"FAREBOX_ATTRIBUTION_TAGS": "X-Team"}).attribution.tags == ("x-team",)


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://h:port/", "https:///data.json", "file:///data.json", "data.json"]
)
def test_an_address_of_prices_that_is_not_a_url_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"prices_update": {"url": url}}, environment={})

    assert str(refused.value) == "prices_update.url: not an http or https URL: write https://HOST/PATH"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("port: 65536", "port: 65536 is not a port number: use 0 (any free port) to 65535"),
        ("metrics_port: -1", "metrics_port: -1 is not a port number: use 0 (any free port) to 65535"),
        ("workers: 0", "workers: 0 is not a number of workers: write 1 to 64, or auto"),
        ("workers: 65", "workers: 65 is not a number of workers: write 1 to 64, or auto"),
        ("idle_timeout: 0", "idle_timeout: 0 is not a number of seconds: write 1 or more"),
        ("shutdown_timeout: -0.5", "shutdown_timeout: -0.5 is not a number of seconds: write 0 or more"),
        (
            "providers: [{name: River, hosts: [a]}]",
            "providers[0].name: 'River' is not a provider name: write up to 32 small letters, digits and _",
        ),
        ("providers: [{name: riverside, hosts: []}]", "providers[0].hosts: riverside has no hosts: list at least one"),
        (
            "providers: [{name: riverside, hosts: [a/b]}]",
            "providers[0].hosts: 'a/b' of riverside is not a host: write api.example.com or *.example.com",
        ),
        (
            "stream_usage_hosts: [a b]",
            "stream_usage_hosts: 'a b' is not a host: write api.example.com or *.example.com",
        ),
        (
            "home: /srv/what?",
            "home: /srv/what? has a question mark, which a ledger's URL cannot contain: name another folder",
        ),
    ],
)
def test_an_error_names_the_key_the_value_and_the_fix(content: str, error: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_file(content)

    assert str(refused.value) == f"given.yaml:1: {error}"


@pytest.mark.parametrize(
    "content",
    [
        *("port: 0", "port: 65535", "metrics_port: 0", "workers: 1", "workers: 64", "shutdown_timeout: 0"),
        f"providers: [{{name: {'a' * 32}, hosts: [a]}}]",
        "home: /srv/what?\nledger: sqlite:////srv/ledger.db",
    ],
)
def test_values_at_the_bounds_are_accepted(content: str) -> None:
    assert load_file(content)


def test_a_user_s_providers_and_prices_name_billers_too() -> None:
    loaded = load_file(
        "providers: [{name: riverside, hosts: [llm.example.com]}]\n"
        "prices: [{match: {provider: lakeside}, per_request: 1}, {match: {model: a}, per_request: 1}]"
    )

    assert loaded.table[0].name == "riverside"
    assert {"riverside", "lakeside", "openai", "unknown"} <= set(loaded.billers)
    assert len(set(loaded.billers)) == len(loaded.billers)


def test_the_ledger_is_printed_without_its_password() -> None:
    assert load({"ledger": "postgresql://me:secret@db/f"}, environment={}).ledger_name == "postgresql://me:***@db/f"
