"""What a running sidecar leaves in its data folder, so that commands beside it find its ports and its ledger."""

from pathlib import Path

import msgspec

from . import atomic
from .folder import holder

FILE = "sidecar.json"
_SQLITE = "sqlite:///"


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """Where a sidecar listens, and its `ledger`, a URL without a password; without `port` it is mitmdump's."""

    ledger: str
    metrics_host: str
    metrics_port: int
    host: str = ""
    port: int | None = None


def announce(folder: Path, sidecar: Running) -> None:
    """Leave `sidecar` in `folder`, which its process holds. OSError."""
    path = sidecar.ledger.removeprefix(_SQLITE)
    # Another command's current folder may differ.
    ledger = f"{_SQLITE}{Path(path).absolute()}" if path != sidecar.ledger else sidecar.ledger
    atomic.write(folder / FILE, msgspec.json.encode(msgspec.structs.replace(sidecar, ledger=ledger)), mode=0o600)


def running(folder: Path) -> Running | None:
    """Return the sidecar that runs with the data folder `folder`, None if none does or it left nothing to read."""
    if holder(folder, "sidecar") is None:
        return None
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Running)
    except (OSError, msgspec.DecodeError):
        return None
