"""What makes a request an attempt at the same thing as another one."""

from farebox.proxy.attempt import attempt_of
from farebox.purpose.shape import Shape
from farebox.records.exchange import Request

KEY = b"hmac key"


def request(body: bytes = b"{}", *headers: tuple[str, str]) -> Request:
    return Request("POST", "api.openai.com", 443, "/v1/chat/completions", headers, body, body_bytes=len(body))


def test_equal_requests_have_equal_hashes_and_others_have_others() -> None:
    shape = Shape(user="Name a river.", messages=1)

    first, again = (attempt_of(KEY, request(), {}, shape) for _ in range(2))
    other = attempt_of(KEY, request(b"[]"), {}, Shape(user="Name a lake.", messages=1))

    assert first == again
    assert first["request_hash"] != other["request_hash"]
    assert first["content_hash"] != other["content_hash"]


def test_a_request_without_a_text_of_the_user_has_no_content_to_compare() -> None:
    assert attempt_of(KEY, request(), {}, Shape())["content_hash"] is None


def test_the_number_that_the_client_states_is_kept() -> None:
    assert attempt_of(KEY, request(b"{}", ("x-stainless-retry-count", "1")), {}, Shape())["attempt"] == 2


def test_a_call_of_a_turn_and_one_with_a_structured_answer_can_be_repeated() -> None:
    assert attempt_of(KEY, request(), {"trace": "t"}, Shape())["is_repeatable"]
    assert attempt_of(KEY, request(), {}, Shape(is_structured=True))["is_repeatable"]
    assert not attempt_of(KEY, request(), {}, Shape(is_structured=True, stream=True))["is_repeatable"]
    assert not attempt_of(KEY, request(), {}, Shape())["is_repeatable"]
