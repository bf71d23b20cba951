"""Who may ask the metrics port: the Host header that a request names, and its user and password."""

import base64
import binascii
import hashlib
import ipaddress
import socket
from collections.abc import Callable, Collection, Mapping

import bcrypt

# Of a user that doesn't exist: checking it takes as long as a real one, so that names can't be found out by the time.
_NOBODY = "$2b$10$oajO9hnvvGsWBWOYbmdAe.J8TShA4L.6fZXHKJBSPDeGZMGInUZPy"
# Prometheus sends the same password at each scrape, and bcrypt takes a tenth of a second.
_KNOWN_LIMIT = 100


def allowed_host(header: str | None, names: Collection[str] = ()) -> bool:
    """Return whether a request with this Host header may be answered.

    A web page can point a name of its own at this machine and have a browser here ask for it (DNS rebinding). It can't
    do so with an address, or with a name without a dot. `names` are allowed too.
    """
    if not header:
        return True
    name = header.rsplit("]", 1)[0].lstrip("[") if header.startswith("[") else header.partition(":")[0]
    name = name.rstrip(".").lower()
    return "." not in name or _is_address(name) or name in {*map(str.lower, names), socket.gethostname().lower()}


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class Passwords:
    """Checks basic authentication against bcrypt hashes by user; without users, everyone may ask."""

    def __init__(self, users: Mapping[str, str], matches: Callable[[bytes, bytes], bool] = bcrypt.checkpw) -> None:
        self._users = users
        self._matches = matches
        self._known: set[bytes] = set()

    def accept(self, authorization: str | None) -> bool:
        """Return whether the header `authorization` has the password of one of the users."""
        if not self._users:
            return True
        user, password = _credentials(authorization or "")
        if user is None:
            return False
        hashed = self._users.get(user, _NOBODY)
        seen = hashlib.sha256(b"\0".join((user.encode(), hashed.encode(), password))).digest()
        if seen in self._known:
            return True
        if not self._is_right(password, hashed) or user not in self._users:
            return False
        if len(self._known) < _KNOWN_LIMIT:
            self._known.add(seen)
        return True

    def _is_right(self, password: bytes, hashed: str) -> bool:
        try:
            # bcrypt reads 72 bytes of a password and refuses longer ones.
            return self._matches(password[:72], hashed.encode())
        except ValueError:
            return False


def _credentials(authorization: str) -> tuple[str | None, bytes]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return (user.decode(), password) if scheme.lower() == "basic" and colon else (None, b"")
    except (binascii.Error, UnicodeDecodeError):
        return None, b""
