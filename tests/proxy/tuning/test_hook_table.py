"""Hooks run as mitmproxy runs them: the same functions, in the same order, with the same faults."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from farebox.proxy.tuning import hook_table
from farebox.proxy.tuning.hook_table import use_hook_table
from mitmproxy import exceptions, hooks
from mitmproxy.addonmanager import AddonManager
from mitmproxy.proxy.layers.http._hooks import HttpRequestHook
from mitmproxy.test import taddons, tflow

_STOCK = {name: getattr(AddonManager, name) for name in ("trigger_event", "handle_lifecycle")}


class Addon:
    """An add-on that notes the hooks that it gets."""

    def __init__(self, name: str, noted: list[str], *, fault: Exception | None = None, addons: Any = ()) -> None:
        self.name = name
        self.noted = noted
        self.fault = fault
        self.addons = list(addons)

    def request(self, _flow: object) -> None:
        self.noted.append(f"{self.name}.request")
        if self.fault:
            raise self.fault


class Waiting(Addon):
    async def request(self, _flow: object) -> None:  # type: ignore[override]
        await asyncio.sleep(0)
        self.noted.append(f"{self.name}.request")

    def update(self, flows: list[object]) -> None:
        self.noted.append(f"{self.name}.update {len(flows)}")


class Odd(Addon):
    request = "no function"  # type: ignore[assignment]


@pytest.fixture(params=["stock", "tuned"], autouse=True)
def tuning(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, stock in _STOCK.items():
        monkeypatch.setattr(AddonManager, name, stock)
    if request.param == "tuned":
        assert use_hook_table()
    return str(request.param)


def noted_by(*events: hooks.Hook, between: Callable[[AddonManager], None] = lambda _: None, **addons: Any) -> list[str]:
    noted: list[str] = []

    async def run() -> None:
        with taddons.context() as context:
            for name, (kind, given) in addons.items():
                context.master.addons.add(kind(name, noted, **given))
            for event in events:
                await context.master.addons.handle_lifecycle(event)
                between(context.master.addons)

    asyncio.run(run())
    return noted


def request() -> HttpRequestHook:
    return HttpRequestHook(tflow.tflow())


def test_hooks_run_in_the_order_of_the_chain_and_inner_add_ons_after_their_own() -> None:
    inner: list[str] = []
    addons: dict[str, Any] = {
        "first": (Waiting, {}),
        "second": (Addon, {"addons": [Addon("inner", inner)]}),
        "third": (Addon, {}),
    }

    noted = noted_by(request(), request(), **addons)

    once = ["first.request", "second.request", "third.request", "first.update 1"]
    assert (noted, inner) == (once * 2, ["inner.request"] * 2)


def test_a_fault_is_logged_and_ends_no_other_add_on(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)

    noted = noted_by(request(), first=(Addon, {"fault": ValueError("broken")}), second=(Addon, {}))

    assert noted == ["first.request", "second.request"]
    [record] = caplog.records
    assert record.message == "Addon error: broken"
    assert record.exc_info
    assert record.exc_info[2]
    assert record.exc_info[2].tb_frame.f_code.co_name == "request"


def test_a_hook_that_is_no_function_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    noted = noted_by(request(), first=(Odd, {}), second=(Addon, {}))

    assert noted == ["second.request"]
    assert "Addon handler request" in caplog.text


def test_an_add_on_can_halt_the_others() -> None:
    noted = noted_by(request(), first=(Addon, {"fault": exceptions.AddonHalt()}), second=(Addon, {}))

    assert noted == ["first.request"]


def test_an_invalid_option_is_not_swallowed() -> None:
    with pytest.raises(exceptions.OptionsError):
        noted_by(request(), first=(Addon, {"fault": exceptions.OptionsError("no")}))


def test_add_ons_that_come_and_go_are_followed() -> None:
    inner: list[str] = []

    def change(manager: AddonManager) -> None:
        if manager.get("second"):
            manager.remove(manager.get("second"))
            manager.get("first").addons.append(Addon("inner", inner))
            manager.add(Addon("third", inner))

    noted = noted_by(request(), request(), between=change, first=(Addon, {}), second=(Addon, {}))

    assert noted == ["first.request", "second.request", "first.request"]
    assert inner == ["inner.request", "third.request"]


def test_other_code_of_mitmproxy_stays_as_it_is(monkeypatch: pytest.MonkeyPatch, tuning: str) -> None:
    for name, stock in _STOCK.items():
        monkeypatch.setattr(AddonManager, name, stock)
    relied_on = [known._replace(digests=frozenset()) for known in hook_table.RELIED_ON]
    monkeypatch.setattr(hook_table, "RELIED_ON", relied_on)

    assert (tuning, use_hook_table()) == (tuning, False)
    assert AddonManager.trigger_event is _STOCK["trigger_event"]
