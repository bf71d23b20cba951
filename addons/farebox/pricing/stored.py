"""Prices that were downloaded, in the data folder: the ones in use, and the last good ones before them.

`prices/current.json` names both; each lies beside it under the hash of its bytes. It alone is what changes: a crash
leaves the one state or the other.
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
    """Prices as they were fetched; `url` without what a password could be in."""

    sha256: str
    fetched_at: datetime
    url: str


class State(msgspec.Struct, frozen=True):
    """The downloads in use and before; None are the prices that came with the package."""

    current: Download | None = None
    previous: Download | None = None


class Stored:
    """The downloads in the data folder `home`."""

    def __init__(self, home: Path) -> None:
        self._folder = home / PRICES

    @property
    def mark(self) -> tuple[int, int] | None:
        """What differs once other prices are in use; None where none were ever downloaded."""
        try:
            found = (self._folder / _STATE).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def state(self) -> State:
        """Return which downloads there are; FareboxError where that cannot be read."""
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
        """Return the prices to use: the downloaded ones, but for those of a package that is newer than they are.

        What cannot be read is told in the log, and not used.
        """
        own = bundled()
        try:
            current = self.state().current
            if current is None or current.fetched_at.date() < (own.dated or date.min):
                return own
            return self._read(current)
        except FareboxError as error:
            logger.error("%s; until then, the prices that came with farebox are used", error)
            return own

    def take(self, payload: bytes, fetched_at: datetime, url: str) -> None:
        """Put `payload` into use; what was in use is the one before."""
        download = Download(hashlib.sha256(payload).hexdigest(), fetched_at, url)
        before = self.state()
        previous = before.previous if before.current and before.current.sha256 == download.sha256 else before.current
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._write(self._path(download), payload)
        self._keep(State(download, previous))

    def roll_back(self) -> State:
        """Put the prices before into use again, and return what is in use then; those in use are the ones before."""
        state = self.state()
        if state.current is None and state.previous is None:
            raise FareboxError("no prices were ever downloaded: those that came with farebox are in use")
        turned = State(state.previous, state.current)
        if turned.current is not None:
            self._read(turned.current)
        self._keep(turned)
        return turned

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


# Two: the one in use, and the next while it is looked at. Reading one takes most of a second.
@lru_cache(maxsize=2)
def _edition(path: Path, sha256: str) -> Edition:
    payload = path.read_bytes()
    if hashlib.sha256(payload).hexdigest() != sha256:
        raise PayloadError("they are not what was downloaded")
    return edition_of(payload)
