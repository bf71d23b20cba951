"""Each tuning can be turned off by its name."""

from typing import get_args

import pytest
from farebox.config.tunings import ALL, Tuning
from farebox.proxy import tuning


def test_a_tuning_that_is_turned_off_is_not_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    applied: list[str] = []

    def apply() -> bool:
        applied.append("one")
        return True

    monkeypatch.setattr(tuning, "TUNINGS", {"one": apply, "two": lambda: False})

    assert tuning.tune(["two"]) == ["one"]
    assert tuning.tune([]) == ["one"]
    assert tuning.tune(["one"]) == tuning.tune(["all"]) == []
    assert applied == ["one", "one"]


def test_the_setting_knows_every_tuning() -> None:
    assert set(get_args(Tuning)) == {ALL, *tuning.TUNINGS}
