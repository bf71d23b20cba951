"""Where clients and gateways state who makes a call: headers by column, in the order in which they are believed.

A name with a dot is a member of a header that holds JSON. The headers come from:
LibreChat (https://www.librechat.ai/docs/configuration/librechat_yaml/object_structure/custom_endpoint#headers and the
`headers:` that docs/attribution.md proposes), Open WebUI, Cloudflare's AI Gateway, Helicone, Portkey, Claude Code,
Codex, and W3C's Trace Context.
"""

from collections.abc import Mapping

COLUMNS = ("user_id", "team", "project", "conversation", "message_id", "agent_id", "trace", "client_app")
USER = "user_id"
# Columns whose values are ids, so contain no blank.
IDS = frozenset({"conversation", "message_id", "agent_id", "trace"})

HEADERS: Mapping[str, tuple[str, ...]] = {
    "user_id": (
        "x-farebox-user",
        "x-lc-user-id",
        "x-librechat-user-id",
        "x-user-id",
        "x-openwebui-user-id",
        "helicone-user-id",
        "cf-aig-metadata.user_id",
        "x-portkey-metadata._user",
        "x-lc-user-email",
        "x-librechat-user-email",
        "x-user-email",
        "x-openwebui-user-email",
        "cf-aig-metadata.user_email",
    ),
    "team": ("x-farebox-team", "x-lc-team", "cf-aig-metadata.team"),
    "project": ("x-farebox-project", "x-lc-project", "cf-aig-metadata.project", "openai-project"),
    "conversation": (
        "x-farebox-conversation",
        "x-lc-conversation-id",
        "x-librechat-conversation-id",
        "x-librechat-body-conversationid",
        "x-conversation-id",
        "x-openwebui-chat-id",
        "cf-aig-metadata.conversation_id",
        "x-claude-code-session-id",
        "session_id",
        "session-id",
        "conversation_id",
        "thread-id",
        "helicone-session-id",
    ),
    "message_id": (
        "x-farebox-message",
        "x-lc-message-id",
        "x-librechat-message-id",
        "x-librechat-body-messageid",
        "x-message-id",
        "x-openwebui-message-id",
        "cf-aig-metadata.message_id",
        "x-codex-turn-metadata.turn_id",
    ),
    "agent_id": (
        "x-farebox-agent",
        "x-lc-agent-id",
        "x-librechat-agent-id",
        "x-librechat-body-agentid",
        "x-agent-id",
        "x-claude-code-agent-id",
        "x-openai-subagent",
    ),
    "trace": ("x-farebox-trace", "x-b3-traceid"),
    "client_app": ("x-farebox-app", "x-lc-app", "x-openrouter-title", "x-title"),
}
