"""Each tuning can be turned off by its name."""

from typing import get_args

import pytest
from farebox.config.tunings import ALL, KNOWN_MITMPROXY, Tuning
from farebox.proxy import tuning
from farebox.proxy.tuning._known import Tuning as Known
from mitmproxy import version
from mitmproxy.proxy.server import ConnectionHandler


def test_a_tuning_that_is_turned_off_is_not_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    applied: list[str] = []

    def apply() -> bool:
        applied.append("one")
        return True

    monkeypatch.setattr(tuning, "TUNINGS", {"one": Known(apply, ()), "two": Known(lambda: False, ())})

    assert tuning.tune(["two"]) == ["one"]
    assert tuning.tune([]) == ["one"]
    assert tuning.tune(["one"]) == tuning.tune(["all"]) == []
    assert applied == ["one", "one"]


def test_code_that_is_not_known_is_named_without_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    def other() -> None: ...

    if version.VERSION not in KNOWN_MITMPROXY:
        pytest.skip(f"mitmproxy {version.VERSION} has other code")
    assert tuning.unknown([]) == []
    monkeypatch.setattr(ConnectionHandler, "server_event", other)

    assert tuning.unknown([]) == ["direct_hooks", "one_write"]
    assert tuning.unknown(["one_write"]) == ["direct_hooks"]
    assert tuning.unknown(["all"]) == []
    assert vars(ConnectionHandler)["server_event"] is other


def test_the_setting_knows_every_tuning() -> None:
    assert set(get_args(Tuning)) == {ALL, *tuning.TUNINGS}
