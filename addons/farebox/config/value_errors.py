"""A value that its key doesn't take, in the words of the docs: what stands there, and what to write instead."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args, get_origin

import msgspec

from .currency import is_code
from .examples import example
from .key_types import is_struct, item_kinds
from .suggest import nearest

_NOUNS = {int: "a whole number", float: "a number", Decimal: "a number", bool: "true or false", date: "a day"}
# Their values can hold a password or a user's data, and a wrong value of another key can't.
_UNQUOTED = re.compile(
    r"(^|\.)(ledger|url|endpoint|upstream_proxy|set|auth|password_file|fingerprint|system|begins|ends)\b"
)
_LONGEST = 40
_CURRENCY = "currency"
# Quotes would make a text of a number, and not a right one.
_NEVER_NUMBERS = frozenset({"mode", "set", "script", "ledger", "host", "hosts", "clients", "url", "timezone"})
_WITH_UNIT = re.compile(r"[^\w.]{0,3}(\d+(?:[.,]\d+)?) ?[^\d]{0,8}")


def wrong_value(key: str, kinds: list[Any], value: Any) -> str:
    """Return what is wrong with `value`, which stands at `key`, where a value of one of `kinds` belongs."""
    if value is None:
        return f"{key}: has no value: write one such as `{_line(key, kinds)}`, or remove the key"
    if entries := [item for kind in kinds for item in item_kinds(kind) if is_struct(item)]:
        return f"{key}: {_given(key, value)}{_list_of(key, entries, value)}"
    if structs := [kind for kind in kinds if is_struct(kind)]:
        return f"{key}: {_given(key, value)} is not a group of keys: {_group(key, structs)}"
    if words := _words(kinds):
        return f"{key}: {_not_a_word(key, words, value)}"
    if any(item_kinds(kind) for kind in kinds):
        return f"{key}: {_given(key, value)} is not a list of values: write `{_line(key, kinds)}`"
    return f"{key}: {_not_a_scalar(key, kinds, value)}"


def missing(key: str, name: str) -> str:
    """Return that the entry or group at `key` has no `name`."""
    return f"{key}: has no {name}: add `{name}: {example(f'{key}.{name}')}`"


def unknown_variant(key: str, kinds: list[Any], value: Any) -> str:
    """Return that `key`, which selects one of several structs, has a `value` that selects none."""
    tags = [str(kind.__struct_config__.tag) for kind in kinds if is_struct(kind)]
    return f"{key}: {_not_a_word(key, tags, value)}"


def words_of(names: list[str]) -> str:
    """Return `names` as a sentence lists alternatives."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _given(key: str, value: Any) -> str:
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if _UNQUOTED.search(key):
        return "its value"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _list_of(key: str, entries: list[Any], value: Any) -> str:
    names = [field for entry in entries for field in entry.__struct_fields__]
    if isinstance(value, dict) and set(value) <= set(names):
        return f" is not a list: begin the entry with a dash, as in `- {next(iter(value))}: ...`"
    is_currency = key == _CURRENCY and isinstance(value, str) and is_code(value)
    reports = f"; reports in {value} are `report_currency: {value}`" if is_currency else ""
    return f" is not a list of entries: write each behind a dash, as in `- {example(key)}`{reports}"


def _group(key: str, structs: list[type[msgspec.Struct]]) -> str:
    names = [field for struct in structs for field in struct.__struct_fields__]
    keys = f"Its keys are {', '.join(names)}" if len(names) > 1 else f"Its only key is {names[0]}"
    leads = f"- {example(key)}" if key.endswith("]") else f"{_last(key)}: {example(key)}"
    return f"write `{leads}`. {keys}"


def _words(kinds: list[Any]) -> list[str]:
    return [str(word) for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]


def _not_a_word(key: str, words: list[str], value: Any) -> str:
    if isinstance(value, bool):
        return f"YAML reads on, off, yes and no as true and false: write {words_of(words)}"
    right = nearest(value, words) if isinstance(value, str) else None
    fix = f"did you mean {right}? Its values are" if right else "write"
    return f"{_given(key, value)} is not one of its values: {fix} {words_of(words)}"


def _not_a_scalar(key: str, kinds: list[Any], value: Any) -> str:
    noun = next((_NOUNS[kind] for kind in kinds if kind in _NOUNS), None)
    if noun == _NOUNS[bool]:
        return f"{_given(key, value)} is neither true nor false: write one of them"
    if noun is None or str in kinds:
        is_number = isinstance(value, int) and not isinstance(value, bool) and _last(key) not in _NEVER_NUMBERS
        fix = f"put it in quotes: '{value}'" if is_number else f"write one such as {example(key)}"
        return f"{_given(key, value)} is not text: {fix}"
    return f"{_given(key, value)} is not {noun}: write {_number_in(value, noun) or f'one such as {example(key)}'}"


def _number_in(value: Any, noun: str) -> str | None:
    """Return the number that `value` has with a unit or a comma; None if it has none."""
    found = _WITH_UNIT.fullmatch(value) if isinstance(value, str) and noun != _NOUNS[date] else None
    if found is None:
        return None
    number = found[1].replace(",", ".")
    return number if found[1] == value else f"{number}, without a unit"


def _line(key: str, kinds: list[Any]) -> str:
    lists = [item for kind in kinds for item in item_kinds(kind)]
    text = f"[{example(key)}]" if lists else example(key)
    words = _words(kinds)
    return f"{_last(key)}: {words[0] if words else text}"


def _last(key: str) -> str:
    return re.sub(r"\[\d+\]$", "", key).rpartition(".")[2]
