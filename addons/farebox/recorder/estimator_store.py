"""What estimates have learned, kept in the data folder: the ledger has tokens, but not the sizes of their texts."""

import logging
from collections.abc import Iterable
from pathlib import Path

import msgspec

from ..home import atomic
from ..home.folder import ESTIMATES
from ..records.reading import Reading
from .estimates import Ratio, RatioModel

logger = logging.getLogger(__name__)

KEEP_SECONDS = 60.0


class EstimatorStore:
    """Learns from calls and keeps the result in `folder`; what a crash takes is learned again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ESTIMATES
        self._has_news = False
        self.model = _read(self._path)

    def learn(self, readings: Iterable[Reading]) -> None:
        """Learn from `readings`."""
        for reading in readings:
            self.model.learn(reading)
            self._has_news = True

    def keep(self) -> None:
        """Write the model if it has changed; on a full disk, only this is lost."""
        if not self._has_news:
            return
        try:
            atomic.write(self._path, msgspec.json.encode(self.model.state()))
        except OSError as error:
            logger.error(
                "%s cannot be written (%s): what estimates have learned is not kept", self._path, error.strerror
            )
        else:
            self._has_news = False


def _read(path: Path) -> RatioModel:
    try:
        return RatioModel(msgspec.json.decode(path.read_bytes(), type=list[tuple[str, str, str, Ratio]]))
    except FileNotFoundError:
        return RatioModel()
    except (OSError, msgspec.DecodeError) as error:
        logger.error("%s cannot be read (%s): estimates start from scratch", path, type(error).__name__)
        return RatioModel()
