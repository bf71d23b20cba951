"""Conditions on a dimension, as `--where` states them: on the calls, and on the hourly sums."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, or_

# A date behind a model's name: gpt-4o-2024-08-06, claude-sonnet-4-5-20250929, claude-sonnet-4-5@20250929.
_DATES = ("-20__-__-__", "-20______", "@20______")


def matches(expression: ColumnElement[Any], wanted: Sequence[str | None]) -> ColumnElement[bool]:
    """Return whether `expression` is one of `wanted`: None is unknown, * is any text, case doesn't count."""
    return or_(*(expression.is_(None) if value is None else _is_like(expression, value) for value in wanted))


def names_model(columns: Sequence[ColumnElement[Any]], wanted: Sequence[str | None]) -> ColumnElement[bool]:
    """Return whether one of `columns` has one of the names `wanted`, as `matches` compares, or that with a date.

    None is a model that no column names.
    """
    return or_(*(_names(columns, value) for value in wanted))


def _names(columns: Sequence[ColumnElement[Any]], value: str | None) -> ColumnElement[bool]:
    if value is None:
        return and_(*(column.is_(None) for column in columns))
    return or_(*(_is_like(column, value, date) for column in columns for date in ("", *_DATES)))


def _is_like(expression: ColumnElement[Any], pattern: str, end: str = "") -> ColumnElement[bool]:
    escaped = pattern.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(expression.cast(String)).like(escaped.replace("*", "%") + end, escape="\\")
