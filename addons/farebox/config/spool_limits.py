"""What the spool may take, as it is set and as a worker uses it."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from . import bytesize

SEGMENT_LIMIT = 8 << 20
_SMALLEST_SEGMENT = 64 << 10
# What the recorder has read of a worker's last segment is taken away with the segment: all of these together are no
# more than an eighth of the limit.
_SEGMENTS_IN_LIMIT = 8
_LEAST = 4 << 20
_LEAST_OF_A_WORKER = 1 << 20


class Spool(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What waits for the ledger: up to `limit` on the disk, and `memory` in each worker when the disk takes no more."""

    limit: int | str = "1GiB"
    memory: int | str = "16MiB"
    sync: Literal["never", "always"] = "never"


class Limits(NamedTuple):
    """What a worker's spool may take: `disk` bytes, which all `workers` share, and `memory` of its own.

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
    """Yield what is wrong with what is set, by its key."""
    for key, least in (("limit", max(_LEAST, workers * _LEAST_OF_A_WORKER)), ("memory", 0)):
        given = getattr(spool, key)
        try:
            size = bytesize.parse(str(given))
        except ValueError as error:
            yield f"spool.{key}: {error}"
        else:
            if size < least:
                yield f"spool.{key}: {given} is too little: {bytesize.text(least)} or more"


def limits(spool: Spool, workers: int) -> Limits:
    """Return what is set, which has no problem, as a worker uses it."""
    disk, memory = (bytesize.parse(str(size)) for size in (spool.limit, spool.memory))
    return Limits(disk, memory, workers, syncs=spool.sync == "always")
