"""A run's own data folder, and calls that a killed run left."""

from pathlib import Path

import pytest
from farebox.config.settings import Settings, load
from farebox.home.folder import claim
from farebox.home.hmac_key import hmac_key
from farebox.spool.writer import SpoolWriter
from farebox.supervisor.run_home import isolated_settings, recover_orphans, spools

from tests.support.file_calls import FileCalls


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"home": str(tmp_path / "home")}, environment={})


def with_ledger(settings: Settings, url: str) -> Settings:
    return load({"home": settings.home, "ledger": url}, environment={})


def spool_a_call(settings: Settings, name: str = "worker") -> None:
    spool = SpoolWriter(settings.spool_folder, name)
    assert spool.append(b"a call")
    spool.close()


def test_a_run_is_apart_but_for_ledger_and_ca(settings: Settings) -> None:
    with isolated_settings(settings) as own, isolated_settings(settings) as other:
        assert len({settings.folder, own.folder, other.folder}) == 3
        assert len({settings.sidecar, own.sidecar, other.sidecar}) == 3
        assert (own.port, own.metrics_port, own.host, own.mode) == (0, 0, "127.0.0.1", ())
        assert (own.ledger, own.ca) == (settings.ledger, settings.ca)
        assert own.folder.stat().st_mode & 0o077 == 0
        assert hmac_key(own.folder) == hmac_key(other.folder) == hmac_key(settings.folder)


def test_nothing_is_left_of_a_run(settings: Settings) -> None:
    with isolated_settings(settings) as own:
        (own.folder / "ca-bundle.pem").write_text("")

    assert list((settings.folder / "runs").iterdir()) == []


def test_learned_estimates_go_in_and_come_out(settings: Settings) -> None:
    settings.folder.mkdir()
    (settings.folder / "estimates.json").write_text("known")
    with isolated_settings(settings) as own:
        assert (own.folder / "estimates.json").read_text() == "known"
        (own.folder / "estimates.json").write_text("known better")

    assert (settings.folder / "estimates.json").read_text() == "known better"


def test_dead_letters_of_a_run_are_kept(settings: Settings) -> None:
    with isolated_settings(settings) as own:
        (own.folder / "dead-letter").mkdir()
        (own.folder / "dead-letter" / "refused.msgpack").write_bytes(b"a call")

    assert (settings.folder / "dead-letter" / "refused.msgpack").read_bytes() == b"a call"


def test_waiting_calls_stay_and_are_recovered_by_the_next_run(settings: Settings) -> None:
    with isolated_settings(settings) as own:
        spool_a_call(own)
    assert len(spools(own.folder)) == 1

    recover_orphans(settings)

    [segment] = (settings.spool_folder / "worker").glob("*.seg")
    assert segment.read_bytes().endswith(b"a call")
    assert not own.folder.exists()


def test_a_run_recovers_the_calls_of_another(settings: Settings) -> None:
    with isolated_settings(settings) as gone:
        spool_a_call(gone)

    with isolated_settings(settings) as own:
        recover_orphans(own)
        assert [path.name for path in spools(own.folder)] == ["worker"]


@pytest.mark.parametrize("role", ["sidecar", "recorder"])
def test_a_run_that_lives_is_left_alone(settings: Settings, role: str) -> None:
    with isolated_settings(settings) as own, claim(own.folder, role):
        spool_a_call(own)
        recover_orphans(settings)

        assert len(spools(own.folder)) == 1
        assert spools(settings.folder) == []


def test_a_run_whose_worker_still_finishes_a_call_is_recovered_once_that_is_gone(settings: Settings) -> None:
    with isolated_settings(settings) as killed:
        spool = SpoolWriter(killed.spool_folder, "worker")

    recover_orphans(settings)
    assert spools(settings.folder) == []
    assert spool.append(b"the last call")
    spool.close()
    recover_orphans(settings)

    [segment] = (settings.spool_folder / "worker").glob("*.seg")
    assert segment.read_bytes().endswith(b"the last call")


def test_a_run_that_has_begun_and_not_started_is_left_alone(settings: Settings) -> None:
    with isolated_settings(settings) as own:
        recover_orphans(settings)

        assert hmac_key(own.folder) == hmac_key(settings.folder)


def test_a_run_without_a_lock_is_only_beginning_and_left_alone(settings: Settings) -> None:
    with isolated_settings(settings) as own:
        (own.folder / "run.lock").unlink()
        recover_orphans(settings)

        assert own.folder.is_dir()
        assert list(own.folder.glob("*.lock")) == []


@pytest.mark.parametrize("url", ["postgresql://u:NEW@db/f", "postgresql+psycopg://other:OLD@db:5432/f?sslmode=require"])
def test_calls_are_recovered_for_the_same_ledger_though_its_url_is_written_otherwise(
    settings: Settings, url: str
) -> None:
    with isolated_settings(with_ledger(settings, "postgres://u:OLD@db/f")) as own:
        spool_a_call(own)

    recover_orphans(with_ledger(settings, url))

    assert [path.name for path in spools(settings.folder)] == ["worker"]
    assert not own.folder.exists()


def test_calls_for_another_ledger_are_reported_without_its_password(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with isolated_settings(with_ledger(settings, "postgresql://u:secret@db/f?password=secret")) as own:
        spool_a_call(own)
    with isolated_settings(with_ledger(settings, "postgresql://db/g")) as lives:
        spool_a_call(lives)
        recover_orphans(settings)

    waiting = f"{own.folder} for postgresql://db:5432/f"
    assert [record.getMessage() for record in caplog.records] == [
        f"calls of earlier runs wait for other ledgers, in {waiting}: start farebox once with that --ledger"
    ]
    assert not any(b"secret" in path.read_bytes() for path in own.folder.rglob("*") if path.is_file())


def test_calls_for_another_ledger_are_left_alone(settings: Settings, tmp_path: Path) -> None:
    other = with_ledger(settings, f"sqlite:///{tmp_path}/other.db")
    with isolated_settings(other) as own:
        spool_a_call(own)

    recover_orphans(settings)

    assert len(spools(own.folder)) == 1


def test_the_folder_of_a_run_is_locked_before_its_lock_has_its_name(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = FileCalls(settings.folder, monkeypatch)

    with isolated_settings(settings) as own:
        name = own.folder.relative_to(settings.folder)
        seen = [call for call in calls.seen if "/run." in call]

    assert seen == [
        f"open {name}/run.draft",
        f"flock {name}/run.draft",
        f"rename {name}/run.draft {name}/run.lock",
    ]


def test_a_run_whose_lock_has_no_name_yet_is_left_alone(settings: Settings) -> None:
    with isolated_settings(settings) as own:
        spool_a_call(own)
        (own.folder / "run.lock").rename(own.folder / "run.draft")
        (own.folder / "spool" / "worker" / "lock").unlink()

        recover_orphans(settings)

        assert len(spools(own.folder)) == 1


def test_an_orphan_is_removed_only_after_its_calls_and_dead_letters_are_moved(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with isolated_settings(settings) as gone:
        spool_a_call(gone)
        (gone.folder / "dead-letter").mkdir()
        (gone.folder / "dead-letter" / "refused.msgpack").write_bytes(b"a call")
    calls = FileCalls(settings.folder, monkeypatch)
    recover_orphans(settings)
    name = gone.folder.relative_to(settings.folder)
    moves = [number for number, call in enumerate(calls.seen) if call.startswith("rename")]

    assert [calls.seen[number] for number in moves] == [
        f"rename {name}/spool/worker spool/worker",
        f"rename {name}/dead-letter/refused.msgpack dead-letter/refused.msgpack",
    ]
    assert not any("unlink" in call for call in calls.seen[: moves[-1]])
    assert not gone.folder.exists()


def test_wherever_the_disk_fails_an_orphan_s_call_is_in_one_place_and_recovered_later(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = FileCalls(settings.folder, monkeypatch)
    for fails_at in range(8):
        calls.fails_at = None
        with isolated_settings(settings) as gone:
            spool_a_call(gone, f"worker-{fails_at}")
        calls.seen.clear()
        calls.fails_at = fails_at

        recover_orphans(settings)
        found = list(settings.folder.rglob(f"worker-{fails_at}"))
        calls.fails_at = None
        recover_orphans(settings)

        assert len(found) == 1
        [segment] = (settings.spool_folder / f"worker-{fails_at}").glob("*.seg")
        assert segment.read_bytes().endswith(b"a call")
