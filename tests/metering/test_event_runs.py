"""Many like events of one read count as they do one by one, whatever they contain."""

import pytest
from farebox.metering import event_runs
from farebox.metering.event_runs import EventRuns
from farebox.metering.event_template import Template
from farebox.metering.known_events import KnownEvents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.metering.test_skimmed_streams import read
from tests.support.stream_chunks import STREAMS, Stream

SOME = [stream for stream in STREAMS if "bedrock" not in stream.name]
WORDS = [" word", "7", "süß", "\\n", '\\"', "\\\\", "\\u00e9", "\\u4e2d", "\\ud83d\\ude00", "\\ud800", "😀", "A" * 300]
# Texts that are none, or end the stream, and bytes that no JSON contains.
ODD = ["", "\\", '"', "\n\n", "[DONE]", "\\x", "\0", "\1", "\7", '","finish_reason":"stop","x":"']


def _body(stream: Stream, words: list[str]) -> bytes:
    return b"".join([*stream.head, *(stream.text(" word") for _ in range(20)), *map(stream.text, words)])


@pytest.mark.parametrize("stream", SOME, ids=lambda stream: stream.name)
@given(words=st.lists(st.sampled_from(WORDS * 3 + ODD), min_size=1, max_size=30), times=st.sampled_from([1, 9, 60]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_read_counts_as_its_events_do(stream: Stream, words: list[str], times: int) -> None:
    body = _body(stream, [word for word in words for _ in range(times)])
    reads = [body[at : at + 65_535] for at in range(0, len(body), 65_535)]

    found = read(stream, reads)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EventRuns, "after", lambda *_: None)
        assert found == read(stream, reads)


@pytest.mark.parametrize("stream", [one for one in SOME if one.name != "hf_inference"], ids=lambda stream: stream.name)
def test_most_events_of_a_fast_stream_are_counted_in_runs(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    one_by_one: list[int] = []
    match = Template.match

    def noted(template: Template, raw: bytes, place: int = 0) -> tuple[int, int] | None:
        one_by_one.append(place)
        return match(template, raw, place)

    monkeypatch.setattr(Template, "match", noted)
    body = _body(stream, [word for word in WORDS[:8] for _ in range(100)])

    reading = read(stream, [body])

    assert reading.output_chunks == 820
    assert len(one_by_one) < 200


def test_runs_are_tried_less_often_where_few_events_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    run = event_runs._run

    def noted(template: Template, window: bytes) -> tuple[int, int, int]:
        tried.append(len(window))
        return run(template, window)

    monkeypatch.setattr(event_runs, "_run", noted)
    stream = SOME[0]
    body = _body(stream, [word for word in ("a", "\\ud83d\\ude00") for _ in range(5)] * 100)

    read(stream, [body])

    assert len(tried) < 10


def test_a_run_ends_where_the_read_does() -> None:
    known, stream = KnownEvents(), SOME[0]
    assert known.skim(stream.text("word") * 400) == (0, 0, 0)
    body = _body(stream, ["word"] * 400)

    whole = read(stream, [body[:-40], body[-40:]])

    assert whole.output_chunks == 420
