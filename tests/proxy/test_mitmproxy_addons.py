"""The add-ons of mitmproxy that a worker loads."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from farebox.config.settings import Settings
from farebox.proxy.mitmproxy_addons import LEFT_OUT, addons_for, uses_all
from mitmproxy.master import Master
from mitmproxy.options import Options

from tests.support.paths import TESTS

LEAN, FULL = Settings(), Settings(set=("onboarding=true",))
ON_DEMAND = """
import sys
from farebox.proxy.mitmproxy_addons import import_on_demand
import_on_demand()
from mitmproxy.addons import block, export
from mitmproxy import addons
print("flask" in sys.modules, block.__name__, len(addons.default_addons()) > 20, "flask" in sys.modules)
"""


async def options_of(settings: Settings) -> set[str]:
    master = Master(Options(), with_termlog=False)
    master.addons.add(*addons_for(settings))
    return set(master.options.keys())


@pytest.fixture
def options() -> dict[Settings, set[str]]:
    return {settings: asyncio.run(options_of(settings)) for settings in (LEAN, FULL)}


def test_the_options_of_the_add_ons_left_out_are_all_listed(options: dict[Settings, set[str]]) -> None:
    assert options[FULL] - options[LEAN] == LEFT_OUT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("addons = [Redirect()]", False),
        ("ctx.options.upstream_port", False),
        ("ctx.options.modify_headers = []", True),
        ("ctx.options.update(proxyauth='a:b')", True),
        ("ctx.master.commands.call('replay.client', [flow])", True),
        ("ctx.master.addons.get('blocklist')", True),
        ("from mitmproxy.addons.export import raw", True),
    ],
)
def test_a_script_that_may_use_one_of_the_others_gets_all(tmp_path: Path, text: str, expected: bool) -> None:
    script = tmp_path / "script.py"
    script.write_text(text)

    assert uses_all([], [script]) is expected


def test_an_option_of_the_others_loads_all() -> None:
    assert uses_all(["ssl_insecure=true", "block_list=:~all:403"], [])
    assert not uses_all(["ssl_insecure=true"], [TESTS / "support" / "redirect.py"])


def test_one_add_on_is_imported_without_the_others_and_all_if_they_are_asked_for() -> None:
    done = subprocess.run([sys.executable, "-c", ON_DEMAND], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.split() == ["False", "mitmproxy.addons.block", "True", "True"]
