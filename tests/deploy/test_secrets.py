"""`make secrets` writes passwords that are random, private and lasting."""

import re
import subprocess
from pathlib import Path

from tests.support.paths import ROOT


def secrets(folder: Path) -> dict[str, str]:
    subprocess.run([ROOT / "scripts" / "secrets.sh"], cwd=folder, check=True, capture_output=True, timeout=30)
    return dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())


def test_each_password_is_random_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = secrets(tmp_path / "a"), secrets(tmp_path / "b")

    assert len({*first.values(), *second.values()}) == 6
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in first.values())
    assert (tmp_path / "a" / ".env").stat().st_mode & 0o777 == 0o600


def test_what_is_in_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OTHER=1\nFAREBOX_READER_PASSWORD=mine\n")

    first = secrets(tmp_path)

    assert (first["OTHER"], first["FAREBOX_READER_PASSWORD"]) == ("1", "mine")
    assert secrets(tmp_path) == first
