"""The secret of a data folder."""

from pathlib import Path

import pytest
from farebox.errors import FareboxError
from farebox.home.hmac_key import LENGTH, hmac_key


def test_it_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    made = hmac_key(tmp_path)

    assert len(made) == LENGTH
    assert hmac_key(tmp_path) == made
    assert (tmp_path / "salt").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["salt"]


def test_two_folders_have_two(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()

    assert hmac_key(tmp_path / "one") != hmac_key(tmp_path / "other")


def test_another_process_that_was_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = hmac_key(tmp_path)
    monkeypatch.setattr(Path, "exists", lambda _path: False)

    assert hmac_key(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == ["salt"]


def test_a_damaged_one_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "salt").write_bytes(b"short")

    with pytest.raises(FareboxError, match="salt is damaged: delete it"):
        hmac_key(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        FareboxError,
        match=r"salt cannot be read or written \(No such file or directory\): make the data folder writable, or set",
    ):
        hmac_key(tmp_path / "gone")
