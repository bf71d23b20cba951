"""The program that makes a call, by its headers."""

import re
from collections.abc import Mapping
from functools import lru_cache

from ..records import clean

_LIBRECHAT = "LibreChat"
_LIBRECHAT_HEADER = re.compile(r"^x-(?:lc|librechat)-", re.MULTILINE)
_LIBRECHAT_VALUE = "{{LIBRECHAT_"
# A product, without its version; SDKs of one maker have the language behind a slash.
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z_.-]{1,31}(?:/(?:JS|Python|Go|Java|Ruby|PHP|CSharp)\b)?")
_AGENT_LIMIT = 128
_KNOWN = {
    "claude-cli": "Claude Code",
    "claude-code": "Claude Code",
    "codex_cli_rs": "Codex",
    "codex_vscode": "Codex",
    "codex-tui": "Codex",
    "librechat-azure-openai-v": _LIBRECHAT,
}


def client_app(headers: Mapping[str, str]) -> str | None:
    """Return the name of the program, without a version: LibreChat by its headers, others by their user agent."""
    # Each header by itself would take longer than all else about the caller.
    if _LIBRECHAT_HEADER.search("\n".join(headers)) or _LIBRECHAT_VALUE in "\n".join(headers.values()):
        return _LIBRECHAT
    return product(headers.get("originator", "")[:_AGENT_LIMIT]) or product(
        headers.get("user-agent", "")[:_AGENT_LIMIT]
    )


# Programs are few, and the search for keys is slow.
@lru_cache(maxsize=256)
def product(agent: str) -> str | None:
    """Return the first product of a user agent; None if it is like a key."""
    match = _PRODUCT.match(clean.text(agent) or "")
    return _KNOWN.get(match[0].lower(), match[0]) if match else None
