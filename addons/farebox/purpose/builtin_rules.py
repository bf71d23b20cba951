"""The purposes that farebox knows: of operations, and rules for LibreChat's and other clients' own calls.

LibreChat's own prompts are in https://github.com/danny-avila/agents (src/utils/title.ts, src/summarization, src/run.ts)
and in its packages/api/src/agents/memory.ts. No header tells these calls from chats.
"""

from collections.abc import Mapping

from .rule import PurposeRule

CHAT = "chat"
# By OpenTelemetry's operation; all others are chat.
OF_OPERATION: Mapping[str, str] = {
    "embeddings": "embedding",
    "moderation": "moderation",
    "rerank": "rerank",
    "ocr": "ocr",
    "image_generation": "image",
    "video_generation": "video",
    "speech": "speech",
    "transcription": "speech",
    "count_tokens": "token_count",
    "batch": "batch",
    "list_models": "models_list",
}
_MEMORY_TOOLS = ("set_memory", "delete_memory")
# What LibreChat asks for in one call, without a stream.
_TITLES = (
    "Provide a concise, 5-word-or-less title for the conversation",
    "Analyze this conversation and provide:\n1. The detected language",
    "Please generate a concise title (max 40 characters)",
)
RULES: tuple[PurposeRule, ...] = (
    # Structure.
    PurposeRule("memory", stream=False, tools=_MEMORY_TOOLS),
    PurposeRule("title", stream=False, messages=1, tools=("extract",), user=_TITLES[1]),
    PurposeRule("title", stream=False, messages=1, schema="extract", user=_TITLES[1]),
    PurposeRule("summary", headers={"x-openai-subagent": "compact"}),
    PurposeRule("memory", headers={"x-openai-subagent": "memory_consolidation"}),
    # Prompt.
    *(PurposeRule("title", stream=False, messages=1, user=prompt) for prompt in _TITLES),
    PurposeRule("summary", user="Hold on, before you continue"),
    PurposeRule("summary", user="Hold on again"),
    PurposeRule("activity_label", stream=False, system="Write a short label describing"),
    PurposeRule("activity_label", stream=False, system="Summarize what this phase"),
    # Bedrock gets the instructions in the user's message.
    PurposeRule("activity_label", stream=False, messages=1, user="Write a short label describing"),
    PurposeRule("activity_label", stream=False, messages=1, user="Summarize what this phase"),
)
# The tool by which an agent of LibreChat or of Claude Code starts another one.
DELEGATES = frozenset({"subagent", "Task", "Agent"})
# Headers by which a client says that an agent below another one makes the call.
SUBAGENT_HEADERS = frozenset({"x-openai-subagent", "x-claude-code-agent-id", "x-claude-code-parent-agent-id"})
