"""The kind of a key, by its prefix. Only the kind is kept, never the key.

https://docs.anthropic.com/en/docs/claude-code/iam, https://platform.minimax.io/docs/coding-plan/intro,
https://www.kimi.com/code/docs/en/, https://help.aliyun.com/en/model-studio/coding-plan
"""

from typing import NamedTuple

from ..records.credential import credential, key_parameter
from ..records.exchange import Request
from .plans import CLAUDE, DASHSCOPE_CODING, KIMI_CODING, MINIMAX_CODING

# Values of the column `key_kind`.
API = "api"
OAUTH = "oauth"
PLAN_KEY = "plan"
KEY_KINDS = (API, OAUTH, PLAN_KEY)


class KeyKind(NamedTuple):
    """The kind of a key, and the subscription that alone has such keys."""

    kind: str
    plan: str | None = None


_PREFIXES = {
    "sk-ant-oat": KeyKind(OAUTH, CLAUDE),
    "sk-cp-": KeyKind(PLAN_KEY, MINIMAX_CODING),
    "sk-kimi-": KeyKind(PLAN_KEY, KIMI_CODING),
    "sk-sp-": KeyKind(PLAN_KEY, DASHSCOPE_CODING),
    # A login of Google's or GitHub's, and a JSON web token: a login's, or a key of makers that issue such keys.
    "ya29.": KeyKind(OAUTH),
    "gho_": KeyKind(OAUTH),
    "ghu_": KeyKind(OAUTH),
    "tid=": KeyKind(OAUTH),
    "eyJ": KeyKind(OAUTH),
}
_ANY = KeyKind(API)
_ALL = tuple(_PREFIXES)


def kind_of(key: str) -> KeyKind:
    """Return the kind of `key`; one without a known prefix is a plain API key."""
    if not key.startswith(_ALL):
        return _ANY
    return next((kind for prefix, kind in _PREFIXES.items() if key.startswith(prefix)), _ANY)


def key_kind(request: Request) -> KeyKind | None:
    """Return the kind of the key in `request`; None if it has none."""
    # The first of several values counts, as in Request.header.
    key = credential(request.by_name, key_parameter(request))
    return None if key is None else kind_of(key)
