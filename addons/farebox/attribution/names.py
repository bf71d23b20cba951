"""The names that `keys:`, `users:` and `teams:` give to the ids in the ledger."""

from collections.abc import Iterable

from .lines import KeyLine, TeamLine, UserLine

# Dimensions of reports and scopes of budgets whose values can have names.
NAMED = ("key", "user", "team")


class Names:
    """Names of fingerprints, users and teams; an id without a name is shown itself."""

    def __init__(
        self, keys: Iterable[KeyLine] = (), users: Iterable[UserLine] = (), teams: Iterable[TeamLine] = ()
    ) -> None:
        self._names: dict[str, dict[str, str]] = {
            "key": {line.fingerprint: line.name for line in keys},
            "user": {line.id: line.name for line in users if line.name},
            "team": {line.id: line.name for line in teams if line.name},
        }

    def name(self, kind: str, id_: str | None) -> str | None:
        """Return the name of `id_`, a value of the dimension `kind`; None if it has none."""
        return self._names.get(kind, {}).get(id_ or "")

    def shown(self, kind: str, id_: str) -> str:
        """Return the name of `id_`, or `id_` itself."""
        return self.name(kind, id_) or id_

    def ids(self, kind: str, text: str) -> tuple[str, ...]:
        """Return the ids that are named `text`, and `text` itself, which can be an id."""
        return (text, *(id_ for id_, name in self._names.get(kind, {}).items() if name == text and id_ != text))


NO_NAMES = Names()
