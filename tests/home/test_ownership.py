"""A path that others than its owner and root can change is found, with the command that mends it."""

import grp
import os
import pwd
import subprocess
from pathlib import Path

import pytest
from farebox.errors import FareboxError
from farebox.home import ownership
from farebox.home.folder import claim
from farebox.home.ownership import refuse_shared, weakness

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o600, 0o1755])
def test_what_only_its_owner_can_change_is_fine(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)

    assert weakness(tmp_path) is None


def test_nothing_is_fine(tmp_path: Path) -> None:
    assert weakness(tmp_path / "nothing") is None


def test_what_every_user_can_change_is_mended_by_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "with a blank"
    folder.mkdir()
    folder.chmod(0o777)

    found = weakness(folder)

    assert found is not None
    assert found.message == f"every user can change {folder}"
    subprocess.run(found.fix, shell=True, check=True)
    assert weakness(folder) is None


@as_root
def test_a_folder_of_another_user_is_found_and_mended_by_the_command(tmp_path: Path) -> None:
    other = pwd.getpwnam("nobody").pw_uid
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, other, -1)

    found = weakness(folder)

    assert found is not None
    assert found.message == f"{folder} belongs to nobody"
    subprocess.run(found.fix.split(", or ")[1], shell=True, check=True)
    assert weakness(folder) is None


@as_root
@pytest.mark.parametrize(("members", "is_found"), [([], False), (["root"], False), (["ada"], True)])
def test_a_group_of_ones_own_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, members: list[str], is_found: bool
) -> None:
    gid = 54321
    os.chown(tmp_path, -1, gid)
    tmp_path.chmod(0o770)
    monkeypatch.setattr(grp, "getgrgid", lambda _gid: grp.struct_group(("team", "x", gid, members)))

    found = weakness(tmp_path)

    assert (found.message if found else None) == (f"the group team can change {tmp_path}" if is_found else None)


@as_root
def test_a_group_without_a_name_is_that_of_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.chown(tmp_path, -1, 54322)
    tmp_path.chmod(0o770)
    assert weakness(tmp_path) is not None

    monkeypatch.setattr(os, "getgroups", lambda: [54322])
    assert weakness(tmp_path) is None


def test_a_shared_data_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o707)

    with pytest.raises(FareboxError, match=f"every user can change {tmp_path}, .*: chmod 700 {tmp_path}$"):
        refuse_shared(tmp_path)
    with pytest.raises(FareboxError, match="every user can change"), claim(tmp_path, "sidecar"):
        pass


def test_a_user_without_a_name_has_a_number() -> None:
    assert ownership._user(54323) == "54323"
    assert ownership._group(54323) == "54323"


@as_root
def test_a_link_of_another_user_is_found_whatever_it_points_to(tmp_path: Path) -> None:
    folder, link = tmp_path / "mine", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    assert weakness(link) is None
    os.chown(link, pwd.getpwnam("nobody").pw_uid, -1, follow_symlinks=False)

    found = weakness(link)

    assert found is not None
    assert found.message == f"{link} is a symbolic link that belongs to nobody"


def test_a_spool_that_is_a_link_to_a_folder_of_everybody_is_refused(tmp_path: Path) -> None:
    home, shared = tmp_path / "home", tmp_path / "shared"
    home.mkdir(mode=0o700)
    shared.mkdir()
    (home / "spool").symlink_to(shared)
    with claim(home, "up"):
        pass
    shared.chmod(0o777)

    with pytest.raises(FareboxError, match=r"every user can change .*spool"), claim(home, "up"):
        pass


def test_a_lock_that_is_a_link_is_refused_and_its_target_kept(tmp_path: Path) -> None:
    home, target = tmp_path / "home", tmp_path / "letters"
    home.mkdir(mode=0o700)
    target.write_text("dear")
    (home / "up.lock").symlink_to(target)

    with pytest.raises(FareboxError, match=r"up\.lock is a symbolic link, .*: rm "), claim(home, "up"):
        pass
    assert target.read_text() == "dear"
