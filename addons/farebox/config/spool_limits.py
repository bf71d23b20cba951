"""The limits of the spool, as they are set and as a worker uses them."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from . import bytesize

SEGMENT_LIMIT = 8 << 20
_SMALLEST_SEGMENT = 64 << 10
# Calls that the recorder has read from a worker's last segment take space until the segment is finished: for all
# workers together, at most an eighth of the limit.
_SEGMENTS_IN_LIMIT = 8
_LEAST = 4 << 20
_LEAST_PER_WORKER = 1 << 20


class Spool(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Space for calls that wait for the ledger: `limit` on the disk, and `memory` in each worker once that is full."""

    limit: int | str = "1GiB"
    memory: int | str = "16MiB"
    sync: Literal["never", "always"] = "never"


class Limits(NamedTuple):
    """The limits of a worker's spool in bytes: `disk`, which all `workers` share, and `memory`.

    With `syncs`, every append is flushed to the disk.
    """

    disk: int = 1 << 30
    memory: int = 16 << 20
    workers: int = 1
    syncs: bool = False

    @property
    def segment(self) -> int:
        share = self.disk // (_SEGMENTS_IN_LIMIT * self.workers)
        return min(SEGMENT_LIMIT, max(_SMALLEST_SEGMENT, share))


def problems(spool: Spool, workers: int) -> Iterator[str]:
    """Yield what is wrong with `spool`, each with its key and the fix."""
    for key, least in (("limit", max(_LEAST, workers * _LEAST_PER_WORKER)), ("memory", 0)):
        given = getattr(spool, key)
        try:
            size = bytesize.parse(str(given))
        except ValueError as error:
            yield f"spool.{key}: {error}"
        else:
            if size < least:
                yield f"spool.{key}: {given} is too small: write {bytesize.text(least)} or more"


def limits(spool: Spool, workers: int) -> Limits:
    """Return the limits for a worker; `spool` must have no problems."""
    disk, memory = (bytesize.parse(str(size)) for size in (spool.limit, spool.memory))
    return Limits(disk, memory, workers, syncs=spool.sync == "always")
