"""The memory that all bodies held back at a time may take: beyond it, bodies pass through their taps as they arrive."""

LIMIT = 64 << 20
# The longest request that is kept whole.
REQUEST_LIMIT = 16 << 20
# A tap keeps as much of a body, so smaller ones are always held.
SMALL = 64 << 10


class MemoryBudget:
    """Bytes of bodies that are held, by flow, counted by the length that they announce."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._held: dict[str, int] = {}
        self.used = 0

    def hold(self, flow_id: str, size: int) -> bool:
        """Tell whether a body of `size` bytes may be held until `release`; if so, it counts from now on."""
        if size > SMALL and self.used + size > self._limit:
            return False
        self._held[flow_id] = self._held.get(flow_id, 0) + size
        self.used += size
        return True

    def grow(self, flow_id: str, size: int) -> bool:
        """Tell whether `size` more bytes of a body of unknown length may be kept; if so, they count from now on."""
        if self.used + size > self._limit:
            return False
        self._held[flow_id] = self._held.get(flow_id, 0) + size
        self.used += size
        return True

    def release(self, flow_id: str) -> None:
        """Count the bodies of a flow no more."""
        self.used -= self._held.pop(flow_id, 0)
