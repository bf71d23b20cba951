"""A fixture: answers of a provider that a test can hold up."""

from collections.abc import Iterator

import pytest

from tests.support.clients import Answers


@pytest.fixture
def answers() -> Iterator[Answers]:
    """Answers of a provider that a test can hold up."""
    answers = Answers()
    yield answers
    answers.go_on.set()
