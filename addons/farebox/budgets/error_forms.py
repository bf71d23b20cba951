"""The answer to a refused call, in the form of the provider's own errors, by the API that the call uses."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from .decisions import Refusal

STATUS = 429
CODE = "farebox_budget_exceeded"
_Form = Callable[[str, int], Mapping[str, Any]]


def headers_of(dialect: str, seconds: int) -> dict[str, str]:
    """Return the answer's headers. SDKs that know `x-should-retry` then don't try again at once."""
    named = {"x-amzn-errortype": "ThrottlingException"} if dialect.startswith("bedrock_") else {}
    return {"content-type": "application/json", "retry-after": str(seconds), "x-should-retry": "false", **named}


def body_of(dialect: str, refusal: Refusal, seconds: int) -> bytes:
    """Return the answer's body; the call may be tried again after `seconds`."""
    form = next((form for prefix, form in _FORMS.items() if dialect.startswith(prefix)), _openai)
    return msgspec.json.encode(form(message_of(refusal), seconds))


def message_of(refusal: Refusal) -> str:
    """Return a sentence for the person who made the call."""
    return (
        f"The budget {refusal.budget!r} ({refusal.limit}, {refusal.window}) is used up, so farebox refused this call."
    )


def _openai(message: str, _seconds: int) -> Mapping[str, Any]:
    return {"error": {"message": message, "type": "budget_exceeded", "param": None, "code": CODE}}


def _anthropic(message: str, _seconds: int) -> Mapping[str, Any]:
    return {"type": "error", "error": {"type": "rate_limit_error", "message": message, "code": CODE}}


def _google(message: str, seconds: int) -> Mapping[str, Any]:
    # Google's error.code is the status; a reason is in upper case by its specification.
    kind = "type.googleapis.com/google.rpc"
    reason = {"@type": f"{kind}.ErrorInfo", "reason": CODE.upper(), "domain": "farebox"}
    retry = {"@type": f"{kind}.RetryInfo", "retryDelay": f"{seconds}s"}
    error = {"code": STATUS, "message": message, "status": "RESOURCE_EXHAUSTED", "details": [reason, retry]}
    return {"error": error}


def _bedrock(message: str, _seconds: int) -> Mapping[str, Any]:
    return {"message": message, "code": CODE}


def _plain_error(message: str, _seconds: int) -> Mapping[str, Any]:
    return {"error": message, "code": CODE}


# By the first characters of a dialect's name; OpenAI's form is that of all others.
_FORMS: Mapping[str, _Form] = {
    "anthropic_": _anthropic,
    "gemini_": _google,
    "vertex_": _google,
    "bedrock_": _bedrock,
    "cohere_": _bedrock,
    "ollama_": _plain_error,
    "hf_": _plain_error,
}
