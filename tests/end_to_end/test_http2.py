"""HTTP/2 calls are metered like HTTP/1.1 calls, whatever their frames."""

import json
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import httpx2
import pytest
from h2.errors import ErrorCodes

from tests.support.answers import PLAIN, STREAM
from tests.support.cuts import byte_by_byte
from tests.support.h2_client import H2Client
from tests.support.h2_upstream import EVENTS, ROW, End, Frame, H2Upstream, Head, Headers, Rst, Trailers, document
from tests.support.sidecar import REDIRECT, Sidecar
from tests.support.upstream import Asked, Reset, Until

pytestmark = pytest.mark.slow

PATH = "/v1/chat/completions"
URL = f"https://api.openai.com{PATH}"
BODY = b"".join(EVENTS)
CODES = [ErrorCodes.CANCEL, ErrorCodes.NO_ERROR, ErrorCodes.INTERNAL_ERROR]

RowOf = Callable[[str], dict[str, Any]]
Cut = Callable[[bytes], list[Frame]]


def halves(body: bytes) -> list[bytes]:
    """Return `body` in two pieces with an empty one in between."""
    middle = len(body) // 2
    return [body[:middle], b"", body[middle:]]


def length_of(body: bytes, is_told: bool) -> Headers:
    return (("content-length", str(len(body))),) if is_told else ()


@pytest.fixture(scope="module")
def upstream() -> Iterator[H2Upstream]:
    with H2Upstream() as running:
        yield running


@pytest.fixture(scope="module")
def sidecar(upstream: H2Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    folder = tmp_path_factory.mktemp("http2")
    upstream.authority.cert_pem.write_to_path(str(folder / "upstream.pem"))
    options = (f"upstream_port={upstream.port}", f"ssl_verify_upstream_trusted_ca={folder / 'upstream.pem'}")
    sets = [word for option in options for word in ("--set", option)]
    with Sidecar(folder / "home", "--script", str(REDIRECT), *sets) as running:
        yield running


@pytest.fixture(scope="module")
def http2(sidecar: Sidecar) -> Iterator[httpx2.Client]:
    """The SDKs' own HTTP client."""
    trust = ssl.create_default_context(cafile=sidecar.ca)
    with httpx2.Client(http1=False, http2=True, proxy=sidecar.proxy, verify=trust, trust_env=False) as client:
        yield client


@pytest.fixture
def frames(sidecar: Sidecar) -> Iterator[H2Client]:
    with H2Client(sidecar.port, sidecar.ca) as client:
        assert client.protocol == "h2"
        yield client


@pytest.fixture
def model() -> str:
    """The name of a model that no other test asks for."""
    return f"asked-{uuid.uuid4()}"


@pytest.fixture
def row_of(sidecar: Sidecar) -> RowOf:
    """Wait for the one row of a model that was asked for."""

    def find(model: str) -> dict[str, Any]:
        give_up = time.monotonic() + 10
        while not (found := [row for row in sidecar.rows() if row["model_requested"] == model]):
            assert time.monotonic() < give_up, f"no row for {model}: {sidecar.log.read_text()}"
            time.sleep(0.05)
        [row] = found
        return row

    return find


def metered(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ROW} | {"response_bytes": row["response_bytes"]}


def test_both_sides_use_http2(upstream: H2Upstream, http2: httpx2.Client) -> None:
    before = len(upstream.asked)

    answer = http2.post(URL, json={"model": "protocol"})

    assert answer.http_version == "HTTP/2"
    assert len(upstream.asked) == before + 1
    assert upstream.protocols == {"h2"}


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param(EVENTS, id="a frame for each event"),
        pytest.param([BODY], id="one frame"),
        pytest.param([*byte_by_byte(b"".join(EVENTS[:3])), EVENTS[3]], id="a frame for each byte"),
        pytest.param([b"", *EVENTS], id="empty frame first"),
        pytest.param([EVENTS[0], b"", *EVENTS[1:]], id="empty frame in mid-stream"),
        pytest.param([*halves(EVENTS[0]), *EVENTS[1:]], id="empty frame within an event"),
        pytest.param([*EVENTS[:3], b"", EVENTS[3]], id="empty frame before the end mark"),
        pytest.param([*EVENTS, b""], id="empty frame after the end mark"),
        pytest.param(list(chain.from_iterable((b"", b"", piece) for piece in EVENTS)), id="empty frames everywhere"),
    ],
)
@pytest.mark.parametrize("has_length", [False, True], ids=["", "content-length"])
def test_a_stream_is_metered_whatever_its_frames(
    upstream: H2Upstream, http2: httpx2.Client, row_of: RowOf, model: str, pieces: list[bytes], has_length: bool
) -> None:
    upstream.frames = lambda _asked: [Head((*STREAM, *length_of(BODY, has_length))), *pieces, End()]

    answer = http2.post(URL, json={"model": model, "stream": True, "stream_options": {"include_usage": True}})

    assert (answer.http_version, answer.content) == ("HTTP/2", BODY)
    assert metered(row_of(model)) == ROW | {"response_bytes": len(BODY)}


@pytest.mark.parametrize(
    "pieces",
    [[*EVENTS, b""], [BODY], [*byte_by_byte(b"".join(EVENTS[:3])), EVENTS[3]]],
    ids=["events", "one frame", "bytes"],
)
@pytest.mark.parametrize("has_length", [False, True], ids=["", "content-length"])
def test_usage_that_the_client_did_not_ask_for_does_not_reach_it(
    upstream: H2Upstream, http2: httpx2.Client, row_of: RowOf, model: str, pieces: list[bytes], has_length: bool
) -> None:
    upstream.frames = lambda _asked: [Head((*STREAM, *length_of(BODY, has_length))), *pieces, End()]

    answer = http2.post(URL, json={"model": model, "stream": True})

    *kept, _usage, done = EVENTS
    assert json.loads(upstream.asked[-1].body)["stream_options"] == {"include_usage": True}
    assert (answer.http_version, answer.content) == ("HTTP/2", b"".join([*kept, done]))
    assert metered(row_of(model)) == ROW | {"response_bytes": len(BODY)}


def test_a_request_refused_for_what_was_added_is_sent_again_as_it_was(
    upstream: H2Upstream, start_sidecar: Callable[..., Sidecar]
) -> None:
    def frames(asked: Asked) -> list[Frame]:
        if b"include_usage" in asked.body:
            return [Head(PLAIN, "400"), End(b'{"error": {"param": "stream_options"}}')]
        return [Head(STREAM), EVENTS[0], EVENTS[1], End(EVENTS[3])]

    upstream.frames = frames
    before = len(upstream.asked)
    sidecar = start_sidecar(upstream)
    trust = ssl.create_default_context(cafile=sidecar.ca)
    with httpx2.Client(http1=False, http2=True, proxy=sidecar.proxy, verify=trust, trust_env=False) as client:
        answers = [client.post(URL, json={"model": "refused", "stream": True}) for _ in range(2)]

    assert [(one.status_code, one.content) for one in answers] == [(200, b"".join([*EVENTS[:2], EVENTS[3]]))] * 2
    bodies = [json.loads(asked.body).get("stream_options") for asked in upstream.asked[before:]]
    assert bodies == [{"include_usage": True}, None, None]
    assert [row["outcome"] for row in sidecar.rows(2)] == ["ok"] * 2


@pytest.mark.parametrize("body", [document(100), document(1500), document(2 << 20)], ids=["", "1 KiB", "1 MiB"])
@pytest.mark.parametrize("has_length", [False, True], ids=["", "content-length"])
@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(lambda body: [End(body)], id="one frame that ends it"),
        pytest.param(lambda body: [body, End()], id="an empty frame ends it"),
        pytest.param(lambda body: [b"", body, End()], id="empty frame first"),
        pytest.param(lambda body: [*halves(body), End()], id="empty frame in the middle"),
        pytest.param(lambda body: [body[:200], b"", End(body[200:])], id="empty frame in the middle, bytes last"),
        pytest.param(lambda body: [body[:-1], b"", body[-1:], End()], id="empty frame before the last byte"),
        pytest.param(lambda body: [body, b"", b"", End()], id="empty frames last"),
    ],
)
def test_a_plain_answer_is_metered_whatever_its_frames(
    upstream: H2Upstream, http2: httpx2.Client, row_of: RowOf, model: str, cut: Cut, body: bytes, has_length: bool
) -> None:
    upstream.frames = lambda _asked: [Head((*PLAIN, *length_of(body, has_length))), *cut(body)]

    answer = http2.post(URL, json={"model": model})

    assert answer.http_version == "HTTP/2"
    assert answer.content == body
    assert metered(row_of(model)) == ROW | {"response_bytes": len(body)}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param(STREAM, BODY, id="stream"),
        pytest.param(PLAIN, document(1500), id="plain"),
        pytest.param((*PLAIN, *length_of(document(1500), True)), document(1500), id="content-length"),
    ],
)
def test_trailers_pass(
    upstream: H2Upstream, frames: H2Client, row_of: RowOf, model: str, headers: Headers, body: bytes
) -> None:
    trailers = (("x-checksum", "abc"), ("x-request-cost", "1"))
    upstream.frames = lambda _asked: [Head(headers), body, Trailers(trailers)]

    answer = frames.wait(frames.post(PATH, {"model": model}), lambda answer: answer.is_over)

    assert (answer.data, answer.trailers, answer.is_ended) == (body, dict(trailers), True)
    assert metered(row_of(model)) == ROW | {"response_bytes": len(body)}


@pytest.mark.parametrize("cut", [*map(Rst, CODES), Reset()], ids=[*(code.name for code in CODES), "connection"])
def test_a_reset_by_the_provider_in_a_stream_is_a_provider_cut(
    upstream: H2Upstream, frames: H2Client, row_of: RowOf, model: str, cut: Rst | Reset
) -> None:
    seen = threading.Event()
    upstream.frames = lambda _asked: [Head(STREAM), EVENTS[0], Until(seen), cut]

    stream = frames.post(PATH, {"model": model, "stream": True})
    frames.wait(stream, lambda answer: answer.data == EVENTS[0])
    seen.set()
    answer = frames.wait(stream, lambda answer: answer.is_over)

    assert (answer.is_ended, answer.data) == (False, EVENTS[0])
    row = row_of(model)
    assert (row["outcome"], row["status"], row["response_bytes"]) == ("provider_cut", 200, len(EVENTS[0]))


@pytest.mark.parametrize("code", CODES)
def test_a_reset_by_the_client_in_a_stream_is_a_client_abort(
    upstream: H2Upstream, frames: H2Client, row_of: RowOf, model: str, code: ErrorCodes
) -> None:
    gone = threading.Event()
    upstream.frames = lambda _asked: [Head(STREAM), EVENTS[0], Until(gone)]
    stream = frames.post(PATH, {"model": model, "stream": True})
    frames.wait(stream, lambda answer: answer.data == EVENTS[0])

    frames.reset(stream, code)

    row = row_of(model)
    gone.set()
    assert (row["outcome"], row["status"], row["response_bytes"]) == ("client_abort", 200, len(EVENTS[0]))


def test_a_reset_by_the_client_cuts_no_other_stream_of_its_connection(
    upstream: H2Upstream, frames: H2Client, row_of: RowOf, model: str
) -> None:
    gone = threading.Event()
    upstream.frames = lambda _asked: [Head(STREAM), EVENTS[0], Until(gone), *EVENTS[1:], End()]
    cut, kept = (frames.post(PATH, {"model": f"{model}-{name}", "stream": True}) for name in ("cut", "kept"))
    for stream in (cut, kept):
        frames.wait(stream, lambda answer: answer.data == EVENTS[0])

    frames.reset(cut, ErrorCodes.CANCEL)
    assert row_of(f"{model}-cut")["outcome"] == "client_abort"
    gone.set()

    assert frames.wait(kept, lambda answer: answer.is_over).data == BODY
    assert metered(row_of(f"{model}-kept")) == ROW | {"response_bytes": len(BODY)}


@pytest.mark.parametrize("is_by_client", [True, False], ids=["client", "provider"])
def test_a_reset_after_the_end_mark_is_ok(
    upstream: H2Upstream, frames: H2Client, row_of: RowOf, model: str, is_by_client: bool
) -> None:
    seen = threading.Event()
    upstream.frames = lambda _asked: [Head(STREAM), *EVENTS, Until(seen), Rst(ErrorCodes.CANCEL)]
    stream = frames.post(PATH, {"model": model, "stream": True})
    frames.wait(stream, lambda answer: answer.data == BODY)

    if is_by_client:
        frames.reset(stream, ErrorCodes.CANCEL)
        row = row_of(model)
        seen.set()
    else:
        seen.set()
        assert frames.wait(stream, lambda answer: answer.is_over).reset is not None
        row = row_of(model)

    assert metered(row) == ROW | {"response_bytes": len(BODY)}
