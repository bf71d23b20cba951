"""The tap that removes usage keeps the order that the spool relies on, and never blocks traffic."""

from farebox.dialects.openai_chat import DIALECT
from farebox.providers.table import PROVIDERS
from farebox.proxy.capture import CaptureOptions
from farebox.proxy.exchange import Exchange
from farebox.proxy.tap import ResponseTap
from farebox.proxy.usage_tap import UsageTap
from mitmproxy import http
from mitmproxy.test import tflow, tutils

from tests.support.answers import chunk, event

CHUNK = chunk({"content": "Hello!"})
COUNT = event(choices=[], usage={"prompt_tokens": 9})
DONE = b"data: [DONE]\n\n"


def tapped(readings: list[bytes], faults: list[Exception]) -> UsageTap:
    """Return the tap of a stream; `readings` gets what had passed when its Reading was there."""
    response = tutils.tresp(headers=http.Headers([(b"content-type", b"text/event-stream")]))
    request = tutils.treq(method=b"POST", host="api.openai.com", path=b"/v1/chat/completions", content=b"{}")
    exchange = Exchange(
        tflow.tflow(req=request), DIALECT, PROVIDERS, call_id="1", capture=CaptureOptions(), hmac_key=b"hmac key"
    )
    exchange.answer(response)

    def finish() -> None:
        exchange.close()
        readings.append(b"")

    return UsageTap(exchange, ResponseTap(exchange, response, finish, faults.append), faults.append)


def test_the_reading_is_appended_before_the_end_mark_passes() -> None:
    readings: list[bytes] = []
    faults: list[Exception] = []
    tap = tapped(readings, faults)

    assert tap(CHUNK) == CHUNK
    assert tap(COUNT) == []
    assert readings == []
    assert tap(DONE) == DONE
    assert (len(readings), faults) == (1, [])


def test_after_a_fault_of_ours_everything_passes() -> None:
    faults: list[Exception] = []
    tap = tapped([], faults)
    middle = len(COUNT) // 2

    assert tap(COUNT[:middle]) == []
    assert tap._filter
    tap._filter.feed = lambda _chunk: b""[1:][0]  # type: ignore[assignment, method-assign, return-value]
    assert tap(COUNT[middle:]) == COUNT
    assert tap(COUNT) == COUNT
    assert tap(DONE) == DONE
    assert [type(fault) for fault in faults] == [IndexError]
