"""The names of `keys:`, `users:` and `teams:`: who a caller is, and the team and project that follow from it."""

from collections.abc import Iterable, Sequence
from fnmatch import translate
from functools import lru_cache
from re import Pattern
from re import compile as pattern_of

from .lines import KeyLine, TeamLine, UserLine

Caller = dict[str, str]


class Directory:
    """Completes callers; what a call states itself is kept."""

    def __init__(
        self, keys: Iterable[KeyLine] = (), users: Iterable[UserLine] = (), teams: Iterable[TeamLine] = ()
    ) -> None:
        self._keys = {line.fingerprint: line for line in keys}
        self._users = {id_: line for line in users for id_ in (line.id, *line.also)}
        self._teams = [(line, _patterns(line.users)) for line in teams]
        self._projects = {line.id: line.project for line in teams if line.project}
        # A regular expression for each team would be matched at each call; most callers come again.
        self._team_of = lru_cache(maxsize=4096)(self._find_team)

    def complete(self, caller: Caller) -> None:
        """Add to `caller` the user, the team and the project that are missing, and use the user's stored id."""
        key = self._keys.get(caller.get("key_fingerprint", ""))
        if key is not None:
            _add(caller, user_id=key.user)
        user = self._users.get(caller.get("user_id", ""))
        if user is not None:
            caller["user_id"] = user.id
            _add(caller, team=user.team, project=user.project)
        if key is not None:
            _add(caller, team=key.team)
        if self._teams:
            _add(caller, team=self._team_of(caller.get("user_id"), key.name if key else None))
            _add(caller, project=self._projects.get(caller.get("team", "")))
        if key is not None:
            _add(caller, project=key.project)

    def _find_team(self, user: str | None, key: str | None) -> str | None:
        for line, users in self._teams:
            if user is not None and any(pattern.match(user.lower()) for pattern in users):
                return line.id
        return next((line.id for line, _ in self._teams if key in line.keys), None)


def _patterns(users: Sequence[str]) -> list[Pattern[str]]:
    return [pattern_of(translate(user.lower().replace("[", "[[]").replace("?", "[?]"))) for user in users]


def _add(caller: Caller, **values: str | None) -> None:
    for name, value in values.items():
        if value is not None:
            caller.setdefault(name, value)
