"""Whether others can change a file or a folder of farebox's, as ssh asks of its own."""

import grp
import os
import pwd
import shlex
import stat
from pathlib import Path
from typing import NamedTuple

from ..errors import FareboxError


class Weakness(NamedTuple):
    """Why others can change a path, and the command that mends it."""

    message: str
    fix: str


def weakness(path: Path) -> Weakness | None:
    """Return why others than this user and root can change `path`; None if they can't, or if nothing is there."""
    try:
        status = path.stat()
    except OSError:
        return None
    quoted = shlex.quote(str(path))
    if found := _foreign_link(path, quoted):
        return found
    if status.st_uid not in {os.geteuid(), 0}:
        user = _user(status.st_uid)
        return Weakness(
            f"{path} belongs to {user}", f"run farebox as {user}, or chown -R {_user(os.geteuid())} {quoted}"
        )
    kept = "700" if stat.S_ISDIR(status.st_mode) else "600"
    if status.st_mode & stat.S_IWOTH:
        return Weakness(f"every user can change {path}", _mended(status, kept, quoted))
    if status.st_mode & stat.S_IWGRP and not _is_private(status.st_gid):
        return Weakness(f"the group {_group(status.st_gid)} can change {path}", _mended(status, kept, quoted))
    return None


def refuse_shared(path: Path) -> None:
    """Raise a FareboxError if others can change `path`: they could exchange the ledger, the CA or its key."""
    if found := weakness(path):
        raise FareboxError(f"{found.message}, and with it what farebox keeps there: {found.fix}")


def _foreign_link(path: Path, quoted: str) -> Weakness | None:
    """Return that `path` is a symbolic link of another user, who can point it elsewhere at any time."""
    owner = path.lstat().st_uid
    if not path.is_symlink() or owner in {os.geteuid(), 0}:
        return None
    return Weakness(f"{path} is a symbolic link that belongs to {_user(owner)}", f"rm {quoted}, or set FAREBOX_HOME")


def _mended(status: os.stat_result, mode: str, quoted: str) -> str:
    if status.st_uid != os.geteuid():
        return f"chmod {mode} {quoted} as root, or set FAREBOX_HOME to a folder in it"
    return f"chmod {mode} {quoted}"


def _is_private(gid: int) -> bool:
    """Tell whether a group has no other member than this user: many systems give each user such a group."""
    own = _user(os.geteuid())
    try:
        members = {*grp.getgrgid(gid).gr_mem, *(one.pw_name for one in pwd.getpwall() if one.pw_gid == gid)}
    except KeyError:
        # No name, so nobody on this machine is in it but processes to which a container gave it.
        return gid in {os.getegid(), *os.getgroups()}
    return members <= {own, "root"}


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
