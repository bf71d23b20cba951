"""`farebox dashboards`."""

import json
import stat
from pathlib import Path

import pytest
import yaml

from tests.support.boards import NAMES
from tests.support.commands import Done, farebox

POSTGRES = "postgresql://owner:canary-password@db.example.com/farebox"
CLICKHOUSE = "clickhouse://owner:canary-password@ch.example.com/farebox"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "out" / "grafana"


def run(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str
) -> tuple[Done, dict[str, str]]:
    """Return what the command printed, and the files by name."""
    done = farebox(capfd, monkeypatch, "dashboards", str(folder), *arguments, home=folder.parents[1] / "home")
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return done, {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(paths)}


def test_boards_and_provisioning_are_written_for_this_time_zone(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    done, files = run(capfd, monkeypatch, folder, "--ledger", POSTGRES, "--mounted", "/etc/farebox")

    boards = {name: json.loads(text) for name, text in files.items() if name.endswith(".json")}
    assert done.code == 0
    assert "GF_PATHS_PROVISIONING=/etc/farebox/provisioning" in done.out
    assert list(boards) == [f"dashboards/{name}.json" for name in NAMES]
    assert {board["timezone"] for board in boards.values()} == {"Europe/Berlin"}
    [provider] = yaml.safe_load(files["provisioning/dashboards/farebox.yaml"])["providers"]
    assert provider["options"]["path"] == "/etc/farebox/dashboards"
    sources = yaml.safe_load(files["provisioning/datasources/farebox.yaml"])["datasources"]
    assert [source["uid"] for source in sources] == ["farebox-prometheus", "farebox-alertmanager", "farebox-ledger"]
    assert "canary" not in "".join(files.values())


def test_grafana_of_another_user_can_read_them(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    run(capfd, monkeypatch, folder)

    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*.json")} == {0o644}
    assert {stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")] if path.is_dir()} == {0o755}


def test_on_sqlite_panels_of_the_ledger_say_what_they_need(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    done, files = run(capfd, monkeypatch, folder)

    assert "needs a ledger in Postgres or ClickHouse" in files["dashboards/farebox-spend.json"]
    assert "rawSql" not in "".join(files.values())
    assert "need one in Postgres or ClickHouse" in done.out


def test_boards_and_data_source_are_those_of_a_ledger_on_clickhouse(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    done, files = run(capfd, monkeypatch, folder, "--ledger", CLICKHOUSE)

    boards = [name for name in files if name.endswith(".json")]
    assert (done.code, boards) == (0, [f"dashboards/{name}.json" for name in NAMES])
    for name, text in files.items():
        assert "grafana-postgresql-datasource" not in text
        assert ("grafana-clickhouse-datasource" in text) is (name in asking_the_ledger())
    assert "plugin grafana-clickhouse-datasource" in done.out
    assert "canary" not in "".join(files.values())


def asking_the_ledger() -> set[str]:
    """Return the files that name the data source of the ledger."""
    return {f"dashboards/farebox-{name}.json" for name in ("people", "spend")} | {
        "provisioning/datasources/farebox.yaml"
    }


def test_a_password_can_lie_in_a_file_of_grafanas_machine(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    _, files = run(capfd, monkeypatch, folder, "--ledger", POSTGRES, "--password-file", "/run/secrets/reader")

    [*_, ledger] = yaml.safe_load(files["provisioning/datasources/farebox.yaml"])["datasources"]
    assert ledger["secureJsonData"] == {"password": "$__file{/run/secrets/reader}"}


def test_a_folder_that_cannot_be_written_is_named(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    folder.parent.mkdir()
    folder.write_text("a file")

    done, _ = run(capfd, monkeypatch, folder)

    assert done.code == 1
    assert str(folder) in done.err


def test_alerting_rules_link_to_the_runbooks_that_you_serve(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    _, files = run(capfd, monkeypatch, folder, "--runbooks", "https://docs.example.com/farebox")

    rules = [rule for group in yaml.safe_load(files["prometheus/rules.yml"])["groups"] for rule in group["rules"]]
    links = {rule["alert"]: rule["annotations"]["runbook_url"] for rule in rules if "alert" in rule}
    assert links["FareboxDown"] == "https://docs.example.com/farebox/FareboxDown.md"
    assert all(link.startswith("https://docs.example.com/farebox/Farebox") for link in links.values())
    assert yaml.safe_load(files["alertmanager/alertmanager.yml"])["inhibit_rules"]
