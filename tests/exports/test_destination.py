"""An export's file is complete or not there, and an earlier one stays until then."""

import errno
import sys
from pathlib import Path

import pytest
from farebox.errors import SettingsError
from farebox.exports.destination import destination


def test_a_file_gets_its_name_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"old")

    with destination(path) as out:
        out.write(b"new")
        assert path.read_bytes() == b"old"
        assert [one.name for one in tmp_path.iterdir() if one != path] == ["calls.csv.part"]

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_export_leaves_the_earlier_file_and_no_part(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"old")

    with pytest.raises(KeyboardInterrupt), destination(path) as out:
        out.write(b"new")
        raise KeyboardInterrupt

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_a_regular_file_is_written_directly(tmp_path: Path) -> None:
    link = tmp_path / "null"
    link.symlink_to("/dev/null")

    with destination(link) as out:
        out.write(b"rows")

    assert link.is_symlink()
    assert list(tmp_path.iterdir()) == [link]


def test_standard_output_stays_open(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with destination(None) as out:
        out.write(b"rows")

    assert capfdbinary.readouterr().out == b"rows"
    assert not sys.stdout.closed


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        (errno.ENOSPC, "free some space there, or name another file"),
        (errno.EDQUOT, "free some space there, or name another file"),
        (errno.EFBIG, "free some space there, or name another file"),
        (errno.EACCES, "name another file"),
    ],
)
def test_an_error_names_the_file_the_reason_and_the_fix(tmp_path: Path, code: int, fix: str) -> None:
    path = tmp_path / "calls.csv"

    with pytest.raises(SettingsError) as error, destination(path):
        raise OSError(code, "The reason")

    assert str(error.value) == f"output: {path} cannot be written (The reason): {fix}"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "none" / "calls.csv"

    with pytest.raises(SettingsError, match=r"/none/calls\.csv cannot be written \(No such file"), destination(path):
        pass
