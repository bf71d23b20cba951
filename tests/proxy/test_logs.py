"""Traffic stays out of the log."""

import logging
from collections.abc import Iterator

import pytest
from farebox.proxy.logs import redact, redact_foreign_logs
from hypothesis import given
from hypothesis import strategies as st

CANARY = "canary-7f3a"
LONG = 24


@pytest.fixture
def redacting() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    redact_foreign_logs()
    yield
    logging.setLogRecordFactory(before)


def fail() -> None:
    raise ValueError(CANARY)


def quotation(text: str) -> str:
    """Return how `repr` quotes `text`, without the quotes."""
    return repr(text)[1:-1]


@pytest.mark.parametrize(
    "message",
    [
        f"cannot parse b'{CANARY}'",
        f'cannot parse b"{CANARY} isn\'t" here',
        f"cannot parse bytearray(b'{CANARY}') and b'{CANARY}'",
        f"cannot parse b'a\\'b {CANARY}",
        f"GET https://host/v1/models?key={CANARY}&alt=sse failed",
        f"GET '/v1?key={CANARY}' failed",
        f"Invalid header 'x-api-key-is-a-long-one: {CANARY}'",
        f'Invalid body "{{..................... {CANARY}}}"',
        f"Invalid body 'this is as much as I can\\'t say, {CANARY}'",
        f"Invalid body 'what is this? A long prompt, {CANARY}'",
        f"Invalid body: cut off 'in the middle of a prompt, {CANARY}",
        f"Addon error: {CANARY}",
        f"[replay] connection handler has crashed: {CANARY}\n{CANARY}",
        f"Task exception was never retrieved\nfuture: <Task finished exception=ValueError('{CANARY}')>",
        f"two lines 'of a prompt that is long\n{CANARY}'",
    ],
)
def test_traffic_is_removed_from_messages(message: str) -> None:
    assert CANARY not in redact(message)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "The client does not trust the proxy's certificate for api.openai.com (OpenSSL Error)",
        "server connect api.openai.com:443 (127.0.0.1:1234)",
        "No such option 'flow_detial'",
    ],
)
def test_what_an_operator_needs_stays_in_messages(message: str) -> None:
    assert redact(message) == message


@given(st.text(alphabet=st.sampled_from("abc '\"\\\n?=é"), min_size=LONG, max_size=80), st.sampled_from(["", "b"]))
def test_long_quotations_are_removed(text: str, kind: str) -> None:
    quoted = quotation(text)

    redacted = redact(f"Unexpected {kind}{text!r} there")

    assert not [start for start in range(len(quoted) - LONG) if quoted[start : start + LONG] in redacted]


@given(st.binary(min_size=1))
def test_bytes_are_removed(data: bytes) -> None:
    assert redact(f"Unexpected {data!r} there") == "Unexpected (bytes not shown)"


@pytest.mark.parametrize("name", ["mitmproxy", "mitmproxy.proxy.layers.http", "asyncio", "hpack.hpack", "h2", "quic"])
def test_foreign_messages_are_redacted(redacting: None, caplog: pytest.LogCaptureFixture, name: str) -> None:
    logging.getLogger(name).error("got %r and %s", CANARY.encode(), f"?{CANARY}")

    assert caplog.messages == ["got (bytes not shown)"]


def test_a_foreign_exception_is_logged_with_its_type_and_line(
    redacting: None, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        fail()
    except ValueError:
        logging.getLogger("mitmproxy.addonmanager").exception("Addon error")

    assert CANARY not in caplog.text
    assert "ValueError" in caplog.text
    assert "test_logs.py" in caplog.text


@pytest.mark.parametrize("name", ["farebox", "farebox.proxy", "mitmproxyx"])
def test_other_messages_are_unchanged(redacting: None, caplog: pytest.LogCaptureFixture, name: str) -> None:
    logging.getLogger(name).error("got %r", CANARY.encode())

    assert caplog.messages == [f"got b'{CANARY}'"]
