"""Which names the CA may certify: those of the hosts that are decrypted, and the proxy's own."""

import ipaddress

import pytest
from farebox.ca.names import Names, together, wanted
from farebox.config.settings import Settings, load
from farebox.proxy.intercept import decrypts


def settings(**given: object) -> Settings:
    return load(given, environment={})


def names(machine: str = "ada", **given: object) -> Names:
    found = wanted(settings(**given), machine)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "host",
    [
        *("api.openai.com", "eu.api.openai.com", "my.openai.azure.com", "bedrock-runtime.eu-west-1.amazonaws.com"),
        *("europe-west1-aiplatform.googleapis.com", "API.OpenAI.com.", "localhost", "ada", "ollama"),
        *("127.0.0.1", "::1", "10.1.2.3", "192.168.0.7"),
    ],
)
def test_decrypted_hosts_and_the_proxy_itself_are_covered(host: str) -> None:
    assert names().cover(host)


@pytest.mark.parametrize(
    "host", ["bank.example", "openai.com", "notapi.openai.com", "azure.com", "com", "", "8.8.8.8", "2001:db8::1"]
)
def test_other_hosts_are_not_covered(host: str) -> None:
    assert not names().cover(host)


def test_every_decrypted_host_of_the_table_is_covered() -> None:
    found, table = names(), settings().table
    hosts = [
        pattern.partition(":")[0].replace("*", "x")
        for provider in table
        if not provider.shared
        for pattern in provider.hosts
    ]

    assert len(hosts) > 80
    assert all(decrypts(settings().intercept, host, None, table) or host.isascii() for host in hosts)
    assert [host for host in hosts if not found.cover(host)] == []


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("llm.example.com", "llm.example.com"),
        ("*.internal.example.com", "a.internal.example.com"),
        ("llm.example.com:8443", "llm.example.com"),
        ("llm-*.example.com", "llm-1.example.com"),
        ("203.0.113.5", "203.0.113.5"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_hosts_of_the_settings_are_covered(pattern: str, host: str) -> None:
    assert not names().cover(host)
    assert names(intercept={"hosts": [pattern]}).cover(host)
    assert names(providers=[{"name": "mine", "hosts": [pattern]}]).cover(host)
    assert names(ca_names=[pattern]).cover(host)


@pytest.mark.parametrize("intercept", [{"all": True}, {"hosts": ["*"]}, {"hosts": ["llm*"]}])
def test_hosts_that_can_be_any_are_no_constraint(intercept: dict[str, object]) -> None:
    assert wanted(settings(intercept=intercept), "ada") is None


@pytest.mark.parametrize("machine", ["123456789012", "ada's laptop", "-ada", "a.123", ""])
def test_a_machine_whose_name_is_no_domain_is_left_out(machine: str) -> None:
    assert machine.lower() not in names(machine).domains


def test_no_domain_lies_within_another() -> None:
    domains = names().domains

    assert [one for one in domains if any(one.endswith(f".{other}") for other in domains)] == []


def test_together_cover_what_either_covers() -> None:
    one, other = names(ca_names=["one.example"]), names(ca_names=["other.example", "203.0.113.5"])
    both = together(one, other)

    assert both.cover_all(one)
    assert both.cover_all(other)
    assert not one.cover_all(other)
    assert not both.cover_all(None)
    assert ipaddress.ip_network("203.0.113.5/32") in both.networks
