"""Wrong types are refused as before, also after many that were right."""

from collections.abc import Iterator

import pytest
from farebox.proxy.tuning import message_types
from farebox.proxy.tuning.message_types import use_message_types
from mitmproxy import http
from mitmproxy.test import tutils

_STOCK = http.MessageData.__post_init__


@pytest.fixture(params=["stock", "tuned"], autouse=True)
def tuning(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(http.MessageData, "__post_init__", _STOCK)
    if request.param == "tuned":
        assert use_message_types()
    yield str(request.param)


def test_a_message_of_wrong_types_is_refused() -> None:
    for _ in range(2):
        good = tutils.treq()
        state = vars(good.data)

        http.RequestData(**state)
        with pytest.raises(TypeError, match="Expected <class 'int'> for port, but got <class 'str'>"):
            http.RequestData(**{**state, "port": "443"})
        with pytest.raises(TypeError, match="for content"):
            http.RequestData(**{**state, "content": "text"})
        http.RequestData(**{**state, "content": None, "timestamp_start": 1})


def test_types_that_say_more_than_a_class_are_checked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http.MessageData, "__post_init__", _STOCK)
    monkeypatch.setattr(message_types, "_is_class", lambda annotation: annotation is not int)

    assert not use_message_types()
    assert http.MessageData.__post_init__ is _STOCK
