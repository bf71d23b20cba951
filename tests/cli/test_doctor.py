"""`farebox doctor` as it is typed: one line per finding, its fix below, and the exit code."""

import os
from pathlib import Path

import pytest
from farebox.cli import doctor
from farebox.config.settings import Settings
from farebox.doctor.finding import ok, problem, warning

from tests.support.commands import Done, farebox


@pytest.mark.parametrize(
    ("findings", "code", "lines"),
    [
        ([ok("the CA is there")], 0, ["✓ the CA is there"]),
        ([warning("old prices", "update them")], 0, ["! old prices", "    fix: update them"]),
        ([problem("no port", "free it"), ok("fine")], 1, ["✗ no port", "    fix: free it", "✓ fine"]),
        ([ok("fine"), warning("old", "update")], 0, ["✓ fine", "! old", "    fix: update"]),
        ([], 0, []),
    ],
    ids=["ok", "warning", "a problem before the rest", "a warning after the rest", "nothing"],
)
def test_findings_are_printed_with_their_fix_and_a_problem_exits_with_1(
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    findings: list[object],
    code: int,
    lines: list[str],
) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(doctor, "examine", lambda _settings, _pid, _file: iter(findings))

    done = farebox(capfd, monkeypatch, "doctor", home=tmp_path / "home")

    assert done == Done(code, "".join(f"{line}\n" for line in lines), "")


def test_a_client_is_examined_only_if_it_is_named(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path), ledger=f"sqlite:///{tmp_path}/ledger.db", port=0, metrics_port=0)
    env = tmp_path / ".env"
    env.write_text("HTTPS_PROXY=http://127.0.0.1:9\n")

    without, process, file = (
        [finding.message for finding in doctor.examine(settings, *arguments)]
        for arguments in ((None, None), (os.getpid(), None), (None, env))
    )

    assert not any(str(env) in line or f"process {os.getpid()}" in line for line in without)
    assert any(f"process {os.getpid()} (" in line for line in process)
    assert any(str(env) in line for line in file)
