"""Budgets as farebox.yaml holds them: a wrong one is refused with file, line and the nearest right word."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from farebox.config.budget_limits import Limit
from farebox.config.budgets import Budget
from farebox.config.settings import Settings, load
from farebox.errors import SettingsError

from tests.support.settings import load_file

RIGHT = {"name": "office", "scope": "all", "limit": "500 USD", "window": "month"}


def written(**changes: str) -> str:
    """Return a file with one right budget and one that differs in `changes`, whose keys begin on line 8."""
    second = {**RIGHT, "name": "second", **changes}
    lines = ["port: 0", "budgets:", "  - " + "\n    ".join(f"{key}: {value}" for key, value in RIGHT.items())]
    return "\n".join([*lines, "", "  - " + "\n    ".join(f"{key}: {value}" for key, value in second.items())])


def test_a_budget_holds_what_is_written() -> None:
    file = written(
        scope="user", match="'*'", limit="50M tokens", alert_at="[0.25, 1]", notify="[ops]", enforce="refuse"
    )
    [_, found] = load_file(f"{file}\ndestinations: [{{name: ops, type: webhook, url: 'http://localhost'}}]").budgets

    assert found == Budget(
        name="second",
        scope="user",
        match="*",
        limit="50M tokens",
        window="month",
        alert_at=(Decimal("0.25"), Decimal(1)),
        notify=("ops",),
        enforce="refuse",
    )
    assert (found.allows, found.is_for_each, found.refuses) == (Limit(50_000_000, "tokens"), True, True)


def test_a_budget_alerts_at_half_four_fifths_and_the_whole_and_refuses_nothing() -> None:
    [found, _] = load_file(written()).budgets

    assert ([str(share) for share in found.alert_at], found.refuses) == (["0.5", "0.8", "1"], False)


@pytest.mark.parametrize(
    ("changes", "line", "key", "hint"),
    [
        ({"scope": "usr", "match": "'*'"}, 9, "scope", "did you mean user?"),
        ({"limit": "0 USD"}, 10, "limit", "write more than 0"),
        ({"limit": "500"}, 10, "limit", "such as 500 USD or 50M tokens"),
        ({"limit": "500 toke"}, 10, "limit", "did you mean tokens?"),
        ({"window": "mnth"}, 11, "window", "did you mean month?"),
        ({"window": "rolling 99d"}, 11, "window", "1h to 90d"),
        ({"name": "office"}, 8, "name", "budgets[0]"),
        ({"name": "''"}, 8, "name", "write 1 to 64 characters"),
        ({"scope": "provider", "match": "opennai"}, 12, "match", "did you mean openai?"),
        ({"scope": "provider", "match": "[openai, antropic]"}, 12, "match", "did you mean anthropic?"),
        ({"scope": "user"}, 8, "match", "'*' for a budget for each"),
        ({"scope": "user", "match": "['*']"}, 12, "match", "write match: '*'"),
        ({"match": "alice"}, 12, "match", "remove match"),
        ({"alert_at": "[80]"}, 12, "alert_at", "write 0.8"),
        ({"alert_at": "[0]"}, 12, "alert_at", "such as 0.8"),
        ({"alert_at": "[1, 1]"}, 12, "alert_at", "once"),
        ({"notify": "['']"}, 12, "notify", "empty name"),
        ({"enforce": "refuze"}, 12, "enforce", "did you mean refuse?"),
        ({"enforc": "refuse"}, 12, "enforc", "did you mean budgets[1].enforce?"),
        ({"alert_at": "half"}, 12, "alert_at[0]", "'half' is not a number: write one such as 0.8"),
    ],
    ids=str,
)
def test_a_wrong_budget_is_refused_with_file_line_and_fix(
    changes: dict[str, str], line: int, key: str, hint: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load_file(written(**changes))

    # A key that is missing has no line of its own.
    assert str(refused.value).startswith(f"given.yaml:{line}: budgets[1].{key}: ")
    assert hint in str(refused.value)


def test_a_wrong_budget_of_the_environment_has_no_line_in_the_file() -> None:
    variable = "[{name: a, scope: all, limit: 1 EUR, window: day}]"

    with pytest.raises(SettingsError, match=r"^FAREBOX_BUDGETS: budgets\[0\]\.limit: "):
        load_file(written(), FAREBOX_BUDGETS=variable)


def test_a_provider_of_one_s_own_has_a_budget() -> None:
    own = "providers: [{name: riverside, hosts: [llm.example.com]}]\n"

    [_, found] = load_file(own + written(scope="provider", match="riverside")).budgets

    assert found.patterns == ("riverside",)


def test_budgets_reach_a_child_process_whole(tmp_path: Path) -> None:
    (tmp_path / "given.yaml").write_text(written(scope="model", match="[a, b*]", alert_at="[0.25]"), encoding="utf-8")
    settings = load(config=tmp_path / "given.yaml", environment={})

    assert msgspec.json.decode(msgspec.json.encode(settings), type=Settings).budgets == settings.budgets
