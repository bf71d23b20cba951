"""Servers and gateways are named by what they answer, the gateway before the server behind it."""

import pytest
from farebox.providers.answering import named_by_document, named_by_headers


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("Server", "llama.cpp")], "llamacpp"),
        ([("server", "uvicorn"), ("x-litellm-version", "1.108.7")], "litellm"),
        ([("server", "llama.cpp"), ("x-portkey-last-used-option-index", "config")], "portkey"),
        ([("server", "uvicorn")], None),
        ([("server", "nginx vllm")], None),
        ([], None),
    ],
    ids=str,
)
def test_headers_name_a_server(headers: list[tuple[str, str]], expected: str | None) -> None:
    named = named_by_headers(headers)

    assert (named.name if named else None) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"kv_transfer_params": None}, "vllm"),
        ({"system_fingerprint": "fp_ollama"}, "ollama"),
        ({"stats": {}, "runtime": {}, "model_info": {}}, "lmstudio"),
        ({"episode_id": "0191"}, "tensorzero"),
        ({"model_info": {}}, None),
        ([], None),
        (None, None),
    ],
    ids=str,
)
def test_documents_name_a_server(data: object, expected: str | None) -> None:
    named = named_by_document(data)

    assert (named.name if named else None) == expected
