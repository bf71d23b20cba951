"""What a request asks for is read from each kind of body."""

import json
from dataclasses import replace
from typing import Any

import pytest
from farebox.dialects import ollama_chat, openai_chat, openai_speech
from farebox.metering.call import asked_of, names_in
from farebox.records.exchange import request_to
from farebox.records.text_size import TextSize
from farebox.wire.documents import decode
from farebox.wire.large_json import DECODED_BYTES

URL = "https://api.openai.com/v1/chat/completions"
BODY = json.dumps({"model": "m", "temperature": 0.3, "shape": 1, "messages": ["twelve bytes"]}).encode()
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="temperature"\r\n\r\n0.3\r\n'
    b'--b\r\nContent-Disposition: form-data; name="shape"\r\n\r\n1\r\n--b--\r\n'
)


def test_parameters_names_and_sizes_are_told_of_any_body() -> None:
    request = request_to("POST", URL, (), BODY)
    asked = asked_of(request, openai_chat.DIALECT)

    assert asked.params == {"temperature": 0.3}
    assert names_in(request) == {"model", "temperature", "shape", "messages"}
    assert asked.sizes == TextSize(prompt_bytes=len("modelmtemperatureshapemessagestwelve bytes"))


def test_a_forms_fields_are_parameters() -> None:
    headers = (("content-type", "multipart/form-data; boundary=b"),)
    request = request_to("POST", URL, headers, FORM)
    asked = asked_of(request, openai_chat.DIALECT)

    assert asked.params == {"temperature": 0.3}
    assert names_in(request) == {"temperature", "shape"}


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b"\xff", b"7"])
def test_a_body_that_is_no_object_sets_nothing(body: bytes) -> None:
    request = request_to("POST", URL, (), body)

    assert (asked_of(request, openai_chat.DIALECT).params, names_in(request)) == (None, frozenset())


LARGE: dict[str, Any] = {
    "one string": [{"role": "user", "content": "word " * 400_000}],
    "small messages": [{"role": "user", "content": "Hello"}] * 40_000,
    "nested lists": [[[[[[]]]]]] * 100_000,
    "numbers": list(range(300_000)),
    "images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64," + "iVBORw0K" * 100_000}}] * 3,
}


@pytest.mark.parametrize("shape", LARGE)
@pytest.mark.parametrize("order", [("messages", "model", "stream"), ("model", "messages", "stream")], ids=str)
def test_a_large_body_tells_the_same_as_a_small_one(shape: str, order: tuple[str, ...]) -> None:
    small = {"model": "m", "stream": True, "messages": [], "temperature": 0.3, "tools": [{"type": "function"}] * 7}
    body = {name: {**small, "messages": LARGE[shape]}[name] for name in (*order, "temperature", "tools")}
    requests = [request_to("POST", URL, (), json.dumps(one).encode()) for one in (small, body)]

    plain, asked = (asked_of(request, openai_chat.DIALECT) for request in requests)

    assert (asked, asked.params) == (plain, plain.params)
    assert names_in(requests[1]) == names_in(requests[0])


def test_a_large_body_is_not_decoded_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []

    def counting(raw: bytes) -> Any:
        decoded.append(len(raw))
        return decode(raw)

    monkeypatch.setattr("farebox.metering.call.decode", counting)
    for length in (DECODED_BYTES, DECODED_BYTES + 1):
        body = b'{"model": "m"}' + b" " * (length - 14)
        assert asked_of(request_to("POST", URL, (), body), openai_chat.DIALECT).model == "m"

    assert decoded == [DECODED_BYTES]


def test_the_text_of_a_large_body_is_measured() -> None:
    body = json.dumps({"model": "m", "messages": LARGE["one string"] + LARGE["images"]}).encode()

    asked = asked_of(request_to("POST", URL, (), body), openai_chat.DIALECT)

    names = "modelmmessagesroleusercontent" + 3 * "typeimage_urlimage_urlurl"
    assert asked.sizes == TextSize(prompt_bytes=2_000_000 + len(names), media=3)


def test_a_parameter_that_was_not_read_is_set_to_none() -> None:
    body = json.dumps({"model": "m", "tools": [{"type": "function"}] * 100_000, "stream": True}).encode()

    request = request_to("POST", URL, (), body)
    asked = asked_of(request, openai_chat.DIALECT)

    assert asked.params == {"tools": None, "stream": True}
    assert names_in(request) == {"model", "tools", "stream"}


def test_characters_of_a_speech_that_was_not_read_are_not_billed() -> None:
    url = "https://api.openai.com/v1/audio/speech"
    body = json.dumps({"model": "tts-1", "input": "a" * 2 * DECODED_BYTES}).encode()

    assert asked_of(request_to("POST", url, (), body), openai_speech.DIALECT).units is None


def test_a_stream_that_is_asked_for_by_default_is_asked_for_in_a_large_body() -> None:
    body = json.dumps({"model": "m", "messages": LARGE["one string"]}).encode()

    assert asked_of(request_to("POST", "http://localhost:11434/api/chat", (), body), ollama_chat.DIALECT).stream is True


def test_a_body_that_is_cut_off_has_no_text_size_and_counts_what_is_there() -> None:
    body = b'{"model": "m", "temperature": 0.5, "messages": [{"url": "' + b"iVBORw0K" * 50 + b'"}, {"content": "wor'
    request = replace(request_to("POST", URL, (), body), body_is_whole=False)

    asked = asked_of(request, openai_chat.DIALECT)

    assert (asked.model, asked.params, asked.sizes) == ("m", {"temperature": 0.5}, TextSize(media=1))
