"""Commands that read follow the sidecar that runs, and name the ledger."""

from pathlib import Path

import pytest
from farebox.cli.reader_settings import at_running_ports, settings_for_reading
from farebox.config.settings import load
from farebox.errors import LedgerError
from farebox.home.folder import claim
from farebox.home.running import Running, announce


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAREBOX_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sidecar(ledger: str) -> Running:
    return Running(ledger=ledger, metrics_host="127.0.0.1", metrics_port=9001, host="127.0.0.1", port=9000)


def test_the_ledger_is_that_of_the_running_sidecar_and_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with claim(home, "sidecar"):
        announce(home, sidecar(f"sqlite:///{home}/other.db"))
        settings = settings_for_reading({}, None)

    assert settings.ledger == f"sqlite:///{home}/other.db"
    assert capsys.readouterr().err == f"farebox: reading sqlite:///{home}/other.db, the ledger of the running sidecar\n"
    assert settings_for_reading({}, None).ledger == f"sqlite:///{home}/ledger.db"
    assert capsys.readouterr().err == ""


def test_another_ledger_that_is_named_is_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with claim(home, "sidecar"):
        announce(home, sidecar(f"sqlite:///{home}/other.db"))
        named = settings_for_reading({"ledger": "mine.db"}, None).ledger
        monkeypatch.setenv("FAREBOX_LEDGER", "theirs.db")
        by_environment = settings_for_reading({}, None).ledger

    assert (named, by_environment) == (f"sqlite:///{home}/mine.db", f"sqlite:///{home}/theirs.db")


def test_a_ledger_with_a_password_is_asked_for(home: Path) -> None:
    with claim(home, "sidecar"):
        announce(home, sidecar("postgresql://me:***@db/f"))

        with pytest.raises(LedgerError, match=r"records to postgresql://me:\*\*\*@db/f: name that ledger"):
            settings_for_reading({}, None)


def test_the_ports_are_those_of_the_running_sidecar(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAREBOX_METRICS_PORT", "7")
    with claim(home, "sidecar"):
        announce(home, sidecar("sqlite:///x.db"))
        found = at_running_ports(load({}), {"host": None})

    assert (found.port, found.metrics_port) == (9000, 7)
    assert at_running_ports(load({}), {}).port == 8080
