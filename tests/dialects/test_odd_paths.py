"""Odd spellings of a path are claimed like the plain one, with its model; plain ones stay as they are."""

import pytest
from farebox.dialects import dialect_of, in_plain_form
from farebox.dialects._odd_paths import plain_forms
from farebox.metering.call import asked_of
from farebox.records.exchange import request_to

OPENAI, AZURE = "https://api.openai.com", "https://acme.openai.azure.com"
GOOGLE, AWS = "https://generativelanguage.googleapis.com", "https://bedrock-runtime.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("method", "url", "dialect", "model"),
    [
        ("POST", f"{OPENAI}/V1/Chat/Completions", "openai_chat", None),
        ("POST", f"{OPENAI}//v1//chat/completions", "openai_chat", None),
        ("POST", f"{OPENAI}/v1/chat/completions//", "openai_chat", None),
        ("POST", f"{OPENAI}/v1/chat%2Fcompletions", "openai_chat", None),
        ("POST", f"{OPENAI}/v1/chat%2fcompletions/", "openai_chat", None),
        ("POST", f"{OPENAI}/v1;a=b/chat/completions;v=1", "openai_chat", None),
        ("PUT", f"{OPENAI}/v1/chat/completions", "openai_chat", None),
        ("PUT", f"{OPENAI}//V1/Chat%2FCompletions;x/", "openai_chat", None),
        ("POST", f"{AZURE}/OpenAI/Deployments/Team-GPT/Chat/Completions", "openai_chat", "Team-GPT"),
        ("POST", "https://api.anthropic.com/v1/Messages", "anthropic_messages", None),
        ("POST", f"{GOOGLE}//v1beta/models/gemini-2.5-pro:generateContent;x=1", "gemini_generate", "gemini-2.5-pro"),
        ("POST", f"{GOOGLE}/V1Beta/models/gemini-2.5-pro:generateContent", "gemini_generate", "gemini-2.5-pro"),
        ("POST", f"{AWS}/model/us.Amazon%3A0/converse/", "bedrock_converse", "us.Amazon:0"),
        ("POST", f"{AWS}/model/arn%3Aaws%3Aa%2Fb/converse;x=1", "bedrock_converse", "arn:aws:a/b"),
        ("POST", "http://127.0.0.1:11434/API/chat", "ollama_chat", None),
    ],
)
def test_an_odd_spelling_is_claimed_with_its_model(method: str, url: str, dialect: str, model: str | None) -> None:
    request = request_to(method, url, body=b"{}")
    found = dialect_of(request)

    assert found is not None
    assert (found.name, asked_of(request, found).model) == (dialect, model)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/chat/completions/archive"),
        ("DELETE", "/V1/Chat/Completions"),
        ("POST", "/v1/chat%252Fcompletions"),
        ("PUT", "/v1/files/file-1"),
        ("GET", "/V1/Messages"),
    ],
)
def test_other_requests_are_not_claimed(method: str, path: str) -> None:
    assert dialect_of(request_to(method, OPENAI + path)) is None


def test_a_plain_request_has_no_other_form() -> None:
    request = request_to("POST", f"{OPENAI}/v1/chat/completions")

    assert in_plain_form(request) is request
    assert list(plain_forms(request)) == []
