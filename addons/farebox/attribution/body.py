"""Who makes a call, as its body states it.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-user,
https://docs.anthropic.com/en/api/messages#body-metadata
"""

import re
from collections.abc import Mapping
from typing import Any

from .value import member, named

# What Claude Code wrote before it wrote JSON.
_CLAUDE_CODE = re.compile(
    r"user_(?P<user>[0-9a-f]{32,64})_account_(?P<account>[0-9a-f-]*)_session_(?P<session>[0-9a-f-]+)"
)

_MEMBERS = frozenset({"metadata", "conversation", "user", "safety_identifier"})


def stated(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the user and the conversation that `body` states."""
    if body.keys().isdisjoint(_MEMBERS):
        return {}
    metadata = body.get("metadata")
    user = metadata.get("user_id") if isinstance(metadata, dict) else None
    found = _of_claude_code(user) if isinstance(user, str) else {}
    conversation = body.get("conversation")
    if isinstance(conversation, dict):
        conversation = conversation.get("id")
    if not found:
        users = (body.get("user"), user, body.get("safety_identifier"))
        found = {"user_id": next((id_ for one in users if (id_ := named(one, is_id=True, is_person=True))), None)}
    found.setdefault("conversation", named(conversation, is_id=True) if isinstance(conversation, str) else None)
    return {name: value for name, value in found.items() if value is not None}


def _of_claude_code(user: str) -> dict[str, str | None]:
    if match := _CLAUDE_CODE.fullmatch(user):
        account, session = match["account"] or match["user"], match["session"]
    elif user.startswith("{"):
        account, session = member(user, "account_uuid") or member(user, "device_id"), member(user, "session_id")
    else:
        return {}
    return {"user_id": named(account, is_id=True, is_person=True), "conversation": named(session, is_id=True)}
