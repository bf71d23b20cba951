"""Servers on the inside of the network can't be reached by other machines, unless the settings name them."""

from typing import Any

import pytest
from farebox.config.settings import load
from farebox.proxy.reach import Reach


def reach(**values: Any) -> Reach:
    return Reach(load(values, environment={}))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.1.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
        *("10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "fc00::1", "fe80::1", "fe80::1%eth0"),
        *("169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
        *("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "224.0.0.1", "ff02::1", "no address"),
    ],
)
def test_an_inside_address_is_refused(address: str) -> None:
    assert not reach().allows_address(address, 80)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_an_outside_address_is_allowed(address: str) -> None:
    assert reach().allows_address(address, 443)


@pytest.mark.parametrize(
    ("allow", "address", "port", "allowed"),
    [
        ("10.1.0.0/16", "10.1.2.3", 80, True),
        ("10.1.0.0/16", "::ffff:10.1.2.3", 80, True),
        ("10.1.0.0/16", "10.2.2.3", 80, False),
        ("10.1.2.3:8000", "10.1.2.3", 8000, True),
        ("10.1.2.3:8000", "10.1.2.3", 22, False),
        ("[fc00::1]:8000", "fc00::1", 8000, True),
        ("169.254.169.254", "169.254.169.254", 80, True),
        ("gpu.internal", "10.1.2.3", 80, False),
    ],
)
def test_a_named_address_is_allowed(allow: str, address: str, port: int, allowed: bool) -> None:
    assert reach(upstreams={"allow": [allow]}).allows_address(address, port) is allowed


@pytest.mark.parametrize(
    ("host", "port", "allowed"),
    [
        ("api.openai.com", 443, True),
        ("shop.openai.azure.com", 443, True),
        ("LLM.example.", 8000, True),
        ("llm.example", 22, False),
        ("mcp.example", 443, True),
        ("gpu.internal", 8000, True),
        ("gpu.internal", 22, False),
        ("10.7.7.7", 8000, True),
        ("localhost", 11434, True),
        ("127.0.0.1", 11434, True),
        ("127.0.0.1", 9464, False),
        ("metadata.google.internal", 80, False),
        ("api.openai.com.evil.example", 443, False),
    ],
)
def test_hosts_that_the_settings_name_are_allowed(host: str, port: int, allowed: bool) -> None:
    named = reach(
        providers=[{"name": "riverside", "hosts": ["llm.example:8000"]}],
        intercept={"hosts": ["mcp.example"]},
        routes=[{"prefix": "/vllm", "url": "http://10.7.7.7:8000/v1"}],
        upstreams={"allow": ["gpu.internal:8000"]},
    )

    assert named.allows_name(host, port) is allowed
