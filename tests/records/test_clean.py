"""What a peer sent becomes safe to store."""

import json
import math

import pytest
from farebox.records import clean
from hypothesis import given
from hypothesis import strategies as st

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("gpt-4o", "gpt-4o"),
        ("Flüsse 🛶", "Flüsse 🛶"),
        ("a\0b\u202e", "ab"),
        ("\ud800", "?"),
        ("x" * 10_000, "x" * 256),
        ("", None),
        (None, None),
        (7, None),
        (["gpt-4o"], None),
        (b"gpt-4o", None),
    ],
    ids=["plain", "wide", "NUL", "lone surrogate", "long", "empty", "none", "number", "list", "bytes"],
)
def test_text_is_short_and_storable(value: object, expected: str | None) -> None:
    assert clean.text(value) == expected


def test_text_is_cut_where_its_reader_says() -> None:
    assert clean.text("abcdef", limit=3) == "abc"


@pytest.mark.parametrize(
    "value",
    [
        "gpt-4o-2024-08-06",
        "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abcdefghijkl",
        "claude-3-5-sonnet-v2@20241022",
        "@cf/meta/llama-3.1-8b-instruct",
        "accounts/fireworks/models/llama-v3p1-405b-instruct#accounts/a/deployments/b",
        "hf:meta-llama/Llama-3.3-70B-Instruct",
        "claude-sonnet-4-5[1m]",
        "api-gpt4-productiondeployment",
        "Größe-🛶",
        "api.openai.com",
        "::1",
    ],
)
def test_models_and_hosts_have_names(value: str) -> None:
    assert clean.name(value) == value


@pytest.mark.parametrize(
    "value",
    [
        *("", "two words", "two\u2003words", "a,b", "a%20b", "red\x1b[31m", "right\u202eleft", "x" * 257),
        *("jane@example.org", "https://x/?to=jane@mail.example.org", "data:image/png;base64,AAAA", '{"a":1}'),
        *("sk-proj-abcdefghijklmnopqrst", None, 7, ["gpt-4o"]),
    ],
)
def test_what_is_no_name_is_left_out_whole(value: object) -> None:
    assert clean.name(value) is None


def test_a_text_that_holds_a_key_is_none() -> None:
    assert clean.text("of Ms Example: sk-proj-abcdefghijklmnopqrst") is None
    assert clean.text("sk-proj-abcd\u200eefgh\0ijkl\u2066mnop\x1bqrst") is None
    assert clean.text("x" * 250 + " sk-proj-abcdefghijklmnopqrst") is None


@given(st.text(st.characters(), max_size=400))
def test_any_text_is_storable(value: str) -> None:
    cleaned = clean.text(value)

    assert cleaned or not clean.visible(value)
    assert cleaned is None or (len(cleaned) <= clean.TEXT_LIMIT and "\0" not in cleaned and cleaned.encode())


@pytest.mark.parametrize(
    "value",
    ["stop", "rate_limit_exceeded", "end_turn", "ServiceUnavailable", "2024-08-06", "a/b:c.d", "_a", "x" * 128, "9"],
)
def test_the_name_of_an_enumeration_is_a_word(value: str) -> None:
    assert clean.word(value) == value


@pytest.mark.parametrize(
    "value",
    [
        *("", "two words", "tab\t", "line\n", "Größe", "x" * 129, "-dash", "a\0", "\ud800", "a,b", "a@b"),
        *(None, True, 1.5, ["stop"], {"type": "stop"}),
    ],
)
def test_prose_is_no_word(value: object) -> None:
    assert clean.word(value) is None


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-abcdefghijklmnop1234",
        "sk-ant-api03-abcdefghijklmnop",
        "gsk_abcdefghijklmnopqrst",
        "xai-abcdefghijklmnopqrst",
        "AIzaSyabcdefghijklmnopqrst",
        "hf_abcdefghijklmnopqrst",
        "r8_abcdefghijklmnopqrst",
        "eyJhbGciOiJIUzI1NiIsInR5",
        "SK-ABCDEFGHIJKLMNOPQRST",
    ],
)
def test_what_looks_like_a_key_is_no_word(key: str) -> None:
    assert clean.word(key) is None


def test_a_number_as_code_is_a_word() -> None:
    assert clean.word(429) == "429"


@pytest.mark.parametrize("value", [0, 1, 10**12, 12.0, 1e12, 0.0])
def test_a_whole_number_is_a_count(value: float) -> None:
    assert clean.count(value) == value
    assert isinstance(clean.count(value), int)


@pytest.mark.parametrize(
    "value",
    [-1, -1.0, 10**12 + 1, 2**53, 10**30, 1e300, 0.5, math.inf, -math.inf, math.nan, True, False, "7", None, [], {}],
)
def test_what_is_no_whole_number_in_range_is_no_count(value: object) -> None:
    assert clean.count(value) is None


def test_figures_keep_numbers_and_words_only() -> None:
    sent = {
        "prompt_tokens": 12,
        "cost": 0.25,
        "is_byok": False,
        "tier": "default",
        "note": "The key of Ms Example is sk-…",
        "details": {"cached": 3, "list": [1, "two words", None]},
        "a key of two words": 1,
        "nothing": None,
    }

    assert clean.figures(sent) == {
        "prompt_tokens": 12,
        "cost": 0.25,
        "is_byok": False,
        "tier": "default",
        "note": None,
        "details": {"cached": 3, "list": [1, None, None]},
        "nothing": None,
    }


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 2**53 + 1, -(10**30), 1e300])
def test_figures_out_of_range_are_left_out(value: float) -> None:
    assert clean.figures(value) is None


def test_figures_have_a_depth() -> None:
    assert clean.figures({"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}) == {"a": {"b": {"c": {"d": {"e": None}}}}}


def test_figures_are_few() -> None:
    assert len(clean.figures({f"n{number}": number for number in range(1000)})) == 499
    assert len(clean.figures(list(range(1000)))) == 499


def test_figures_are_few_on_all_levels_together() -> None:
    wide: object = 1
    for _ in range(4):
        wide = {f"n{number}": wide for number in range(100)}

    assert json.dumps(clean.figures(wide)).count(":") <= 500


@given(anything)
def test_any_figures_are_storable(value: object) -> None:
    def check(cleaned: object) -> None:
        match cleaned:
            case dict():
                for name, item in cleaned.items():
                    assert clean.word(name) == name
                    check(item)
            case list():
                for item in cleaned:
                    check(item)
            case str():
                assert clean.word(cleaned) == cleaned
            case _:
                assert cleaned is None or abs(cleaned) <= 2**53  # type: ignore[arg-type]

    check(clean.figures(value))


@pytest.mark.parametrize(
    "value",
    [
        "sk-proj-abcdefghijklmnopqrstuvwx",
        "Bearer:sk-ant-api03-abcdefghijklmnopqrst",
        "x/sk-abcdefghijklmnopqrst",
        "tok:sk-abcdefghijklmnopqrst",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "AIzaSyA-abcdefghijklmnopqrstuvwxyz01234",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx",
        "hf_abcdefghijklmnopqrstuvwx",
        "sk-lf-3f0a4b1e-9c1d-4a58-8a39-2f1f0c8f7b11",
        "sk_0123456789abcdef0123456789abcdef",
        "csk-abcdefghijklmnopqrstuvwx",
        "fw_3Zabcdefghijklmnopqrst",
        "ek_68af296e8e408191a1120ab6383263c2",
        "sess-abcdefghijklmnopqrstuvwx",
        "ya29.a0AfB_byCabcdefghijkl",
        "AQ.Ab8RN6abcdefghijklmnop",
        "ABSKQmVkcm9ja0FQSUtleS1hYmNk",
        "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9",
        "dapi0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef.abcdefghijklmnop",
        "1AbCdEfGhIjKlMnOpQrStUvWxYz1AbCdEfGhIjKlMnOpQrStUvWxJQQJ99BCAC",
    ],
)
def test_a_key_anywhere_is_no_word(value: str) -> None:
    assert clean.word(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012",
        "msg_01XFDUDYJgAACzvnptvVoYEL",
        "gen-1759000000-AbCdEfGhIjKlMnOpQrSt",
        "req_011CSHoEeqs5C35K2UUqR7Fy",
        "3f0a4b1e-9c1d-4a58-8a39-2f1f0c8f7b11",
        "IbH2aJ6fI5qkqtsPpuP04A8",
        "invalid_api_key",
        "authentication_error",
        "tokens_limit_reached",
    ],
)
def test_ids_and_names_of_errors_are_words(value: str) -> None:
    assert clean.word(value) == value


def test_an_e_mail_address_is_found_within_a_text() -> None:
    assert clean.has_address("mail to ann@example.com")
    assert not clean.has_address("a@b, ann at example.com")


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(value: str) -> None:
    assert clean.spreadsheet_cell(value) == f"'{value}"
    assert clean.spreadsheet_cell(f"a{value}") == f"a{value}"
    assert clean.spreadsheet_cell(f"\t\r\n\u200f{value}") == f"'{value}"
    assert clean.spreadsheet_row({"a": value, "b": None, "c": 7}) == {"a": f"'{value}", "b": None, "c": 7}


def test_what_nobody_sees_is_removed() -> None:
    assert clean.visible("a\x00\x1b[31m\x9b\u202eb\u2066\u200f\n c é") == "a[31mb c é"


def test_lines_stay_lines() -> None:
    assert clean.visible_lines("a\x1b\n\u202eb\n") == "a\nb\n"
