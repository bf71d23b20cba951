"""The body of a request that is passed on as it arrives, as far as it is kept."""

from collections.abc import Callable

from .memory_budget import REQUEST_LIMIT

HEAD_LIMIT = 64 << 10


class Upload:
    """The `start` of a body of `size` bytes so far: all of it while it may be kept, and else its first 64 KiB."""

    def __init__(self) -> None:
        self.start = bytearray()
        self.size = 0

    def add(self, chunk: bytes, may_keep: Callable[[int], bool]) -> None:
        """Take a piece of the body; `may_keep` tells whether there is memory for so many bytes."""
        size, is_whole = len(self.start) + len(chunk), self.size == len(self.start)
        self.size += len(chunk)
        is_kept = is_whole and (size <= HEAD_LIMIT or (size <= REQUEST_LIMIT and may_keep(len(chunk))))
        self.start += chunk if is_kept else chunk[: max(0, HEAD_LIMIT - len(self.start))]
        del self.start[size if is_kept else HEAD_LIMIT :]
