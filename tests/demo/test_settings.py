"""The demo has its own settings and its own ledger."""

from decimal import Decimal
from pathlib import Path

from farebox.config.currency import Currency
from farebox.config.settings import Intercept, Settings
from farebox.demo.settings import demo_settings

EUROS = (Currency("EUR", Decimal("1.08")),)


def test_nothing_of_the_user_s_settings_reaches_the_demo_but_the_time_zone_and_the_currency(tmp_path: Path) -> None:
    given = Settings(
        home="/elsewhere",
        ledger="postgresql://db/calls",
        sidecar="mine",
        timezone="Asia/Kolkata",
        report_currency="EUR",
        currency=EUROS,
        port=8080,
        metrics_port=9464,
        intercept=Intercept(hosts=("llm.example",)),
        set=("mode=socks5",),
    )

    own = demo_settings(given, tmp_path, 4711, tmp_path / "ca.pem")

    assert (own.home, own.ledger, own.sidecar) == (str(tmp_path), f"sqlite:///{tmp_path}/ledger.db", "demo")
    assert (own.timezone, own.port, own.metrics_port, own.intercept) == ("Asia/Kolkata", 0, 0, Intercept())
    assert (own.report_currency, own.currency) == ("EUR", EUROS)
    assert own.set == ("demo_port=4711", f"ssl_verify_upstream_trusted_ca={tmp_path}/ca.pem")
    assert (own.ca, own.certificates) == (str(tmp_path / "mitmproxy"), str(tmp_path))
    [script] = own.script
    assert Path(script).is_file()
