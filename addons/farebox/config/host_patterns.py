"""Hosts as settings name them: `api.example.com`, `*.example.com`, `name:port`; and the providers that have them."""

import re
from collections.abc import Iterator, Sequence
from itertools import filterfalse

import msgspec

from ..providers.table import UNKNOWN

_HOST = re.compile(r"[\w*.-]+(:\d+)?")
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_FIX = "write api.example.com or *.example.com"


class ProviderLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hosts whose calls the provider `name` bills: one of the user's own, or a known one behind a gateway."""

    name: str
    hosts: tuple[str, ...]


def problems(key: str, patterns: Sequence[str]) -> Iterator[str]:
    """Yield which `patterns`, the values of `key`, are no hosts."""
    for pattern in filterfalse(_HOST.fullmatch, patterns):
        yield f"{key}: {pattern!r} is not a host: {_FIX}"


def provider_problems(lines: Sequence[ProviderLine]) -> Iterator[str]:
    """Yield what is wrong with `lines`, each with its key and the fix."""
    for number, line in enumerate(lines):
        key = f"providers[{number}]"
        if not _NAME.fullmatch(line.name) or line.name == UNKNOWN:
            yield f"{key}.name: {line.name!r} is not a provider name: write up to 32 small letters, digits and _"
        if not line.hosts:
            yield f"{key}.hosts: {line.name} has no hosts: list at least one"
        for pattern in filterfalse(_HOST.fullmatch, line.hosts):
            yield f"{key}.hosts: {pattern!r} of {line.name} is not a host: {_FIX}"
