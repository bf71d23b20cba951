"""Requests that are calls, and the parameters that they ask for."""

from dataclasses import replace

import pytest
from farebox.dialects import openai_chat
from farebox.dialects._base import Asked
from farebox.metering.call import asked_of, call_of
from farebox.records.exchange import request_to

from tests.support.answers import ANTHROPIC, OPENAI, call


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", OPENAI),
        ("POST", "https://api.openai.com/v1/models"),
        ("POST", OPENAI + "/chatcmpl-1"),
        ("POST", "https://api.anthropic.com/v1/messages/batches/msgbatch_1/cancel"),
        ("GET", "https://api.anthropic.com/v1/messages/batches/msgbatch_1"),
        ("GET", "https://api.openai.com/v1/files/file-1/content"),
        ("GET", "https://api.mistral.ai/v1/files/0a1b/content"),
        ("GET", "https://generativelanguage.googleapis.com/v1beta/batches"),
        ("GET", "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"),
        ("GET", "https://generativelanguage.googleapis.com/v1beta/interactions/v1_abc"),
        ("GET", "https://generativelanguage.googleapis.com/v1beta/cachedContents"),
        ("POST", "https://generativelanguage.googleapis.com/upload/v1beta/files"),
        ("POST", "https://discord.com/api/v10/interactions/1/abc/callback"),
        ("POST", "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/endpoints/1:predict"),
        ("GET", "https://aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/other/models/m:rawPredict"),
        ("POST", "https://aiplatform.googleapis.com/v1/projects/p/locations/l/endpoints/1:rawPredict"),
        ("GET", "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse"),
        ("GET", "https://bedrock-runtime.us-east-1.amazonaws.com/guardrail/g/version/1/apply"),
        ("DELETE", ANTHROPIC),
        ("POST", "http://localhost:1234/api/v1/chat"),
        ("POST", "http://localhost:8080/models/load"),
        ("POST", "https://api.cohere.com/v1/chat/completions/else"),
        ("POST", "http://localhost:11434/api/show"),
    ],
)
def test_other_requests_are_not_claimed(method: str, url: str) -> None:
    assert call_of(request_to(method, url), call_id="1", started_at=0) is None


@pytest.mark.parametrize(
    ("body", "is_whole", "expected"),
    [
        (b'{"model": "m", "stream": true}', True, Asked("m", stream=True)),
        (b'{"model": "m", "stream": false}', True, Asked("m", stream=False)),
        (b'{"model": "m", "stream": "true"}', True, Asked("m", stream=False)),
        (b'{"model": "m"}', True, Asked("m", stream=False)),
        (b'{"model": "m", "stream": true, "messages": [{"con', False, Asked("m", stream=True)),
        (b'{"model": "m", "messages": [{"con', True, Asked(None, stream=False)),
        (b"model=m", False, Asked(None, stream=False)),
        (b"", True, Asked(None, stream=False)),
        (b"[1]", True, Asked(None, stream=False)),
    ],
)
@pytest.mark.parametrize("url", [OPENAI, ANTHROPIC])
def test_parameters_of_a_request_are_read(url: str, body: bytes, is_whole: bool, expected: Asked) -> None:
    request = replace(request_to("POST", url, body=body), body_is_whole=is_whole)

    assert asked_of(request, call(url).dialect) == expected


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/openai/deployments/team-gpt4o/chat/completions", "team-gpt4o"),
        ("/openai/deployments/team-gpt4o/extensions/chat/completions", "team-gpt4o"),
        ("/openai/v1/chat/completions", None),
    ],
)
def test_the_deployment_in_the_path_is_the_model(path: str, model: str | None) -> None:
    request = request_to("POST", f"https://riverside.openai.azure.com{path}", body=b'{"messages": []}')

    assert asked_of(request, openai_chat.DIALECT).model == model


@pytest.mark.parametrize(
    ("path", "body", "asks_stream"),
    [
        ("chat", b"{}", True),
        ("chat", b'{"stream": true}', True),
        ("chat", b'{"stream": false}', False),
        ("generate", b"{}", True),
        ("embed", b"{}", False),
    ],
)
def test_ollama_streams_unless_told_otherwise(path: str, body: bytes, asks_stream: bool) -> None:
    claimed = call_of(request_to("POST", f"http://localhost:11434/api/{path}", body=body), call_id="1", started_at=0)

    assert claimed is not None
    assert claimed.asked.stream is asks_stream


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("https://api-inference.huggingface.co/models/gpt2", "gpt2"),
        ("https://api-inference.huggingface.co/pipeline/feature-extraction/intfloat/e5-small", "intfloat/e5-small"),
        ("https://router.huggingface.co/hf-inference/models/intfloat/e5-small", "intfloat/e5-small"),
        (
            "https://router.huggingface.co/hf-inference/models/intfloat/e5-small/pipeline/feature-extraction",
            "intfloat/e5-small",
        ),
    ],
)
def test_the_path_of_an_inference_names_the_model(url: str, model: str) -> None:
    claimed = call_of(request_to("POST", url, body=b'{"inputs": "x"}'), call_id="1", started_at=0)

    assert claimed is not None
    assert (claimed.dialect.name, claimed.asked.model) == ("hf_inference", model)
