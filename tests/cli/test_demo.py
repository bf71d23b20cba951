"""`farebox demo` has its own settings, and its report is of its own ledger."""

from pathlib import Path

from farebox.cli import demo
from farebox.cli.demo import _own_settings
from farebox.config.settings import Intercept, Settings
from farebox.demo.provider import Provider


def test_nothing_of_the_user_s_settings_reaches_the_demo_but_the_time_zone(tmp_path: Path) -> None:
    given = Settings(
        home="/elsewhere",
        ledger="postgresql://db/calls",
        sidecar="mine",
        timezone="Asia/Kolkata",
        port=8080,
        metrics_port=9464,
        intercept=Intercept(hosts=("llm.example",)),
        set=("mode=socks5",),
    )

    own = _own_settings(given, tmp_path, Provider(4711, tmp_path / "ca.pem"))

    assert (own.home, own.ledger, own.sidecar) == (str(tmp_path), f"sqlite:///{tmp_path}/ledger.db", "demo")
    assert (own.timezone, own.port, own.metrics_port, own.intercept) == ("Asia/Kolkata", 0, 0, Intercept())
    assert own.set == ("demo_port=4711", f"ssl_verify_upstream_trusted_ca={tmp_path}/ca.pem")
    assert (own.ca, own.certificates) == (str(tmp_path / "mitmproxy"), str(tmp_path))
    [script] = own.script
    assert Path(script).is_file()


def test_the_help_says_that_no_key_and_no_network_is_needed() -> None:
    assert (demo.demo.__doc__ or "").splitlines()[0].endswith("no key, no network.")
