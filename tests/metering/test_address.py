"""Of an address, only what the user's prices ask for is kept."""

import pytest
from farebox.metering.address import AddressRules
from farebox.records.exchange import request_to

RULES = AddressRules(("/coding/*", "*/completions", "/v1/*"), frozenset({8001}))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://llm.example/coding/v1/chat/completions", {"path": "/coding/* */completions"}),
        ("https://llm.example:8001/secret/models", {"port": "8001"}),
        ("https://llm.example:8002/secret/models", {}),
    ],
)
def test_the_fitting_patterns_and_the_port_of_a_rule_are_kept(url: str, expected: dict[str, str]) -> None:
    assert RULES.words(request_to("POST", url)) == expected
    assert AddressRules().words(request_to("POST", url)) == {}
