"""An error names the place that the value comes from: the file that has it, a variable, or neither."""

from pathlib import Path

import pytest
from farebox.config.files import user_file
from farebox.config.settings import load
from farebox.errors import SettingsError

from tests.support.settings import load_file


def said(**environment: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load(environment=environment)
    return str(refused.value)


def test_of_two_files_the_one_that_has_the_key_is_named() -> None:
    user_file().parent.mkdir(parents=True)
    user_file().write_text("spool:\n  memory: 1MiB\n", encoding="utf-8")
    Path("farebox.yaml").write_text("port: 1\nspool:\n  limit: 1GG\n", encoding="utf-8")

    assert said().startswith("farebox.yaml:3: spool.limit: ")


def test_a_variable_is_named_also_for_a_key_within_it() -> None:
    assert said(FAREBOX_INTERCEPT_HOSTS="a/b").startswith("FAREBOX_INTERCEPT_HOSTS: intercept.hosts: ")
    assert said(FAREBOX_PROVIDERS="[{name: A, hosts: [a]}]").startswith("FAREBOX_PROVIDERS: providers[0].name: ")


def test_what_the_command_line_says_has_no_line_of_the_file() -> None:
    with pytest.raises(SettingsError, match=r"^port: 70000 is not a port"):
        load({"port": 70_000}, config=None, environment={})


def test_a_variable_hides_the_file_s_value() -> None:
    with pytest.raises(SettingsError, match=r"^FAREBOX_WORKERS: workers: 99 "):
        load_file("workers: 1", FAREBOX_WORKERS="99")
