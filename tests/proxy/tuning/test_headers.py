"""A look-up of a header has the same result."""

from collections.abc import Mapping
from typing import Any

import pytest
from farebox.proxy.tuning import headers
from farebox.proxy.tuning.headers import use_headers
from mitmproxy.http import Headers

FIELDS = [(b"Host", b"a.example"), (b"accept", b"one"), (b"ACCEPT", b"t\xc3\xb6\xff"), (b"x-\xc3\x84", b"")]
_STOCK = Headers.get_all


@pytest.fixture(params=["stock", "tuned"], autouse=True)
def tuning(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(Headers, "get_all", _STOCK)
    monkeypatch.setattr(Headers, "get", Mapping.get, raising=False)
    monkeypatch.setattr(Headers, "__contains__", Mapping.__contains__, raising=False)
    if request.param == "tuned":
        assert use_headers()
    return str(request.param)


def test_look_ups() -> None:
    fields = Headers(FIELDS)

    assert fields.get_all("accept") == fields.get_all(b"Accept") == ["one", "t\u00f6\udcff"]
    assert fields["accept"] == fields.get("ACCEPT") == "one, t\u00f6\udcff"
    assert (fields.get("none"), fields.get("none", "other"), fields.get_all("none")) == (None, "other", [])
    assert ("host" in fields, b"HOST" in fields, "hos" in fields) == (True, True, False)
    # Only ASCII letters have two forms.
    assert (fields.get("x-\u00c4"), fields.get("x-\u00e4")) == ("", None)
    with pytest.raises(KeyError):
        fields["none"]


@pytest.mark.parametrize("key", [1, None], ids=str)
def test_another_type_of_name_is_an_error(key: Any) -> None:
    for look_up in (Headers.get, Headers.get_all, Headers.__contains__):
        with pytest.raises((TypeError, AttributeError)):
            look_up(Headers(FIELDS), key)


def test_other_code_of_mitmproxy_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Headers, "get_all", _STOCK)
    monkeypatch.setattr(headers, "are_known", lambda _: False)

    assert not use_headers()
    assert Headers.get_all is _STOCK
