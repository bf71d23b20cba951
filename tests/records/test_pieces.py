"""Work in pieces finds the same, done at once or with other work between."""

from farebox.records.pieces import Pieces, whole
from farebox.records.text_size import measure, measure_raw, measuring, measuring_raw


def counted(pieces: Pieces[object]) -> int:
    """Return how often other work may go on."""
    return sum(1 for _ in pieces)


def three_pieces() -> Pieces[str]:
    yield
    yield
    return "found"


def test_all_of_the_work_is_done_at_once() -> None:
    assert whole(three_pieces()) == "found"


def test_a_small_document_is_measured_in_one_piece() -> None:
    assert counted(measuring({"messages": ["a word"] * 100})) == 0
    assert counted(measuring_raw(b'["a word"]')) == 0


def test_a_large_document_is_measured_in_pieces() -> None:
    words = ["a word"] * 3_000

    assert counted(measuring(words)) == 6
    assert measure(words) == (18_000, 0)


def test_a_large_body_is_measured_in_pieces() -> None:
    body = b'["a word"' + b',"a word"' * 2_999 + b"]"

    assert counted(measuring_raw(body)) == 5
    assert measure_raw(body) == (18_000, 0)
