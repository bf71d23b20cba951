"""An answer is held up to its limit; a larger one is streamed on, and no fault of ours stops it."""

from collections.abc import Iterator

import pytest
from farebox.proxy.held_answers import Held, bound_held_answers
from mitmproxy.options import Options
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.proxy.layers.http._events import ResponseData
from mitmproxy.proxy.utils import ReceiveBuffer
from mitmproxy.test import tflow

LIMIT = 10


def tap(data: bytes) -> bytes:
    return data


class Layer:
    """The parts of mitmproxy's HttpStream that a check of its body uses; `done` is what it did."""

    stream_id = 7

    def __init__(self, stream: object, held: bytes) -> None:
        self.flow = tflow.tflow(resp=True)
        assert self.flow.response
        self.flow.response.stream = stream  # type: ignore[assignment]
        self.response_body_buf = ReceiveBuffer()
        self.response_body_buf += held
        self.request_body_buf = ReceiveBuffer()
        self.request_body_buf += held
        self.context = type("Context", (), {"options": Options()})()
        self.context.options.add_option("stream_large_bodies", str, "", "")
        self.context.options.add_option("body_size_limit", str, "", "")
        self.done: list[object] = []

    def start_response_stream(self) -> Iterator[object]:
        yield "head"

    def handle_event(self, event: ResponseData) -> Iterator[object]:
        yield event.data

    def check(self, *, request: bool = False) -> list[object]:
        return list(HttpStream.check_body_size(self, request))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def bounded() -> None:
    bound_held_answers()
    # A process may ask for it more than once.
    bound_held_answers()


def test_an_answer_up_to_the_limit_is_held() -> None:
    layer = Layer(Held(LIMIT, lambda: tap, print), b"x" * LIMIT)

    assert layer.check() == []
    assert bytes(layer.response_body_buf) == b"x" * LIMIT
    assert not layer.flow.response.stream  # type: ignore[union-attr]


def test_a_larger_answer_is_streamed_on_with_what_was_held() -> None:
    layer = Layer(Held(LIMIT, lambda: tap, print), b"x" * (LIMIT + 1))

    assert layer.check() == ["head", b"x" * (LIMIT + 1)]
    assert bytes(layer.response_body_buf) == b""
    assert layer.flow.response.stream is tap  # type: ignore[union-attr]


@pytest.mark.parametrize("stream", [False, True], ids=["buffered", "streamed"])
def test_other_answers_are_left_to_mitmproxy(stream: bool) -> None:
    layer = Layer(stream, b"x" * (LIMIT + 1))

    assert layer.check() == []
    assert layer.flow.response.stream is stream  # type: ignore[union-attr]


def test_a_request_is_not_checked() -> None:
    layer = Layer(Held(LIMIT, lambda: tap, print), b"x" * (LIMIT + 1))

    assert layer.check(request=True) == []


def test_a_fault_of_ours_streams_the_answer_unmetered() -> None:
    faults: list[Exception] = []

    def failing() -> None:
        raise ZeroDivisionError

    layer = Layer(Held(LIMIT, failing, faults.append), b"x" * (LIMIT + 1))  # type: ignore[arg-type]

    assert layer.check() == ["head", b"x" * (LIMIT + 1)]
    assert layer.flow.response.stream is True  # type: ignore[union-attr]
    assert list(map(type, faults)) == [ZeroDivisionError]
