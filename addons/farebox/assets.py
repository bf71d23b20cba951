"""Find the files that are no modules: in a wheel below `_assets`, in a checkout beside `addons`."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def migrations() -> Path:
    """Return the folder of the ledger's migrations."""
    return _asset("migrations")


def _asset(name: str) -> Path:
    shipped = _PACKAGE / "_assets" / name
    return shipped if shipped.exists() else _PACKAGE.parent.parent / name
