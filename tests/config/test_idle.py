"""Entries that can match nothing are told by their key, with the nearest right word."""

import pytest
from farebox.config.idle import idle

from tests.support.settings import load_file

_KEY = "{name: NAME, fingerprint: 0123456789abcdef}"
_BUDGET = "limit: 5 USD, window: day"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "providers: [{name: a, hosts: [x.example]}, {name: b, hosts: [X.example]}]",
            "providers[1].hosts: matches nothing: X.example is in providers[0], which comes first: remove one",
        ),
        (
            f"budgets: [{{name: a, scope: provider, match: 'opnai*', {_BUDGET}}}]",
            "budgets[0].match: matches nothing: there is no provider 'opnai*': did you mean openai?",
        ),
        (
            f"budgets: [{{name: a, scope: purpose, match: titel, {_BUDGET}}}]",
            "budgets[0].match: matches nothing: no rule gives the purpose 'titel': did you mean title?",
        ),
        (
            f"keys: [{_KEY.replace('NAME', 'shop')}]\nbudgets: [{{name: a, scope: key, match: shop, {_BUDGET}}}]",
            "budgets[0].match: matches nothing: a key is matched by its fingerprint: write 0123456789abcdef for shop",
        ),
        (
            "destinations: [{name: ops, type: webhook, url: 'http://localhost'}]",
            "destinations[0].name: nothing is sent there: name it in `notify` of a budget or `digest`",
        ),
        (
            f"keys: [{_KEY.replace('NAME', 'a')}, {_KEY.replace('NAME', 'b')}]",
            "keys[1].fingerprint: matches nothing: keys[0] has it already: remove one of them",
        ),
        ("teams: [{id: shop}]", "teams[0]: matches nothing: add users or keys, or name shop as the team of a user"),
        (
            "purposes: [{purpose: a, begins: Name this chat}, {purpose: b, begins: Name this chat now, stream: true}]",
            "purposes[1]: matches nothing: purposes[0] comes first and takes all of its calls",
        ),
        (
            "cost_fields: [{header: x-cost, provider: opnai}]",
            "cost_fields[0].provider: matches nothing: there is no provider 'opnai': did you mean openai?",
        ),
    ],
)
def test_an_entry_that_can_match_nothing_is_told(content: str, said: str) -> None:
    assert list(idle(load_file(content))) == [said]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "providers: [{name: riverside, hosts: [a.example]}]\ncost_fields: [{header: x, provider: riverside}]",
        f"budgets: [{{name: a, scope: provider, match: 'open*', {_BUDGET}}}]",
        "users: [{id: ada, team: shop}]\nteams: [{id: shop}]",
        "purposes: [{purpose: a, begins: Name this chat now}, {purpose: b, begins: Name this chat}]",
        "destinations: [{name: ops, type: webhook, url: 'http://localhost'}]\ndigest: {notify: ops}",
    ],
)
def test_entries_that_can_match_are_not(content: str) -> None:
    assert list(idle(load_file(content))) == []
