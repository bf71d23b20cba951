"""A data folder for one run: its own spool beside the others', and what a killed run left is taken over."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec
import uuid_utils

from .folder import ESTIMATES, PRICES
from .salt import salt
from .settings import Settings

_ROLES = ("sidecar", "recorder")


@contextmanager
def private_settings(settings: Settings) -> Iterator[Settings]:
    """Return Settings for a sidecar that is apart: own folder, ports, name; the same ledger and CA.

    The folder goes at the block's end, unless calls still wait in its spool: `adopt` finds it then.
    """
    name = str(uuid_utils.uuid7())
    folder = _runs(settings) / f"{_tag(settings)}-{name}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        _lend(_base(settings), folder)
        yield msgspec.structs.replace(
            settings,
            home=str(folder),
            host="127.0.0.1",
            port=0,
            metrics_port=0,
            sidecar=f"{settings.sidecar}/run-{name[-12:]}",
            workers=1,
            mode=(),
        )
    finally:
        if not spools(folder):
            _keep_aside(settings, folder)
            with suppress(OSError):
                (folder / ESTIMATES).replace(_base(settings) / ESTIMATES)
            shutil.rmtree(folder, ignore_errors=True)


def adopt(settings: Settings) -> None:
    """Move what runs that are gone left in their spools, for the same ledger, into the spool of `settings`."""
    for folder in set(_runs(settings).glob(f"{_tag(settings)}-*")) - {settings.folder}:
        with ExitStack() as held, suppress(OSError):
            for role in _ROLES:
                held.enter_context(_locked(folder / f"{role}.lock"))
            settings.spool_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for spool in spools(folder):
                spool.rename(settings.spool_folder / spool.name)
            _keep_aside(settings, folder)
            shutil.rmtree(folder, ignore_errors=True)


def spools(folder: Path) -> list[Path]:
    """Return the spools of workers in data folder `folder`: calls wait in them, or their worker lives."""
    return [path for path in (folder / "spool").glob("*") if path.is_dir() and not path.name.startswith(".")]


def _lend(base: Path, folder: Path) -> None:
    """Give a run the secret, as what is hashed in it must mean the same beside it, what estimates have learned, and the
    prices that were downloaded.
    """
    salt(base)
    shutil.copy(base / "salt", folder)
    with suppress(FileNotFoundError):
        shutil.copy(base / ESTIMATES, folder)
    if (base / PRICES).is_dir():
        (folder / PRICES).symlink_to(base / PRICES)


def _keep_aside(settings: Settings, folder: Path) -> None:
    """Keep what the ledger refused."""
    aside = _base(settings) / "aside"
    for path in (folder / "aside").glob("*"):
        aside.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.rename(aside / path.name)


def _runs(settings: Settings) -> Path:
    return _base(settings) / "runs"


def _base(settings: Settings) -> Path:
    """Return the data folder that runs stand in, also from within one."""
    folder = settings.folder
    return folder.parent.parent if folder.parent.name == "runs" else folder


def _tag(settings: Settings) -> str:
    return hashlib.sha256(settings.ledger.encode()).hexdigest()[:12]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock of a folder that nobody uses any more; OSError where somebody does."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
