"""Files that are not modules: below `_assets` in a wheel, beside `addons` or in it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def migrations() -> Path:
    """Return the folder of the ledger's migrations."""
    return _asset("migrations", in_checkout="../../migrations")


def dashboards() -> Path:
    """Return the folder of the Grafana boards and of Prometheus' rules."""
    return _asset("dashboards", in_checkout="../../dashboards/generated")


def alertmanager() -> Path:
    """Return the example for Alertmanager."""
    return _asset("alertmanager/alertmanager.yml", in_checkout="../../deploy/alertmanager/alertmanager.yml")


def demo_redirect() -> Path:
    """Return the mitmproxy add-on of `farebox demo`."""
    return _asset("demo/redirect.py", in_checkout="../demo/redirect.py")


def _asset(name: str, *, in_checkout: str) -> Path:
    shipped = _PACKAGE / "_assets" / name
    return shipped if shipped.exists() else (_PACKAGE / in_checkout).resolve()
