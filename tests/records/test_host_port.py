"""A host has its port where that is not the one of its scheme."""

import pytest
from farebox.records.host_port import host_port, name_and_port


@pytest.mark.parametrize(
    ("name", "port", "host"),
    [
        ("api.openai.com", 443, "api.openai.com"),
        ("gateway.lan", 80, "gateway.lan"),
        ("localhost", 11434, "localhost:11434"),
        ("::1", 8080, "[::1]:8080"),
        ("::1", 443, "::1"),
        ("2001:db8::1234", 80, "2001:db8::1234"),
    ],
)
def test_a_port_of_its_own_is_named(name: str, port: int, host: str) -> None:
    assert host_port(name, port) == host
    assert name_and_port(host) == (name, None if port in {443, 80} else port)
