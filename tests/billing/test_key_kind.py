"""The kind of a key is that of its prefix, wherever the key stands."""

import pytest
from farebox.billing.key_kind import KEY_KINDS, key_kind, kind_of
from farebox.records.exchange import request_to

URL = "https://api.anthropic.com/v1/messages"


@pytest.mark.parametrize(
    ("key", "kind", "plan"),
    [
        ("sk-ant-oat01-MADE", "oauth", "claude"),
        ("sk-ant-api03-MADE", "api", None),
        ("sk-ant-admin01-MADE", "api", None),
        ("sk-cp-MADE", "plan", "minimax_coding"),
        ("sk-kimi-MADE", "plan", "kimi_coding"),
        ("sk-sp-MADE", "plan", "dashscope_coding"),
        ("sk-proj-MADE", "api", None),
        ("sk-or-v1-MADE", "api", None),
        ("AIzaMADE", "api", None),
        ("AKIAMADE", "api", None),
        ("ya29.MADE", "oauth", None),
        ("eyJ.MADE.x", "oauth", None),
        ("gho_MADE", "oauth", None),
        ("0123456789abcdef.MADE", "api", None),
        ("my-own-sk-ant-oat", "api", None),
    ],
)
def test_a_prefix_names_the_kind_and_perhaps_the_plan(key: str, kind: str, plan: str | None) -> None:
    assert kind_of(key) == (kind, plan)
    assert kind in KEY_KINDS


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ((("authorization", "Bearer sk-ant-oat01-MADE"),), "oauth"),
        ((("x-api-key", "sk-ant-oat01-MADE"),), "oauth"),
        ((("authorization", "sk-cp-MADE"),), "plan"),
        ((("authorization", "Bearer sk-kimi-MADE"), ("authorization", "Bearer sk-MADE")), "plan"),
        ((("x-goog-api-key", "AIzaMADE"),), "api"),
        ((("authorization", "Bearer not-needed"),), None),
        ((("authorization", "Bearer "),), None),
        ((), None),
    ],
    ids=str,
)
def test_a_key_is_found_in_each_header(headers: tuple[tuple[str, str], ...], kind: str | None) -> None:
    found = key_kind(request_to("POST", URL, headers))

    assert (found.kind if found else None) == kind


def test_a_key_in_the_query_is_found() -> None:
    assert key_kind(request_to("POST", "https://generativelanguage.googleapis.com/v1?key=ya29.MADE")) == ("oauth", None)
