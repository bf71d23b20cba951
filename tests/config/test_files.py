"""Which files of settings are read, and what a file that is only found in the current folder can't set."""

from pathlib import Path

import pytest
from farebox.config.files import NAMED_ONLY, missed, user_file
from farebox.config.settings import Settings, load
from farebox.errors import SettingsError

FOREIGN = Path("farebox.yaml")


def write(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def test_the_user_s_own_file_comes_before_that_of_the_folder() -> None:
    write(user_file(), "port: 1\nintercept: {hosts: [a.example]}\nspool: {limit: 8MiB}")
    write(FOREIGN, "port: 2\nworkers: 2\nspool: {limit: 9MiB, memory: 2MiB}")

    found = load(environment={})

    assert (found.port, found.workers, found.intercept.hosts) == (1, 2, ("a.example",))
    assert (found.spool.limit, found.spool.memory) == ("8MiB", "2MiB")


def test_a_file_that_is_named_is_the_only_one() -> None:
    write(user_file(), "port: 1")
    write(FOREIGN, "workers: 2")
    own = write(Path("own.yaml"), "shutdown_timeout: 3")

    found = load(config=own, environment={})

    assert (found.port, found.workers, found.shutdown_timeout) == (8080, 1, 3)


@pytest.mark.parametrize("key", NAMED_ONLY)
def test_a_foreign_folder_s_file_can_t_run_code_or_decide_about_trust(key: str) -> None:
    write(FOREIGN, f"port: 1\n{key}: x")

    with pytest.raises(
        SettingsError, match=rf"^farebox.yaml:2: {key}: .* pass `--config farebox.yaml`, or .*mv .*/farebox.yaml "
    ):
        load(environment={})


def test_it_can_if_the_user_names_it_and_so_can_the_user_s_own() -> None:
    write(FOREIGN, "set: [a=b]")
    write(user_file(), "script: [x.py]")

    assert load(config=FOREIGN, environment={}).set == ("a=b",)
    assert load(environment={"FAREBOX_CONFIG": "farebox.yaml"}).set == ("a=b",)
    FOREIGN.unlink()
    assert load(environment={}).script == ("x.py",)


def test_the_keys_exist() -> None:
    assert set(NAMED_ONLY) <= set(Settings.__struct_fields__)


def test_an_error_has_the_file_that_holds_the_key() -> None:
    write(user_file(), "budgets:\n  - {name: a, scope: usr, window: day, usd: 1}")
    write(FOREIGN, "port: 1")

    with pytest.raises(SettingsError, match=rf"^{user_file()}:2: budgets"):
        load(environment={})


def test_a_missing_file_is_reported_with_the_folder_and_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FAREBOX_CONFIG", raising=False)

    assert missed(None) == f"There is no farebox.yaml in {tmp_path}: --config FILE names one elsewhere."
    assert missed(Path("any.yaml")) is None
    monkeypatch.setenv("FAREBOX_CONFIG", "any.yaml")
    assert missed(None) is None
    monkeypatch.delenv("FAREBOX_CONFIG")
    Path("farebox.yaml").touch()
    assert missed(None) is None
