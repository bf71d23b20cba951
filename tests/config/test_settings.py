"""Settings: who beats whom, and what is refused."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from farebox.config import settings
from farebox.config.price_rules import Free, Match, PriceRule
from farebox.config.settings import ProviderLine, Settings, keys, load
from farebox.errors import SettingsError
from farebox.metering.cost_fields import CostField

# What a FAREBOX_ variable sets each key to; where only the default is possible yet, what it is refused with.
VARIABLES: Mapping[str, tuple[str, Any]] = {
    "home": ("/srv/farebox", "/srv/farebox"),
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("8181", 8181),
    "metrics_port": ("9999", 9999),
    "ledger": ("sqlite:////srv/other.db", "sqlite:////srv/other.db"),
    "sidecar": ("shop", "shop"),
    "ca": ("/srv/ca", "/srv/ca"),
    "timezone": ("Asia/Kathmandu", "Asia/Kathmandu"),
    "workers": ("2", 2),
    "mode": (
        "socks5@8082, reverse:https://api.deepseek.com@8101",
        ("socks5@8082", "reverse:https://api.deepseek.com@8101"),
    ),
    "stream_usage": ("observe", "observe"),
    "stream_usage_hosts": ("llm.example.com, box:8000", ("llm.example.com", "box:8000")),
    "intercept.hosts": ("llm.example.com,*.llm.example.org", ("llm.example.com", "*.llm.example.org")),
    "intercept.all": ("true", True),
    "providers": (
        "[{name: riverside, hosts: [llm.example.com]}]",
        (ProviderLine("riverside", ("llm.example.com",)),),
    ),
    "prices": (
        "[{match: {provider: ollama}, local: {mode: free}}]",
        (PriceRule(Match(provider="ollama"), local=Free()),),
    ),
    "cost_fields": ("[{header: x-cost}]", (CostField(header="x-cost"),)),
    "prices_update.url": ("https://mirror.example.com/data.json", "https://mirror.example.com/data.json"),
    "attribution.tags": ("x-team, x-project", ("x-team", "x-project")),
    "spool.limit": ("2GiB", "2GiB"),
    "spool.memory": ("1048576", "1048576"),
    "spool.sync": ("always", "always"),
    "retention.calls": ("90d", "90d"),
    "retention.hourly": ("12w", "12w"),
    "shutdown_timeout": ("2.5", 2.5),
    "script": ("/srv/one.py,/srv/two.py", ("/srv/one.py", "/srv/two.py")),
    "set": ("ssl_insecure=true", ("ssl_insecure=true",)),
}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A current folder without farebox.yaml."""
    monkeypatch.chdir(tmp_path)


def variable(key: str) -> str:
    return "FAREBOX_" + key.replace(".", "_").upper()


def value_of(found: Settings, key: str) -> Any:
    value: Any = found
    for name in key.split("."):
        value = getattr(value, name)
    return value


def from_file(content: str, **environment: str) -> Settings:
    Path("given.yaml").write_text(content, encoding="utf-8")
    return load(config=Path("given.yaml"), environment=environment)


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
    with pytest.raises(SettingsError, match=r"^timezone: .* is no time zone: write a name such as Europe/Berlin"):
        load({"timezone": name}, environment={})


def test_every_key_is_in_the_table() -> None:
    assert list(VARIABLES) == keys()


@pytest.mark.parametrize("key", keys())
def test_every_key_has_a_variable(key: str) -> None:
    text, expected = VARIABLES[key]

    if expected is SettingsError:
        with pytest.raises(SettingsError, match=f"^{key}: "):
            load(environment={variable(key): text})
    else:
        assert value_of(load(environment={}), key) != expected
        assert value_of(load(environment={variable(key): text}), key) == expected


def test_the_environment_beats_the_file() -> None:
    found = from_file("port: 1\nhost: file", FAREBOX_PORT="2")

    assert (found.port, found.host) == (2, "file")


def test_the_command_line_beats_the_environment() -> None:
    found = load({"port": 3, "host": None}, environment={"FAREBOX_PORT": "2", "FAREBOX_HOST": "environment"})

    assert (found.port, found.host) == (3, "environment")


def test_options_not_given_leave_the_file_as_it_is() -> None:
    Path("farebox.yaml").write_text("mode: [socks5]\nset: [a=b]\nport: 5", encoding="utf-8")

    found = load({"mode": [], "set": None, "script": (), "port": 0}, environment={})

    assert (found.mode, found.set, found.port) == (("socks5",), ("a=b",), 0)


def test_nested_keys_of_file_and_environment_go_together() -> None:
    found = from_file("intercept:\n  hosts: [a.example]", FAREBOX_INTERCEPT_ALL="true")

    assert found.intercept == settings.Intercept(hosts=("a.example",), all=True)


def test_an_empty_variable_is_none() -> None:
    assert load(environment={"FAREBOX_PORT": "", "FAREBOX_INTERCEPT_HOSTS": ""}) == load(environment={})


def test_the_file_in_the_current_folder_is_read() -> None:
    Path("farebox.yaml").write_text("port: 7", encoding="utf-8")

    assert load(environment={}).port == 7


def test_a_variable_names_the_file() -> None:
    Path("other.yaml").write_text("port: 7", encoding="utf-8")

    assert load(environment={"FAREBOX_CONFIG": "other.yaml"}).port == 7


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "{}"], ids=["empty", "a comment", "an empty mapping"])
def test_a_file_without_keys_is_the_defaults(content: str) -> None:
    assert from_file(content) == load(environment={})


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("prot: 8080", "prot"),
        ("intercept: {host: [a]}", "intercept.host"),
        ("1: 2", "1"),
        ("intercept: {no: true}", "intercept.False"),
        ("2026-01-01: x", "2026-01-01"),
    ],
    ids=["unknown", "unknown and nested", "a number", "a boolean and nested", "a date"],
)
def test_an_unknown_key_is_named(content: str, key: str) -> None:
    with pytest.raises(SettingsError, match=f"^{key}: there is no such key"):
        from_file(content)


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
        ("stream_usage_hosts: llm.example.com", "stream_usage_hosts"),
        ("intercept: true", "intercept"),
        ("intercept:", "intercept"),
        ("intercept: {hosts: api.example.com}", "intercept.hosts"),
        ("intercept: {hosts: [5]}", r"intercept.hosts\[0\]"),
        ("intercept: {all: perhaps}", "intercept.all"),
        ("providers: [llm.example.com]", r"providers\[0\]"),
        ("providers: [{name: riverside}]", r"providers\[0\]"),
        ("providers: [{name: riverside, hosts: []}]", "providers"),
        ("providers: [{name: riverside, hosts: ['https://llm.example.com']}]", "providers"),
        ("providers: [{name: riverside, hosts: llm.example.com}]", r"providers\[0\].hosts"),
        ("providers: [{name: River Side, hosts: [llm.example.com]}]", "providers"),
        ("providers: [{name: unknown, hosts: [llm.example.com]}]", "providers"),
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
    with pytest.raises(SettingsError, match=f"^{key}: "):
        from_file(content)


@pytest.mark.parametrize("host", ["https://api.example.com", "api.example.com/v1", "a b", "", "a:port", "*:*"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match=r"^intercept\.hosts: ") as refused:
        from_file(f"intercept:\n  hosts: ['{host}']")

    assert repr(host) in str(refused.value)


@pytest.mark.parametrize(
    "host", ["api.example.com", "*.example.com", "llm-*.example.com", "localhost:11434", "10.0.0.7"]
)
def test_a_host_pattern_is_taken(host: str) -> None:
    assert from_file(f"intercept:\n  hosts: ['{host}']").intercept.hosts == (host,)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: [", r"is not YAML(.|\n)*in given.yaml, line 1"),
        (b"\xff\xfe", "is not YAML"),
        (b"- port", "holds no keys"),
        (b"port", "holds no keys"),
    ],
    ids=["torn", "not UTF-8", "a list", "a word"],
)
def test_a_file_that_is_no_settings_is_named(content: bytes, said: str) -> None:
    Path("given.yaml").write_bytes(content)

    with pytest.raises(SettingsError, match=f"^given.yaml {said}"):
        load(config=Path("given.yaml"), environment={})


def test_a_key_that_stands_twice_is_refused_as_the_first_would_be_lost() -> None:
    first = "prices:\n  - {match: {model: a}, per_request: 1}\n"

    with pytest.raises(SettingsError, match=r"'prices' stands there twice(.|\n)*line 4"):
        from_file(f"{first}port: 5\n{first}")
    assert from_file(f"{first}port: 5").port == 5


def test_a_file_that_is_asked_for_must_be_there() -> None:
    with pytest.raises(SettingsError, match=r"^missing.yaml cannot be read: No such file"):
        load(config=Path("missing.yaml"), environment={})


def test_the_data_folder_may_be_relative_or_below_the_users_home(tmp_path: Path) -> None:
    assert load({"home": "data"}, environment={}).folder == tmp_path / "data"
    assert load({"home": "~/data"}, environment={}).folder == Path.home() / "data"


def test_tags_are_header_names_whatever_their_case() -> None:
    assert load(environment={"FAREBOX_ATTRIBUTION_TAGS": "X-Team"}).attribution.tags == ("x-team",)


def test_settings_survive_the_way_to_a_child() -> None:
    environment = {variable(key): text for key, (text, expected) in VARIABLES.items() if expected is not SettingsError}
    given = load(environment=environment)

    assert msgspec.json.decode(msgspec.json.encode(given), type=Settings) == given


@pytest.mark.parametrize("name", ["Authorization", "x-api-key", "cookie"])
def test_a_header_that_holds_a_key_is_no_tag(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=rf"attribution\.tags: {name.lower()} holds a key"):
        load({"attribution": {"tags": ["x-team", name]}}, environment={"FAREBOX_HOME": str(tmp_path)})


def test_a_list_in_a_variable_that_is_torn_is_named() -> None:
    with pytest.raises(SettingsError, match=r"^FAREBOX_PROVIDERS is not a YAML list"):
        load(environment={"FAREBOX_PROVIDERS": "[{name: riverside"})
