"""Rate limits are told under one set of names, times in milliseconds."""

import pytest
from farebox.records.ratelimit import ratelimit_of
from hypothesis import given
from hypothesis import strategies as st

DATE = ("date", "Fri, 02 Jan 2026 22:11:02 GMT")


def test_openai() -> None:
    headers = (
        ("x-ratelimit-limit-requests", "10000"),
        ("x-ratelimit-limit-tokens", "30000000"),
        ("x-ratelimit-remaining-requests", "9999"),
        ("x-ratelimit-remaining-tokens", "29999994"),
        ("x-ratelimit-reset-requests", "6ms"),
        ("x-ratelimit-reset-tokens", "6m0s"),
        ("x-ratelimit-remaining-input-images", "49999"),
        ("x-request-id", "req_1"),
    )
    assert ratelimit_of(headers) == {
        "limit_requests": 10000,
        "limit_tokens": 30000000,
        "remaining_requests": 9999,
        "remaining_tokens": 29999994,
        "reset_requests_ms": 6,
        "reset_tokens_ms": 360000,
        "remaining_input_images": 49999,
    }


def test_anthropic() -> None:
    headers = (
        ("anthropic-ratelimit-input-tokens-limit", "4000000"),
        ("anthropic-ratelimit-output-tokens-remaining", "800000"),
        ("anthropic-ratelimit-tokens-reset", "2026-01-02T22:11:04Z"),
        ("anthropic-ratelimit-requests-remaining", "3999"),
        ("anthropic-priority-input-tokens-remaining", "7"),
        ("anthropic-organization-id", "00000000"),
        ("retry-after", "20"),
        DATE,
    )
    assert ratelimit_of(headers) == {
        "limit_input_tokens": 4000000,
        "remaining_output_tokens": 800000,
        "reset_tokens_ms": 2000,
        "remaining_requests": 3999,
        "remaining_priority_input_tokens": 7,
        "retry_after_ms": 20000,
    }


def test_mistral_and_openrouter() -> None:
    headers = (
        ("x-ratelimit-limit-req-minute", "60"),
        ("x-ratelimit-remaining-tokens-month", "999993638"),
        ("x-ratelimitbysize-remaining-minute", "1935974"),
        ("ratelimitbysize-reset", "21"),
        ("x-ratelimit-remaining-tokens_usage_based", "249979"),
        ("x-ratelimit-limit", "1"),
        ("x-ratelimit-reset", "1767391863000"),
        ("x-ratelimit-key", "someone"),
        ("x-ratelimit-resource", "core"),
        ("x-ratelimit-remaining-tokens-hour", "9223372036854767616"),
        DATE,
    )
    assert ratelimit_of(headers) == {
        "limit_requests_minute": 60,
        "remaining_tokens_month": 999993638,
        "remaining_size_minute": 1935974,
        "reset_size_ms": 21000,
        "remaining_tokens_usage_based": 249979,
        "limit": 1,
        "reset_ms": 1000,
    }


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("x-ratelimit-reset-tokens", "17ms", 17),
        ("x-ratelimit-reset-tokens", "1.2s", 1200),
        ("x-ratelimit-reset-tokens", "7.66s", 7660),
        ("x-ratelimit-reset-tokens", "2m59.56s", 179560),
        ("x-ratelimit-reset-tokens", "1h2m3s", 3723000),
        ("x-ratelimit-reset-tokens", "1d", 86400000),
        ("x-ratelimit-reset-tokens", "60", 60000),
        ("x-ratelimit-reset-tokens", "1767391865", 3000),
        ("x-ratelimit-reset-tokens", "2026-01-02T22:10:00Z", 0),
        ("x-ratelimit-reset-tokens", "soon", None),
        ("x-ratelimit-reset-tokens", "", None),
        ("retry-after", "Fri, 02 Jan 2026 22:11:32 GMT", 30000),
        ("retry-after", "0.5", 500),
        ("retry-after-ms", "1500", 1500),
        ("retry-after-ms", "1499.7", 1500),
        ("retry-after-ms", "later", None),
        ("x-ratelimit-remaining-tokens", "-1", None),
    ],
)
def test_a_value_is_read_in_each_spelling(header: str, value: str, expected: int | None) -> None:
    told = ratelimit_of([(header, value), DATE])
    assert list((told or {}).values()) == ([] if expected is None else [expected])


def test_a_moment_without_the_answers_own_date_is_left_out() -> None:
    assert ratelimit_of([("anthropic-ratelimit-tokens-reset", "2026-01-02T22:11:04Z")]) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "date",
                    "retry-after",
                    "retry-after-ms",
                    "x-ratelimit-reset",
                    "x-ratelimit-remaining-a",
                    "ratelimit-limit",
                ]
            ),
            st.text(max_size=30)
            | st.sampled_from(["9" * 400, "1e9", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-12:00"]),
        ),
        max_size=5,
    )
)
def test_any_header_can_be_read(headers: list[tuple[str, str]]) -> None:
    told = ratelimit_of(headers)
    assert told is None or all(isinstance(value, int) and value >= 0 for value in told.values())
