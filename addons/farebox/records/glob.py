"""Patterns in the user's settings, in which `*` stands for any characters. Time is linear in the text."""


def fits(pattern: str, text: str) -> bool:
    """Tell whether the whole `text` fits `pattern`; case doesn't count."""
    first, *others = pattern.lower().split("*")
    rest = text.lower()
    if not others:
        return rest == first
    *middle, last = others
    if not (rest.startswith(first) and rest[len(first) :].endswith(last)):
        return False
    at, end = len(first), len(rest) - len(last)
    for part in middle:
        found = rest.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def wildcard(pattern: str, text: str) -> str:
    """Return what the only `*` of `pattern` stands for in `text`; the whole text if it doesn't fit or has several."""
    first, *others = pattern.split("*")
    if len(others) != 1 or not fits(pattern, text):
        return text
    return text[len(first) : len(text) - len(others[0])]
