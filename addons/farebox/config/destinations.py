"""Destinations of notifications: the keys `destinations` and `digest` of farebox.yaml."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import msgspec

from .budgets import Budget
from .sources import PREFIX
from .suggest import nearest

WEBHOOK, ALERTMANAGER, APPRISE = TYPES = ("webhook", "alertmanager", "apprise")
# The current secret, and the one that it replaces.
_MOST_SECRETS = 2
_NAME = re.compile(r"[\w.-]{1,64}")
_VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class Destination(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where notifications go. Exactly one of `url`, `url_file` and `url_env` states or names its URL.

    The files and variables of `secret_files` and `secret_envs` hold the secrets that sign a webhook.
    """

    name: str
    type: str
    url: str = ""
    url_file: str = ""
    url_env: str = ""
    secret_files: tuple[str, ...] = ()
    secret_envs: tuple[str, ...] = ()


class Digest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The destinations of the weekly digest, and the hour of Monday, in `timezone`, at which it is sent."""

    notify: tuple[str, ...] = ()
    hour: int = 8


def secret_variables(destinations: Sequence[Destination]) -> frozenset[str]:
    """Return the environment variables that hold URLs and secrets of `destinations`."""
    named = ((one.url_env, *one.secret_envs) for one in destinations)
    return frozenset(name for names in named for name in names if name)


def problems(destinations: Sequence[Destination], digest: Digest, budgets: Sequence[Budget]) -> Iterator[str]:
    """Yield what is wrong with `destinations`, `digest` and the names that `budgets` notify, each with key and fix."""
    names: dict[str, int] = {}
    for number, destination in enumerate(destinations):
        key = f"destinations[{number}]"
        first = names.setdefault(destination.name, number)
        if first != number:
            yield f"{key}.name: {destination.name!r} is the name of destinations[{first}] too: give each its own"
        yield from (f"{key}{problem}" for problem in _in_destination(destination))
    for number, budget in enumerate(budgets):
        yield from _unknown(f"budgets[{number}].notify", budget.notify, list(names))
    yield from _unknown("digest.notify", digest.notify, list(names))
    if not 0 <= digest.hour <= 23:
        yield f"digest.hour: {digest.hour} is not an hour: write 0 to 23"


def _in_destination(one: Destination) -> Iterator[str]:
    if not _NAME.fullmatch(one.name):
        yield f".name: {one.name!r} is not a name: write up to 64 letters, digits, dots, - and _"
    if one.type not in TYPES:
        right = nearest(one.type, TYPES)
        fix = f"did you mean {right}? Known:" if right else "write one of"
        yield f".type: {one.type!r} is not a type of destination: {fix} {', '.join(TYPES)}"
    if len([text for text in (one.url, one.url_file, one.url_env) if text]) != 1:
        yield ".url: write one of url, url_file (a file that holds the URL) and url_env (a variable that holds it)"
    elif one.url:
        yield from _in_url(one)
    for key, variables in (("url_env", [one.url_env] if one.url_env else []), ("secret_envs", one.secret_envs)):
        yield from (f".{key}: {problem}" for problem in _in_variables(variables))
    number = len(one.secret_files) + len(one.secret_envs)
    if number and one.type != WEBHOOK:
        yield f".secret_{'files' if one.secret_files else 'envs'}: only a {WEBHOOK} is signed: remove it"
    elif number > _MOST_SECRETS or not all(text.strip() for text in (*one.secret_files, *one.secret_envs)):
        key = "files" if one.secret_files else "envs"
        yield f".secret_{key}: write at most {_MOST_SECRETS} secrets in all: the current one and the one before"


def _in_url(one: Destination) -> Iterator[str]:
    # The URL stays out of the errors: it can hold a password.
    if one.type == APPRISE:
        yield ".url: Apprise's URLs hold secrets: write url_file or url_env"
        return
    try:
        parts = urlsplit(one.url)
        is_right = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_right = False
    if not is_right:
        yield ".url: is not a URL: write https://HOST/PATH or http://HOST:PORT"
    elif parts.username is not None:
        yield ".url: holds a password: write url_file or url_env"


def _in_variables(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if not _VARIABLE.fullmatch(name):
            yield f"{name!r} is not the name of a variable: write the name, without $"
        elif name.startswith(PREFIX):
            yield f"{name}: variables that begin with {PREFIX} are settings: use another name"


def _unknown(key: str, names: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    for name in names:
        if not name.strip():
            yield f"{key}: has an empty name: name a destination, or remove it"
        elif name not in known:
            right = nearest(name, known)
            listed = ", ".join(known)
            fix = f"write one of {listed}" if listed else "add it to the key destinations, which has none"
            yield f"{key}: {name!r} is not a destination: {f'did you mean {right}? Known: {listed}' if right else fix}"
