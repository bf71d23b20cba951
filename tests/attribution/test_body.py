"""Users and conversations are read from the members of the body that are for them."""

import json
from typing import Any

import pytest
from farebox.attribution.body import stated
from farebox.records.params import UNREAD

ACCOUNT, SESSION = "6f1b4c1e-0b5e-4b8f-9a51-2f6f0e1c7d11", "0c1d2e3f-1111-4222-8333-444455556666"
CODE = {"user_id": ACCOUNT, "conversation": SESSION}
BODIES: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"user": "68b0c0ffee0000000000cafe"}, {"user_id": "68b0c0ffee0000000000cafe"}),
    ({"metadata": {"user_id": "u1"}}, {"user_id": "u1"}),
    ({"user": "", "safety_identifier": "u2"}, {"user_id": "u2"}),
    ({"user": "tell me about the sea"}, {}),
    ({"user": {"id": "u1"}, "metadata": "u2", "conversation": 7}, {}),
    ({"user": UNREAD, "metadata": UNREAD, "conversation": UNREAD}, {}),
    ({"conversation": "conv_1"}, {"conversation": "conv_1"}),
    ({"conversation": {"id": "conv_1"}, "user": "u1"}, {"user_id": "u1", "conversation": "conv_1"}),
    ({"metadata": {"user_id": f"user_{'0a' * 32}_account_{ACCOUNT}_session_{SESSION}"}}, CODE),
    ({"metadata": {"user_id": f"user_{'0a' * 32}_account__session_{SESSION}"}}, {**CODE, "user_id": "0a" * 32}),
    (
        {"metadata": {"user_id": json.dumps({"device_id": "0a" * 32, "account_uuid": ACCOUNT, "session_id": SESSION})}},
        CODE,
    ),
    (
        {"metadata": {"user_id": json.dumps({"device_id": "0a" * 32, "account_uuid": "", "session_id": SESSION})}},
        {**CODE, "user_id": "0a" * 32},
    ),
]


@pytest.mark.parametrize(("body", "expected"), BODIES, ids=str)
def test_a_body_states_user_and_conversation(body: dict[str, Any], expected: dict[str, str]) -> None:
    assert stated(body) == expected
