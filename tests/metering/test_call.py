"""What a request asks for is read from each kind of body."""

import json

import pytest
from farebox.dialects import openai_chat
from farebox.metering.call import asked_of
from farebox.records.exchange import request_to
from farebox.records.text_size import TextSize

URL = "https://api.openai.com/v1/chat/completions"
BODY = json.dumps({"model": "m", "temperature": 0.3, "shape": 1, "messages": ["twelve bytes"]}).encode()
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="temperature"\r\n\r\n0.3\r\n'
    b'--b\r\nContent-Disposition: form-data; name="shape"\r\n\r\n1\r\n--b--\r\n'
)


def test_parameters_names_and_sizes_are_told_of_any_body() -> None:
    asked = asked_of(request_to("POST", URL, (), BODY), openai_chat.DIALECT)

    assert asked.params == {"temperature": 0.3}
    assert asked.names == {"model", "temperature", "shape", "messages"}
    assert asked.sizes == TextSize(prompt_bytes=len("modelmtemperatureshapemessagestwelve bytes"))


def test_a_forms_fields_are_parameters() -> None:
    headers = (("content-type", "multipart/form-data; boundary=b"),)
    asked = asked_of(request_to("POST", URL, headers, FORM), openai_chat.DIALECT)

    assert asked.params == {"temperature": 0.3}
    assert asked.names == {"temperature", "shape"}


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b"\xff", b"7"])
def test_a_body_that_is_no_object_sets_nothing(body: bytes) -> None:
    asked = asked_of(request_to("POST", URL, (), body), openai_chat.DIALECT)

    assert (asked.params, asked.names) == (None, frozenset())
