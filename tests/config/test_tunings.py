"""Tunings are turned off by name."""

import pytest
from farebox.config.settings import load
from farebox.errors import SettingsError


def test_each_tuning_and_all_of_them_can_be_turned_off() -> None:
    off = load({"tunings_off": ["hook_table", "one_event"]}, environment={}).tunings_off

    assert off == ("hook_table", "one_event")
    assert load({}, environment={"FAREBOX_TUNINGS_OFF": "all"}).tunings_off == ("all",)


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(SettingsError, match="tunings_off"):
        load({"tunings_off": "hooks"}, environment={})
