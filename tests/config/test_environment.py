"""Settings from FAREBOX_ variables."""

from typing import Any

import msgspec
import pytest
from farebox.config.environment import NO_SETTINGS, from_environment
from farebox.config.settings import Settings, keys, load
from farebox.errors import SettingsError

from tests.support.settings import VARIABLES, variable


def given(**variables: str) -> dict[str, Any]:
    return from_environment(Settings, {f"FAREBOX_{name}": value for name, value in variables.items()})


def value_of(found: Settings, key: str) -> Any:
    value: Any = found
    for name in key.split("."):
        value = getattr(value, name)
    return value


# A digest goes to a destination that there is.
NEEDS = {
    "digest.notify": ("destinations",),
    "auth.user": ("auth.password_file",),
    "auth.password_file": ("auth.user",),
    "report_currency": ("currency",),
}


def test_every_key_is_in_the_table() -> None:
    assert list(VARIABLES) == keys()


@pytest.mark.parametrize("key", keys())
def test_every_key_has_a_variable(key: str) -> None:
    text, expected = VARIABLES[key]

    assert value_of(load(environment={}), key) != expected
    needed = {variable(other): VARIABLES[other][0] for other in NEEDS.get(key, ())}
    assert value_of(load(environment={variable(key): text, **needed}), key) == expected


def test_variables_of_nested_keys_share_their_mapping() -> None:
    assert given(SPOOL_LIMIT="1GiB", SPOOL_SYNC="always", PORT="1") == {
        "spool": {"limit": "1GiB", "sync": "always"},
        "port": "1",
    }


def test_an_empty_variable_is_not_set() -> None:
    assert given(PORT="", INTERCEPT_HOSTS="", PROT="") == {}


def test_variables_of_others_are_ignored() -> None:
    assert (
        from_environment(Settings, {"PORT": "1", "farebox_port": "2", "_FAREBOX_PORT": "3", "FAREBOXPORT": "4"}) == {}
    )


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("a", ["a"]),
        (" a , b,,", ["a", "b"]),
        ("['a, b', c]", ["a, b", "c"]),
        (" [a]", ["a"]),
        ("[{name: a, hosts: [1.50]}]", [{"name": "a", "hosts": ["1.50"]}]),
    ],
)
def test_several_values_are_separated_by_commas_or_a_yaml_list(value: str, items: list[Any]) -> None:
    assert given(MODE=value) == {"mode": items}


@pytest.mark.parametrize("value", ["[{name: riverside}", "[a: b: c]", "[" * 3000])
def test_a_damaged_list_is_an_error_with_the_variable(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^FAREBOX_PROVIDERS is not a YAML list: "):
        given(PROVIDERS=value)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("PROT", "PORT"),
        ("LEGDER", "LEDGER"),
        ("METRICSPORT", "METRICS_PORT"),
        ("ATTRIBUTION_TAG", "ATTRIBUTION_TAGS"),
        ("WORKER", "WORKERS"),
        ("CONFG", "CONFIG"),
    ],
)
def test_an_unknown_variable_is_an_error_with_the_nearest_right_one(name: str, right: str) -> None:
    with pytest.raises(SettingsError) as refused:
        given(**{name: "1", "PORT": "2"})

    assert str(refused.value) == (
        f"FAREBOX_{name} is not a setting: did you mean FAREBOX_{right}? docs/configuration.md lists the settings"
    )


def test_an_unknown_variable_without_a_similar_one_is_named_alone() -> None:
    with pytest.raises(SettingsError) as refused:
        given(XYZZY="1")

    assert str(refused.value) == ("FAREBOX_XYZZY is not a setting: unset it. docs/configuration.md lists the settings")


def test_settings_are_not_loaded_with_an_unknown_variable() -> None:
    with pytest.raises(SettingsError, match=r"^FAREBOX_PROT is not a setting"):
        load(environment={"FAREBOX_PROT": "8080"})


@pytest.mark.parametrize("name", sorted(NO_SETTINGS - {"FAREBOX_CONFIG"}))
def test_farebox_s_other_variables_are_no_error(name: str) -> None:
    assert load(environment={name: "1"}) == load(environment={})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAREBOX_SERVICE_HOST", "10.0.0.7"),
        ("FAREBOX_SERVICE_PORT", "8080"),
        ("FAREBOX_SERVICE_PORT_METRICS", "9464"),
        ("FAREBOX_PORT", "tcp://10.0.0.7:8080"),
        ("FAREBOX_PORT_8080_TCP", "tcp://10.0.0.7:8080"),
        ("FAREBOX_PORT_8080_TCP_ADDR", "10.0.0.7"),
        ("FAREBOX_PORT_8080_TCP_PORT", "8080"),
        ("FAREBOX_PORT_53_UDP_PROTO", "udp"),
        ("FAREBOX_METRICS_PORT", "udp://10.0.0.7:9464"),
        ("FAREBOX_METRICS_SERVICE_HOST", "10.0.0.7"),
        ("FAREBOX_PG_PORT_5432_TCP_ADDR", "10.0.0.7"),
    ],
)
def test_variables_that_kubernetes_sets_for_a_service_named_farebox_are_ignored(name: str, value: str) -> None:
    assert load(environment={name: value}) == load(environment={})


@pytest.mark.parametrize(
    "name", ["FAREBOX_SERVICE_HOSTS", "FAREBOX_SERVICE", "FAREBOX_PORT_8080", "FAREBOX_PORT_8080_TCP_NAME"]
)
def test_variables_like_those_of_kubernetes_are_not_ignored(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is not a setting"):
        load(environment={name: "1"})


def test_the_key_of_a_wrong_value_is_named() -> None:
    with pytest.raises(SettingsError, match=r"^FAREBOX_PORT: port: .* is not a whole number: "):
        load(environment={"FAREBOX_PORT": "http://localhost:1"})


def test_settings_survive_the_way_to_a_child() -> None:
    loaded = load(environment={variable(key): text for key, (text, _) in VARIABLES.items()})

    assert msgspec.json.decode(msgspec.json.encode(loaded), type=Settings) == loaded
