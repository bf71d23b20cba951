"""How a server or gateway is known by its responses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marks:
    """What only the responses of one server or gateway have.

    `headers`: names, of which any one does. `server`: what the header Server begins with, in lower case. `members`:
    sets of members of a document, all of a set together. `fingerprint`: the document's `system_fingerprint`.
    """

    headers: tuple[str, ...] = ()
    server: str | None = None
    members: tuple[frozenset[str], ...] = ()
    fingerprint: str | None = None
