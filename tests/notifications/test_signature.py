"""A signature holds for its body, its time and its secrets alone."""

import hashlib
import hmac
import re
import time
from typing import Any

import pytest
from farebox.notifications.signature import TOLERANCE_SECONDS, is_genuine, sign
from hypothesis import given
from hypothesis import strategies as st

from tests.support.paths import ROOT

NOW = 1_795_000_000
PAGE = ROOT / "docs" / "notifications.md"


def test_the_form_is_time_and_hex_of_hmac_sha256() -> None:
    expected = hmac.new(b"secret", b'1795000000.{"id":1}', hashlib.sha256).hexdigest()

    assert sign(b'{"id":1}', [b"secret"], NOW) == f"t={NOW},v1={expected}"


def test_while_a_secret_is_changed_both_hold() -> None:
    header = sign(b"body", [b"new", b"old"], NOW)

    assert [is_genuine(header, b"body", one, NOW) for one in (b"new", b"old", b"other")] == [True, True, False]


@pytest.mark.parametrize(("later", "holds"), [(0, True), (TOLERANCE_SECONDS, True), (301, False), (-301, False)])
def test_an_old_message_is_refused(later: int, holds: bool) -> None:
    assert is_genuine(sign(b"body", [b"key"], NOW), b"body", b"key", NOW + later) is holds


@given(st.text(), st.binary())
def test_no_other_header_holds(header: str, body: bytes) -> None:
    assert not is_genuine(header, body, b"key", NOW)


@pytest.mark.parametrize("change", [lambda text: text.replace(f"t={NOW}", f"t={NOW - 1}"), lambda text: f"t=1,{text}"])
def test_a_time_that_was_changed_is_refused(change: object) -> None:
    assert callable(change)
    assert not is_genuine(change(sign(b"body", [b"key"], NOW)), b"body", b"key", NOW)


def test_the_receiver_that_the_docs_show_accepts_ours_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    [shown] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    receiver: dict[str, Any] = {}
    exec(shown, receiver)
    monkeypatch.setattr(time, "time", lambda: NOW + 5)
    header = sign(b"body", [b"new", b"old"], NOW)

    assert [receiver["is_genuine"](header, b"body", one) for one in (b"new", b"old", b"other")] == [True, True, False]
    assert not receiver["is_genuine"](sign(b"body", [b"new"], NOW - 300), b"body", b"new")
