"""The subscriptions that farebox knows by name, and the providers whose calls they pay for. Data only."""

from collections.abc import Mapping

CLAUDE = "claude"
CODEX = "codex"
CODE_ASSIST = "code_assist"
COPILOT = "copilot"
DASHSCOPE_CODING = "dashscope_coding"
KIMI_CODING = "kimi_coding"
MINIMAX_CODING = "minimax_coding"
OPENCODE = "opencode"
OPENCODE_GO = "opencode_go"
ZAI_CODING = "zai_coding"


PROVIDERS: Mapping[str, tuple[str, ...]] = {
    CLAUDE: ("anthropic",),
    CODEX: ("chatgpt",),
    CODE_ASSIST: ("gemini",),
    COPILOT: ("github_copilot",),
    DASHSCOPE_CODING: ("dashscope",),
    KIMI_CODING: ("moonshot",),
    MINIMAX_CODING: ("minimax",),
    OPENCODE: ("opencode",),
    OPENCODE_GO: ("opencode",),
    ZAI_CODING: ("zai", "zhipuai"),
}
# The subscription that pays if nothing is taken from a balance, by provider and place of the amount.
BALANCES: Mapping[tuple[str, str], str] = {
    ("github_copilot", "copilot_usage.total_nano_aiu"): COPILOT,
    ("opencode", "cost"): OPENCODE,
}
