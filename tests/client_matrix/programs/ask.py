"""Make one call with an official SDK for Python and print what it hands out: ask.py SDK BASE_URL [h2]."""

import json
import os
import sys
from typing import Any

PROMPT: Any = [{"role": "user", "content": "Name a river."}]


def main() -> None:
    name, base, *more = sys.argv[1:]
    print(json.dumps(_SDKS[name](base, "h2" in more), default=str))


def _http(is_h2: bool) -> Any:
    import httpx2

    return httpx2.Client(http1=not is_h2, http2=is_h2)


def _openai(base: str, is_h2: bool) -> Any:
    import openai

    client = openai.OpenAI(api_key="sk-test", base_url=f"{base}/v1", max_retries=0, http_client=_http(is_h2))
    asked: Any = {"model": "gpt-4o", "stream": True, "stream_options": {"include_usage": True}}
    return [chunk.model_dump() for chunk in client.chat.completions.create(messages=PROMPT, **asked)]


def _anthropic(base: str, is_h2: bool) -> Any:
    import anthropic

    client = anthropic.Anthropic(api_key="sk-ant-test", base_url=base, max_retries=0, http_client=_http(is_h2))
    asked: Any = {"model": "claude-sonnet-4-5", "max_tokens": 100, "stream": True}
    return [event.model_dump() for event in client.messages.create(messages=PROMPT, **asked)]


def _google(base: str, _is_h2: bool) -> Any:
    from google import genai

    client = genai.Client(api_key="test", http_options={"base_url": base})
    chunks = client.models.generate_content_stream(model="gemini-2.5-flash", contents="Name a river.")
    return [(chunk.text, chunk.response_id, str(chunk.usage_metadata)) for chunk in chunks]


def _bedrock(base: str, _is_h2: bool) -> Any:
    import boto3
    from botocore.config import Config

    bundle = os.environ.get("AWS_CA_BUNDLE", "")
    config = Config(proxies_config={"proxy_ca_bundle": bundle}, retries={"total_max_attempts": 1})
    client = boto3.client("bedrock-runtime", region_name="us-east-1", endpoint_url=base, config=config)
    messages = [{"role": "user", "content": [{"text": "Name a river."}]}]
    answer = client.converse(modelId="anthropic.claude-3-5-sonnet-20240620-v1:0", messages=messages)
    return {name: answer[name] for name in ("output", "stopReason", "usage")}


def _mistral(base: str, _is_h2: bool) -> Any:
    from mistralai.client import Mistral

    client = Mistral(api_key="test", server_url=base)
    return [event.data.model_dump() for event in client.chat.stream(model="mistral-small-latest", messages=PROMPT)]


def _cohere(base: str, _is_h2: bool) -> Any:
    import cohere

    client = cohere.ClientV2(api_key="test", base_url=base)
    return client.chat(model="command-r7b-12-2024", messages=PROMPT).model_dump()


_SDKS = {
    "openai": _openai,
    "anthropic": _anthropic,
    "google": _google,
    "bedrock": _bedrock,
    "mistral": _mistral,
    "cohere": _cohere,
}

if __name__ == "__main__":
    main()
