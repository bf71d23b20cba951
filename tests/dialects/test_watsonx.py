"""Which paths are watsonx's, and whose name stands for the model."""

import pytest
from farebox.dialects._watsonx import asked, verb
from farebox.records.exchange import request_to

HOST = "https://eu-de.ml.cloud.ibm.com"


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("POST", "/ml/v1/text/chat", "chat"),
        ("POST", "/ml/v1/text/chat_stream/", "chat_stream"),
        ("POST", "/ml/v1/deployments/ferry_bot/text/generation", "generation"),
        ("GET", "/ml/v1/text/chat", ""),
        ("POST", "/ml/v1/text", ""),
        ("POST", "/ml/v4/text/chat", ""),
    ],
)
def test_a_path_has_a_verb(method: str, path: str, found: str) -> None:
    assert verb(request_to(method, HOST + path)) == found


@pytest.mark.parametrize(
    ("path", "body", "model", "stream"),
    [
        ("/ml/v1/text/chat", {"model_id": "ibm/granite-3-8b-instruct"}, "ibm/granite-3-8b-instruct", False),
        ("/ml/v1/deployments/ferry%5Fbot/text/chat_stream", {}, "ferry_bot", True),
        ("/ml/v1/text/chat", {}, None, False),
    ],
)
def test_a_deployment_stands_for_its_model(path: str, body: dict[str, str], model: str | None, *, stream: bool) -> None:
    found = asked(request_to("POST", HOST + path), body)

    assert (found.model, found.stream) == (model, stream)
