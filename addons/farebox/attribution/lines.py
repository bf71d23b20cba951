"""The settings of attribution: which headers are read and removed, and the names of keys, users and teams."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from . import value

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+^_`|~-]{1,64}(\.[\w-]{1,64}){0,4}")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


class HeaderMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The headers that state each column, before the known ones; HEADER.MEMBER is a member of a JSON header."""

    user_id: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    conversation: tuple[str, ...] = ()
    message_id: tuple[str, ...] = ()
    agent_id: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    client_app: tuple[str, ...] = ()


class Attribution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which request headers are kept: in `tags`, and as the columns of `headers`; and which are removed.

    `own_headers` decides about farebox's own headers; `remove` names more headers to remove with them.
    """

    tags: tuple[str, ...] = ()
    headers: HeaderMap = HeaderMap()
    own_headers: Literal["remove", "pass"] = "remove"
    remove: tuple[str, ...] = ()


class KeyLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The name of an API key, and who uses it where the call doesn't say."""

    name: str
    fingerprint: str
    user: str | None = None
    team: str | None = None
    project: str | None = None


class UserLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A user by the `id` that is stored; `also` are other ids of the same person on the wire."""

    id: str
    name: str = ""
    also: tuple[str, ...] = ()
    team: str | None = None
    project: str | None = None


class TeamLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A team by the `id` that is stored: its `users` (`*` is any text) and the names of its `keys`."""

    id: str
    name: str = ""
    users: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    project: str | None = None


def problems(
    attribution: Attribution, keys: Sequence[KeyLine], users: Sequence[UserLine], teams: Sequence[TeamLine]
) -> Iterator[str]:
    """Yield what is wrong with the settings, each with its key and the fix."""
    for key, problem in (*_in_headers(attribution), *_in_names(keys, users, teams)):
        yield f"{key}: {problem}"


def _in_headers(attribution: Attribution) -> Iterator[tuple[str, str]]:
    for column in HeaderMap.__struct_fields__:
        for entry in getattr(attribution.headers, column):
            if not _HEADER.fullmatch(entry):
                yield (
                    f"attribution.headers.{column}",
                    f"{entry!r} is not a header: write x-team, or x-metadata.team for a member of a JSON header",
                )
    for entry in attribution.remove:
        if not _HEADER.fullmatch(entry) or "." in entry:
            yield "attribution.remove", f"{entry!r} is not a header: write a name such as x-team"


def _in_names(
    keys: Sequence[KeyLine], users: Sequence[UserLine], teams: Sequence[TeamLine]
) -> Iterator[tuple[str, str]]:
    names = {key.name for key in keys}
    for number, key in enumerate(keys):
        yield from _unnamed(f"keys[{number}]", key, ("name", "user", "team", "project"))
        if not _FINGERPRINT.fullmatch(key.fingerprint):
            yield (
                f"keys[{number}].fingerprint",
                "a fingerprint has 16 hexadecimal digits: `farebox report --by key` shows them",
            )
    for number, user in enumerate(users):
        yield from _unnamed(f"users[{number}]", user, ("id", "team", "project"))
    number_of = Counter(id_ for user in users for id_ in (user.id, *user.also))
    for id_ in (id_ for id_, number in number_of.items() if number > 1):
        yield "users", f"{id_!r} is there twice: an id belongs to one user"
    for number, team in enumerate(teams):
        yield from _unnamed(f"teams[{number}]", team, ("id", "project"))
        for name in (name for name in team.keys if name not in names):
            yield f"teams[{number}].keys", f"{name!r} is not the name of a key: add it to `keys`"


def _unnamed(key: str, line: msgspec.Struct, fields: Iterable[str]) -> Iterator[tuple[str, str]]:
    for field in fields:
        given = getattr(line, field)
        if given is not None and value.named(given, is_person=True) != given:
            yield f"{key}.{field}", f"write 1 to {value.LIMIT} printable characters that don't look like a key"
