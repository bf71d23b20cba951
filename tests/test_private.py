"""A run's own data folder, and what a killed run left."""

from pathlib import Path

import pytest
from farebox.folder import claim
from farebox.private import adopt, private_settings, spools
from farebox.salt import salt
from farebox.settings import Settings, load
from farebox.spool.writer import SpoolWriter


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"home": str(tmp_path / "home")}, environment={})


def spool_a_call(settings: Settings, name: str = "worker") -> None:
    spool = SpoolWriter(settings.spool_folder, name)
    assert spool.append(b"a call")
    spool.close()


def test_a_run_is_apart_but_for_ledger_and_ca(settings: Settings) -> None:
    with private_settings(settings) as own, private_settings(settings) as other:
        assert len({settings.folder, own.folder, other.folder}) == 3
        assert len({settings.sidecar, own.sidecar, other.sidecar}) == 3
        assert (own.port, own.metrics_port, own.host, own.mode) == (0, 0, "127.0.0.1", ())
        assert (own.ledger, own.ca) == (settings.ledger, settings.ca)
        assert own.folder.stat().st_mode & 0o077 == 0
        assert salt(own.folder) == salt(other.folder) == salt(settings.folder)


def test_nothing_is_left_of_a_run(settings: Settings) -> None:
    with private_settings(settings) as own:
        (own.folder / "ca-bundle.pem").write_text("")

    assert list((settings.folder / "runs").iterdir()) == []


def test_what_estimates_learned_goes_in_and_comes_out(settings: Settings) -> None:
    settings.folder.mkdir()
    (settings.folder / "estimates.json").write_text("known")
    with private_settings(settings) as own:
        assert (own.folder / "estimates.json").read_text() == "known"
        (own.folder / "estimates.json").write_text("known better")

    assert (settings.folder / "estimates.json").read_text() == "known better"


def test_what_the_ledger_refused_is_kept(settings: Settings) -> None:
    with private_settings(settings) as own:
        (own.folder / "aside").mkdir()
        (own.folder / "aside" / "refused.msgpack").write_bytes(b"a call")

    assert (settings.folder / "aside" / "refused.msgpack").read_bytes() == b"a call"


def test_calls_that_wait_are_left_and_adopted_by_the_next(settings: Settings) -> None:
    with private_settings(settings) as own:
        spool_a_call(own)
    assert len(spools(own.folder)) == 1

    adopt(settings)

    [segment] = (settings.spool_folder / "worker").glob("*.seg")
    assert segment.read_bytes().endswith(b"a call")
    assert not own.folder.exists()


def test_a_run_adopts_for_another(settings: Settings) -> None:
    with private_settings(settings) as gone:
        spool_a_call(gone)

    with private_settings(settings) as own:
        adopt(own)
        assert [path.name for path in spools(own.folder)] == ["worker"]


@pytest.mark.parametrize("role", ["sidecar", "recorder"])
def test_a_run_that_lives_is_left_alone(settings: Settings, role: str) -> None:
    with private_settings(settings) as own, claim(own.folder, role):
        spool_a_call(own)
        adopt(settings)

        assert len(spools(own.folder)) == 1
        assert spools(settings.folder) == []


def test_calls_for_another_ledger_are_left_alone(settings: Settings, tmp_path: Path) -> None:
    other = load({"home": settings.home, "ledger": f"sqlite:///{tmp_path}/other.db"}, environment={})
    with private_settings(other) as own:
        spool_a_call(own)

    adopt(settings)

    assert len(spools(own.folder)) == 1
