"""Every provider that farebox promises to read has a case that shows it, under its own name."""

from typing import NamedTuple

import pytest

from tests.cases import cases

BY_NAME = {case.name: case for case in cases()}


class Shown(NamedTuple):
    """What shows a provider: the case, the name that its record has, and a text of its reply that is its own."""

    who: str
    case: str
    provider: str
    model: str | None = None
    text: str = ""


SHOWN = [
    Shown("OpenAI", "openai_chat/streamed_with_usage", "openai"),
    Shown("OpenAI", "openai_responses/streamed", "openai"),
    Shown("DeepSeek", "openai_chat/deepseek_chat", "deepseek", "deepseek-chat", "prompt_cache_hit_tokens"),
    Shown("DeepSeek", "openai_chat/deepseek_coder_hits_alone", "deepseek", "deepseek-coder", "prompt_cache_hit_tokens"),
    Shown("DeepSeek", "openai_chat/deepseek_cache", "deepseek", "deepseek-reasoner", "prompt_cache_hit_tokens"),
    Shown("Mistral", "openai_chat/mistral_counts_unasked", "mistral"),
    Shown("Groq", "openai_chat/groq_usage_beside", "groq", text='"x_groq":{"id":"req_made_0003","usage"'),
    Shown("OpenRouter", "openai_chat/openrouter_comments_and_cost", "openrouter", text=": OPENROUTER PROCESSING"),
    Shown("OpenRouter", "openai_chat/openrouter_comments_and_cost", "openrouter", text='"cost":'),
    Shown("Fireworks AI", "openai_chat/fireworks_counts_unasked", "fireworks"),
    Shown("Ollama", "ollama_chat/streamed", "ollama", text='"prompt_eval_count"'),
    Shown("Ollama", "ollama_generate/streamed", "ollama", text='"prompt_eval_count"'),
    Shown("Ollama", "openai_chat/ollama_v1", "ollama", text='"prompt_tokens"'),
    Shown("Anthropic", "anthropic_messages/streamed", "anthropic"),
    Shown("Gemini", "gemini_generate/streamed", "gemini"),
    Shown("Gemini", "openai_chat/gemini_thinking_in_total", "gemini"),
    Shown("Azure", "openai_chat/azure_deployment", "azure"),
    Shown("Bedrock", "bedrock_converse/streamed", "bedrock"),
    Shown("Bedrock", "bedrock_invoke/claude_streamed", "bedrock"),
    Shown("Vertex AI", "gemini_generate/vertex_plain", "vertex"),
    Shown("Vertex AI", "anthropic_messages/vertex_streamed", "vertex"),
    Shown("xAI", "openai_chat/xai_reasoning_beside_output", "xai"),
    Shown("Cohere", "cohere_chat/streamed", "cohere", text='"billed_units"'),
    Shown("Perplexity", "openai_chat/perplexity_usage_in_every_chunk", "perplexity"),
    Shown("Together AI", "openai_chat/together_cache_at_top", "together", text='"total_tokens":50,"cached_tokens":32'),
    Shown("Cerebras", "openai_chat/cerebras_reasoning_and_cache", "cerebras", text='"time_info"'),
    Shown("Hugging Face", "openai_chat/router_passes_usage_on", "huggingface"),
    Shown("Moonshot", "openai_chat/moonshot_usage_in_choice", "moonshot"),
    Shown("Z.ai", "openai_chat/zai_cache_and_reasoning", "zai"),
    Shown("vLLM", "openai_chat/vllm_counts_in_every_chunk", "vllm"),
    Shown("LiteLLM", "openai_chat/litellm_cache_told_twice", "litellm"),
    Shown("a host that the user names", "openai_chat/host_named_by_the_user", "riverside"),
    Shown("a host that nobody names", "openai_chat/unknown_host", "unknown"),
]


@pytest.mark.parametrize("shown", SHOWN, ids=[f"{shown.who}: {shown.case}" for shown in SHOWN])
def test_a_provider_is_shown_by_name(shown: Shown) -> None:
    case = BY_NAME[shown.case]

    assert case.record["provider"] == shown.provider
    assert shown.model in (None, case.record["model_requested"])
    assert shown.text in case.body.decode(errors="replace")


@pytest.mark.parametrize("shown", SHOWN, ids=[f"{shown.who}: {shown.case}" for shown in SHOWN])
def test_what_shows_a_provider_is_a_whole_answer_whose_tokens_are_told(shown: Shown) -> None:
    record = BY_NAME[shown.case].record

    assert record["outcome"] == "ok"
    assert min(record["input_tokens"], record["output_tokens"]) > 0
