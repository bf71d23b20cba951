"""One exchange is one Reading, of the client's own request, whatever was sent or could be read of it."""

from functools import partial
from typing import Any

import pytest
from farebox.metering.cost_fields import CostField
from farebox.proxy.capture import CaptureOptions
from farebox.proxy.memory_budget import MemoryBudget
from farebox.proxy.upload import HEAD_LIMIT
from farebox.records import reading as readings
from farebox.records.reading import Reading

from tests.support.flows import ANSWER, JSON, answered, exchange_of, flow_of


def closed(exchange: Any, outcome: str | None = None) -> Reading:
    reading = exchange.close(outcome)
    assert isinstance(reading, Reading)
    return reading


def test_an_answer_becomes_one_reading() -> None:
    flow = flow_of()
    exchange = exchange_of(flow, call_id="call-1")
    exchange.answer(answered(flow)).feed(ANSWER, exchange.now)

    reading = closed(exchange)

    assert (reading.id, reading.outcome, reading.status) == ("call-1", readings.OK, 200)
    assert (reading.usage.input_tokens, reading.usage.output_tokens) == (9, 1)
    assert exchange.reading is reading
    assert exchange.close() is None
    assert exchange.close(readings.CLIENT_ABORT) is None


def test_a_request_without_an_answer_becomes_a_reading_with_its_model() -> None:
    reading = closed(exchange_of(), readings.NETWORK_ERROR)

    assert (reading.outcome, reading.status, reading.model_requested) == (readings.NETWORK_ERROR, None, "gpt-4o")
    assert reading.request_bytes == len(b'{"model": "gpt-4o"}')


def test_the_client_s_own_body_counts_if_another_was_sent() -> None:
    flow = flow_of(body=b'{"model": "gpt-4o", "stream_options": {"include_usage": true}}')
    exchange = exchange_of(flow)
    exchange.client_body = b'{"model": "mine"}'

    reading = closed(exchange, readings.NETWORK_ERROR)

    assert (reading.model_requested, reading.request_bytes) == ("mine", 17)


@pytest.mark.parametrize(
    ("pieces", "kept"),
    [
        ([b'{"model": "gpt-5"', b"}"], 18),
        ([b'{"model": "gpt-5", "messages": ["', b"x" * HEAD_LIMIT, b"y"], HEAD_LIMIT),
        ([b"x" * HEAD_LIMIT], HEAD_LIMIT),
        ([b"x" * (HEAD_LIMIT - 1), b"ab"], HEAD_LIMIT),
    ],
)
def test_the_head_of_a_large_request_is_kept(pieces: list[bytes], kept: int) -> None:
    exchange = exchange_of()
    for piece in pieces:
        exchange.upload(piece)

    reading = closed(exchange, readings.NETWORK_ERROR)

    assert exchange.sent_start == b"".join(pieces)[:kept]
    assert reading.request_bytes == sum(map(len, pieces))


def test_a_body_of_unknown_length_is_read_whole_while_there_is_room() -> None:
    exchange, room = exchange_of(), MemoryBudget(2 * HEAD_LIMIT + 100)
    for piece in (b'{"messages": [{"content": "', b"a word " * 9_400, b'"}], "model": "gpt-5"}'):
        exchange.upload(piece, partial(room.grow, "1"))

    reading = closed(exchange, readings.NETWORK_ERROR)

    assert reading.model_requested == "gpt-5"
    assert reading.sizes.prompt_bytes is not None
    assert reading.sizes.prompt_bytes > HEAD_LIMIT


def test_of_a_body_that_becomes_too_long_only_the_head_stays() -> None:
    exchange, room = exchange_of(), MemoryBudget(2 * HEAD_LIMIT)
    for piece in (b'{"model": "gpt-5", "messages": ["', b"x" * HEAD_LIMIT, b"y" * HEAD_LIMIT, b"z"):
        exchange.upload(piece, partial(room.grow, "1"))

    assert exchange._upload is not None
    assert len(exchange._upload.start) == HEAD_LIMIT
    assert closed(exchange, readings.NETWORK_ERROR).model_requested == "gpt-5"


def test_only_named_headers_are_kept_as_tags() -> None:
    flow = flow_of(headers={**JSON, "x-team": "search", "x-other": "no", "x-empty": ""})

    reading = closed(exchange_of(flow, capture=CaptureOptions(("x-team", "x-empty", "x-none"))), "network_error")

    assert reading.tags == {"x-team": "search"}
    assert closed(exchange_of(flow), "network_error").tags is None


def test_a_cost_that_the_answer_states_is_read() -> None:
    flow = flow_of()
    exchange = exchange_of(flow, capture=CaptureOptions(cost_fields=(CostField(header="x-cost"),)))
    exchange.answer(answered(flow, headers={**JSON, "x-cost": "0.25"})).feed(ANSWER, exchange.now)

    stated = closed(exchange).stated_cost

    assert stated is not None
    assert (stated.amount, stated.unit) == ("0.25", "usd")


def test_the_attempt_and_the_hash_of_a_request_are_kept() -> None:
    flow = flow_of(headers={**JSON, "x-stainless-retry-count": "2"})
    first, again = exchange_of(flow), exchange_of(flow)
    other = exchange_of(flow_of(body=b'{"model": "gpt-4o-mini"}'))

    reading = closed(first, "network_error")

    assert reading.attempt == 3
    assert reading.request_hash == closed(again, "network_error").request_hash is not None
    assert reading.request_hash != closed(other, "network_error").request_hash
    assert reading.request_hash != closed(exchange_of(flow, hmac_key=b"another"), "network_error").request_hash


def test_the_hash_of_a_request_depends_on_the_client() -> None:
    flows = [flow_of(), flow_of(), flow_of()]
    flows[1].client_conn.peername = ("192.0.2.7", 1)
    flows[2].client_conn.peername = None  # type: ignore[assignment]

    assert len({closed(exchange_of(flow), "network_error").request_hash for flow in flows}) == 3


def test_an_unreadable_request_is_still_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing() -> None:
        raise ZeroDivisionError

    exchange = exchange_of()
    monkeypatch.setattr(exchange, "_request", failing)

    reading = closed(exchange, readings.NETWORK_ERROR)

    assert (reading.host, reading.model_requested, reading.attempt) == ("api.openai.com", None, None)


def test_overhead_is_our_own_time_and_counts_once() -> None:
    exchange = exchange_of()
    exchange.add_overhead(0.5)
    before = exchange.take_overhead()
    with exchange.own_time():
        pass

    assert before == 0.5
    assert 0 < exchange.take_overhead() < 0.5
    assert exchange.take_overhead() == 0


def test_the_time_before_the_exchange_is_overhead_of_its_reading() -> None:
    exchange = exchange_of()
    exchange.add_overhead(0.5)
    overhead_us = closed(exchange, "network_error").overhead_us

    assert overhead_us is not None
    assert overhead_us >= 500_000


def test_overhead_counts_if_the_block_fails() -> None:
    exchange = exchange_of()

    with pytest.raises(ZeroDivisionError), exchange.own_time():
        raise ZeroDivisionError

    assert exchange.take_overhead() > 0
