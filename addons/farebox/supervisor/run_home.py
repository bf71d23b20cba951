"""A data folder for one run, with its own spool; calls that a killed run left are recovered by the next."""

import hashlib
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec
import uuid_utils

from ..config.access import Auth, Upstreams
from ..config.settings import Settings
from ..home import lockfile
from ..home.folder import ESTIMATES, PRICES
from ..home.hmac_key import FILE as HMAC_KEY
from ..home.hmac_key import hmac_key
from ..home.ownership import refuse_shared
from ..store.address import address

logger = logging.getLogger(__name__)

_LEDGER = "ledger"


@contextmanager
def isolated_settings(settings: Settings) -> Iterator[Settings]:
    """Yield Settings for a sidecar with a folder, ports and a name of its own, and the same ledger and CA.

    The folder is removed when the block ends, unless calls still wait in its spool: `recover_orphans` finds those.
    """
    name = str(uuid_utils.uuid7())
    refuse_shared(_base(settings))
    folder = _runs(settings) / f"{_tag(settings)}-{name}"
    folder.mkdir(parents=True, mode=0o700)
    with _claimed(folder):
        try:
            _share(_base(settings), folder)
            (folder / _LEDGER).write_text(address(settings.ledger), encoding="utf-8")
            yield msgspec.structs.replace(
                settings,
                home=str(folder),
                certificates=str(folder),
                host="127.0.0.1",
                metrics_host="127.0.0.1",
                web_config="",
                port=0,
                metrics_port=0,
                sidecar=f"{settings.sidecar}/run-{name[-12:]}",
                workers=1,
                mode=(),
                clients=(),
                auth=Auth(),
                upstreams=Upstreams(),
            )
        finally:
            if not spools(folder):
                _keep_dead_letters(settings, folder)
                with suppress(OSError):
                    (folder / ESTIMATES).replace(_base(settings) / ESTIMATES)
                shutil.rmtree(folder, ignore_errors=True)


def recover_orphans(settings: Settings) -> None:
    """Move calls that ended runs left for the same ledger into the spool of `settings`.

    Calls that wait for other ledgers are reported in the log.
    """
    mine, waiting = f"{_tag(settings)}-", []
    for folder in sorted(set(_runs(settings).glob("*")) - {settings.folder}):
        with suppress(OSError), _held(folder):
            if folder.name.startswith(mine):
                _take_over(settings, folder)
            elif spools(folder):
                waiting.append(f"{folder} for {_ledger(folder)}")
    if waiting:
        logger.warning(
            "calls of earlier runs wait for other ledgers, in %s: start farebox once with that --ledger",
            ", ".join(waiting),
        )


def spools(folder: Path) -> list[Path]:
    """Return the spools in data folder `folder`; each has waiting calls, or its worker lives."""
    return [path for path in (folder / "spool").glob("*") if path.is_dir() and not path.name.startswith(".")]


def _share(base: Path, folder: Path) -> None:
    """Give a run the HMAC key, so that its hashes match those of other runs, the learned estimates and the prices."""
    hmac_key(base)
    shutil.copy(base / HMAC_KEY, folder)
    with suppress(FileNotFoundError):
        shutil.copy(base / ESTIMATES, folder)
    if (base / PRICES).is_dir():
        (folder / PRICES).symlink_to(base / PRICES)


def _take_over(settings: Settings, folder: Path) -> None:
    settings.spool_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for spool in spools(folder):
        spool.rename(settings.spool_folder / spool.name)
    _keep_dead_letters(settings, folder)
    shutil.rmtree(folder, ignore_errors=True)


def _keep_dead_letters(settings: Settings, folder: Path) -> None:
    """Keep the dead letters of a run."""
    dead_letters = _base(settings) / "dead-letter"
    for path in (folder / "dead-letter").glob("*"):
        dead_letters.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.rename(dead_letters / path.name)


def _runs(settings: Settings) -> Path:
    return _base(settings) / "runs"


def _base(settings: Settings) -> Path:
    """Return the data folder that contains the runs, also from within one of them."""
    folder = settings.folder
    return folder.parent.parent if folder.parent.name == "runs" else folder


def _tag(settings: Settings) -> str:
    return hashlib.sha256(address(settings.ledger).encode()).hexdigest()[:12]


def _ledger(folder: Path) -> str:
    try:
        return (folder / _LEDGER).read_text(encoding="utf-8")
    except FileNotFoundError:
        return "an unknown ledger"


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """Hold the folder of a new run: its lock file gets its name once it is locked."""
    draft = folder / "run.draft"
    with lockfile.held(draft, flags=os.O_CREAT | os.O_RDWR):
        draft.rename(folder / "run.lock")
        yield


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the folder of a run that has ended; OSError if any of its processes lives, or it is only starting."""
    locks = [*folder.glob("*.lock"), *folder.glob("spool/*/lock")]
    if not locks:
        raise FileNotFoundError(folder)
    with ExitStack() as held:
        for lock in locks:
            held.enter_context(lockfile.held(lock))
        yield
