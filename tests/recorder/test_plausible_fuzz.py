"""Rows are rarely wrong in silence after one field of a usage object is renamed, left out, doubled, zeroed or moved."""

import pytest

from tests import corpus, usage_fuzz
from tests.support.effort import EXHAUSTIVE

SHARE = 1.0 if EXHAUSTIVE else 0.15
# Of the changes that a response shows. A sample may have half as many again.
OF_CASES, OF_RECORDINGS = 0.01, 0.01


def test_few_changed_cases_are_silently_wrong() -> None:
    found = usage_fuzz.count(usage_fuzz.from_cases(), SHARE)

    assert found.mutations > 300
    assert len(found.told) / found.with_trace < OF_CASES * 1.5


def test_few_changed_recordings_are_silently_wrong() -> None:
    shared = corpus.folder()
    if shared is None:
        pytest.skip("FAREBOX_SHARED is not set: no recorded exchanges to read")

    found = usage_fuzz.count(usage_fuzz.from_corpus(shared), SHARE / 5)

    assert len(found.told) / found.with_trace < OF_RECORDINGS * 1.5
