"""The settings of a sidecar whose calls go to the made-up provider."""

from pathlib import Path

import msgspec

from ..config.settings import Intercept, Settings
from ..home import assets

SIDECAR = "demo"
FOLDER = "demo"


def demo_settings(
    settings: Settings, folder: Path, port: int, authority: Path, *, ledger: str | None = None
) -> Settings:
    """Return Settings with `folder` as the data folder and its own ledger there, unless another one is named.

    The provider listens on `port`, and `authority` is the CA that signed its certificate. Of the user's `settings`,
    the time zone and the currency of reports alone count.
    """
    return msgspec.structs.replace(
        Settings(),
        home=str(folder),
        ledger=ledger or f"sqlite:///{folder / 'ledger.db'}",
        sidecar=SIDECAR,
        ca=str(folder / "mitmproxy"),
        certificates=str(folder),
        timezone=settings.timezone,
        report_currency=settings.report_currency,
        currency=settings.currency,
        port=0,
        metrics_port=0,
        intercept=Intercept(),
        script=(str(assets.demo_redirect()),),
        set=(f"demo_port={port}", f"ssl_verify_upstream_trusted_ca={authority}"),
    )
