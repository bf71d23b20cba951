"""One value where a list belongs is a list of one."""

import pytest

from tests.support.settings import load_file


@pytest.mark.parametrize(
    ("content", "key", "values"),
    [
        ("mode: reverse:https://api.deepseek.com@8101", "mode", ("reverse:https://api.deepseek.com@8101",)),
        ("clients: 10.0.0.0/8", "clients", ("10.0.0.0/8",)),
        ("set: ssl_insecure=true", "set", ("ssl_insecure=true",)),
        ("mode: [socks5@8082, transparent@8083]", "mode", ("socks5@8082", "transparent@8083")),
    ],
)
def test_a_bare_value_is_a_list_of_one(content: str, key: str, values: tuple[str, ...]) -> None:
    assert getattr(load_file(content), key) == values


def test_it_is_so_within_groups_and_entries() -> None:
    found = load_file(
        "intercept: {hosts: a.example}\nproviders: [{name: riverside, hosts: b.example}]\nattribution: {tags: x-a}"
    )

    assert found.intercept.hosts == ("a.example",)
    assert found.providers[0].hosts == ("b.example",)
    assert found.attribution.tags == ("x-a",)


def test_a_text_where_a_text_or_a_list_may_stand_stays_one() -> None:
    [budget] = load_file(
        "budgets: [{name: a, scope: user, match: '*', limit: 5 USD, window: day, alert_at: 0.5}]"
    ).budgets

    assert budget.is_for_each
    assert [str(share) for share in budget.alert_at] == ["0.5"]
