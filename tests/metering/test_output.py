"""The output of a model is counted as it arrives."""

from farebox.dialects.openai_chat import DIALECT
from farebox.metering.event_template import Skimmed
from farebox.metering.output import Output
from farebox.wire.document import Document

TEXT = Document("", {"choices": [{"delta": {"content": "word"}}]})
ROLE = Document("", {"choices": [{"delta": {"role": "assistant"}}]})


def test_documents_of_a_stream_count_if_they_have_content() -> None:
    output = Output()

    output.see(ROLE, DIALECT, 1.0, is_stream=True)
    output.see(TEXT, DIALECT, 2.0, is_stream=True)
    output.skim(Skimmed(has_content=False, size=0), 3.0)
    output.skim(Skimmed(has_content=True, size=3), 4.0)

    assert (output.first, output.chunks, output.bytes) == (2.0, 2, 7)


def test_a_plain_response_has_bytes_but_no_chunks() -> None:
    output = Output()

    output.see(TEXT, DIALECT, 1.0, is_stream=False)

    assert (output.first, output.chunks, output.bytes) == (None, 0, 4)
