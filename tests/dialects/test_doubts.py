"""Each usage object of a batch is checked by itself, as only their sum is kept."""

from collections.abc import Mapping
from typing import Any

import pytest
from farebox.dialects import BY_NAME
from farebox.dialects._base import Reply
from farebox.dialects._doubts import INCOMPLETE, TOTAL, UNKNOWN_FIELD, doubted

GOOD = {"prompt_tokens": 30, "completion_tokens": 7, "total_tokens": 37}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (GOOD, set()),
        ({**GOOD, "total_tokens": 74}, {TOTAL}),
        ({"prompt_tokens_n": 30, "completion_tokens": 7}, {UNKNOWN_FIELD, INCOMPLETE}),
        ({"completion_tokens": 7, "total_tokens": 37}, {INCOMPLETE, TOTAL}),
        ({**GOOD, "prompt_tokens_details": {"cached_tokens": 31}}, {"parts_not_explained"}),
    ],
    ids=lambda given: str(sorted(given) if isinstance(given, set) else given),
)
def test_what_cannot_be_true_is_doubted(sent: Mapping[str, Any], expected: set[str]) -> None:
    assert doubted(Reply(), BY_NAME["openai_chat"].usage, sent, "prompt_tokens") == expected


def test_earlier_doubts_stay() -> None:
    earlier = Reply(doubts=frozenset({"breakdown_repeats"}))

    assert doubted(earlier, BY_NAME["openai_chat"].usage, GOOD) == {"breakdown_repeats"}
