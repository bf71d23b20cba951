"""Names in settings, without the characters that nobody sees: they come with what is copied from elsewhere."""

from typing import Any

from ..records.clean import visible

# Their texts are names, and patterns of names. Others, such as prompts and passwords, stay as they are written.
NAMING = frozenset({"sidecar", "attribution", "keys", "users", "teams", "providers", "prices", "budgets"})


def with_clean_names(content: Any) -> Any:
    """Return `content`, values of settings, with visible() names: those of callers are stored in the same way."""
    if not isinstance(content, dict):
        return content
    return {key: _visible(value) if key in NAMING else value for key, value in content.items()}


def _visible(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _visible(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_visible(item) for item in value]
    return visible(value) if isinstance(value, str) else value
