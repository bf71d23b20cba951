"""Downloaded prices in the data folder: those in use and the previous ones.

`prices/current.json` names both; each is a file beside it, named by the hash of its bytes. Only `current.json` changes,
atomically, so a crash leaves either the old state or the new one.
"""

import hashlib
import logging
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import msgspec

from ..errors import FareboxError
from ..home import atomic
from ..home.folder import PRICES
from .genai.edition import Edition, bundled
from .genai.payload import PayloadError, edition_of

logger = logging.getLogger(__name__)

_STATE = "current.json"


class Download(msgspec.Struct, frozen=True):
    """One download; `url` has no user, password or query."""

    sha256: str
    fetched_at: datetime
    url: str


class State(msgspec.Struct, frozen=True):
    """The current and the previous download; None stands for the bundled prices."""

    current: Download | None = None
    previous: Download | None = None


class Stored:
    """The downloads in the data folder `home`."""

    def __init__(self, home: Path) -> None:
        self._folder = home / PRICES

    @property
    def mark(self) -> tuple[int, int] | None:
        """A value that changes when other prices are in use; None if none were ever downloaded."""
        try:
            found = (self._folder / _STATE).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def state(self) -> State:
        """Return the current and previous download; FareboxError if the file cannot be read."""
        path = self._folder / _STATE
        try:
            return msgspec.json.decode(path.read_bytes(), type=State)
        except FileNotFoundError:
            return State()
        except (OSError, msgspec.DecodeError) as error:
            raise FareboxError(
                f"{path} cannot be read ({type(error).__name__}): delete it, and run `farebox prices update` again"
            ) from error

    def edition(self) -> Edition:
        """Return the prices to use: the downloaded ones, or the bundled ones if these are newer.

        A download that cannot be read is logged and not used.
        """
        own = bundled()
        try:
            current = self.state().current
            if current is None or current.fetched_at.date() < (own.dated or date.min):
                return own
            return self._read(current)
        except FareboxError as error:
            logger.error("%s; until then, the bundled prices are used", error)
            return own

    def take(self, payload: bytes, fetched_at: datetime, url: str) -> None:
        """Put `payload` into use; the prices used so far become the previous ones."""
        download = Download(hashlib.sha256(payload).hexdigest(), fetched_at, url)
        before = self.state()
        previous = before.previous if before.current and before.current.sha256 == download.sha256 else before.current
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write(self._path(download), payload)
        self._keep(State(download, previous))

    def roll_back(self) -> State:
        """Swap the current and the previous prices, and return the new state."""
        state = self.state()
        if state.current is None and state.previous is None:
            raise FareboxError("no prices were ever downloaded: the bundled ones are in use")
        swapped = State(state.previous, state.current)
        if swapped.current is not None:
            self._read(swapped.current)
        self._keep(swapped)
        return swapped

    def _keep(self, state: State) -> None:
        self._write(self._folder / _STATE, msgspec.json.encode(state))
        kept = {self._path(one) for one in (state.current, state.previous) if one}
        for path in self._downloads():
            if path not in kept:
                path.unlink(missing_ok=True)

    def _read(self, download: Download) -> Edition:
        path = self._path(download)
        try:
            return _edition(path, download.sha256)
        except (OSError, PayloadError) as error:
            raise FareboxError(
                f"the prices in {path} cannot be used ({error}): run `farebox prices update` again"
            ) from error

    def _write(self, path: Path, data: bytes) -> None:
        try:
            atomic.write(path, data, syncs=True)
        except OSError as error:
            raise FareboxError(
                f"{path} cannot be written ({error.strerror}): free some space, or set FAREBOX_HOME"
            ) from error

    def _path(self, download: Download) -> Path:
        return self._folder / f"{download.sha256}.json"

    def _downloads(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("*.json") if path.name != _STATE)


# Two: the current one, and the next while it is checked. Reading one takes most of a second.
@lru_cache(maxsize=2)
def _edition(path: Path, sha256: str) -> Edition:
    payload = path.read_bytes()
    if hashlib.sha256(payload).hexdigest() != sha256:
        raise PayloadError("the file has changed since the download")
    return edition_of(payload)
