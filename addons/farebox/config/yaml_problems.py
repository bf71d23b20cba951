"""What is wrong with a file that is not YAML, and the fix; the line is not quoted, as it can hold a password."""

import re

import yaml

_FIXES = (
    (r"found character '\\t'", "a tab stands where spaces belong: indent with spaces"),
    (r"while scanning an alias|undefined alias", "a value that begins with * needs quotes, as in '*.example.com'"),
    (r"while scanning an anchor", "a value that begins with & needs quotes"),
    (r"found character '[@`%]'", "a value that begins with @, ` or % needs quotes"),
    (
        r"mapping values are not allowed",
        "this line doesn't fit the one before: give both a colon, or indent both alike",
    ),
    (r"could not find expected ':'", "a key without a colon before this line: write `key: value`"),
    (r"while scanning a quoted scalar", "a quote is not closed"),
    (
        r"expected <block end>|did not find expected (key|'-' indicator)",
        "a wrong indentation: lines of one group begin in the same column",
    ),
    (r"expected ',' or '\]'", "a list that begins with [ is not closed, or lacks a comma"),
    (r"expected ',' or '\}'", "a group that begins with { is not closed, or lacks a comma"),
    (r"expected the node content|found unexpected end of stream", "a bracket or a brace is not closed"),
    (r"could not determine a constructor", "a value that begins with ! needs quotes"),
    (r"is there twice", ""),
)


def yaml_problem(error: Exception) -> str:
    """Return `error` of the YAML library as `LINE: what is wrong`, or without a line if it has none."""
    said = " ".join(str(error).split())
    fix = next((fix for pattern, fix in _FIXES if re.search(pattern, said)), None)
    if not isinstance(error, yaml.MarkedYAMLError):
        return f" {fix or _short(error)}"
    if fix and _has_colon(error.problem_mark):
        fix = "a value that has a colon and a space needs quotes"
    # What is not closed is to be mended where it is opened, and found at the end of the file.
    context = error.context_mark if fix and "closed" in fix else None
    mark = context or error.problem_mark or error.context_mark
    line = f"{mark.line + 1}: " if mark else " "
    return f"{line}{fix or error.problem or 'this is not YAML'}"


def _has_colon(mark: yaml.Mark | None) -> bool:
    """Return whether YAML has stopped at the second colon of a line, of which the first one ends a key."""
    if mark is None or mark.buffer is None or mark.buffer[mark.pointer : mark.pointer + 1] != ":":
        return False
    return ": " in mark.buffer[: mark.pointer].rpartition("\n")[2]


def _short(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "its lists and groups lie too deep in each other"
    return "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else "it is not YAML"
