"""What the user's prices ask of a request's address. A path may contain a secret, so it isn't kept."""

from typing import NamedTuple

from ..records.exchange import Request
from ..records.glob import fits


class AddressRules(NamedTuple):
    """The patterns of paths and the ports that the user's prices match."""

    paths: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset()

    def words(self, request: Request) -> dict[str, str]:
        """Return the patterns that the path of `request` fits, and its port, as words of the price context."""
        fitting = " ".join(pattern for pattern in self.paths if fits(pattern, request.path))
        found = {"path": fitting, "port": str(request.port) if request.port in self.ports else ""}
        return {name: word for name, word in found.items() if word}


ANY_ADDRESS = AddressRules()
