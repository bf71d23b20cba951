"""`farebox librechat check --write-rules` adds rules to farebox.yaml, or prints them if it can't."""

from collections.abc import Callable
from pathlib import Path

import pytest
from farebox.cli.librechat.rules import write_rules
from farebox.config import settings
from farebox.config.added_rules import AddedRule
from farebox.errors import FareboxError
from farebox.purpose.rule import PurposeRule

from tests.support.commands import Done, farebox

RULES = [AddedRule(PurposeRule("title", stream=False, messages=1, user="Name the talk: "), "titlePrompt")]
CONFIG = (
    "endpoints:\n  all:\n    titlePrompt: 'Name the talk, CANARY-1c7f follows after sixty-four characters: CANARY-2d'\n"
)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Done]:
    (tmp_path / "home").mkdir()
    return lambda *arguments: farebox(capfd, monkeypatch, "librechat", "check", *arguments, home=tmp_path / "home")


def test_rules_are_written_once_and_then_known(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "librechat.yaml").write_text(CONFIG)
    assert "endpoints.all.titlePrompt: no rule" in run("librechat.yaml").out

    done = run("--write-rules", "librechat.yaml")

    assert done.out.startswith("farebox.yaml: 1 rule added below purposes. Restart farebox to use them.\n")
    assert "titlePrompt: no rule" not in done.out
    written = (tmp_path / "farebox.yaml").read_text()
    assert "CANARY-1c7f" in written
    assert "CANARY-2d" not in written
    assert run("--write-rules", "librechat.yaml").out.startswith("farebox.yaml: nothing to add")
    assert (tmp_path / "farebox.yaml").read_text() == written


def test_the_file_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_text("port: 9000 # mine\n")
    real.chmod(0o640)
    link.symlink_to(real)

    write_rules(RULES, link)

    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert real.read_text().startswith("port: 9000 # mine\npurposes:\n")
    assert settings.load(config=link).purposes == (RULES[0].rule,)


@pytest.mark.parametrize(
    ("text", "why"),
    [("purposes: []\n", "has rules that are not a list in block style"), ("a: [", "is not YAML")],
)
def test_a_file_that_cannot_be_changed_stays_and_the_lines_are_printed(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "farebox.yaml"
    file.write_text(text)

    with pytest.raises(FareboxError) as error:
        write_rules(RULES, file)

    assert str(error.value).startswith(f"{file} {why}: add these lines yourself:\n\npurposes:\n  # titlePrompt\n")
    assert file.read_text() == text


def test_a_folder_without_a_place_for_the_file_prints_the_lines(tmp_path: Path) -> None:
    with pytest.raises(FareboxError, match=r"cannot be written \(No such file or directory\): add these lines"):
        write_rules(RULES, tmp_path / "missing" / "farebox.yaml")
    assert list(tmp_path.iterdir()) == []
