"""How farebox was installed, and so how an extra is added to it."""

import json
import shlex
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

_UV_TOOL, _PIPX = "uv-receipt.toml", "pipx_metadata.json"
_UV_OF_A_CLONE = Path(".tools", "uv", "bin", "uv")


def extra_command(extra: str, prefix: Path | None = None, source: str | None = None) -> str:
    """Return the command that adds `extra` to the installation in the environment `prefix`; by default, this one.

    `source` is where farebox was installed from, as `installed_from` returns it.
    """
    prefix = prefix or Path(sys.prefix)
    wanted = f"{_of_here() if source is None else source}[{extra}]"
    quoted = f"'{wanted}'"
    if (prefix / _UV_TOOL).exists():
        return f"uv tool install --force {quoted}"
    if (prefix / _PIPX).exists():
        return f"pipx install --force {quoted}"
    if _is_of_uv(prefix):
        # An environment that uv made has no pip, and a clone has an uv of its own.
        uv = prefix.parent / _UV_OF_A_CLONE
        return (
            f"{shlex.quote(str(uv)) if uv.exists() else 'uv'} pip install --python {shlex.quote(str(prefix))} {quoted}"
        )
    pip = prefix / "bin" / "pip"
    return f"{shlex.quote(str(pip)) if pip.exists() else 'pip'} install {quoted}"


def installed_from(direct_url: str | None) -> str:
    """Return the path in `direct_url` (PEP 610) from which farebox was installed, or its name in an index."""
    url = urlsplit(json.loads(direct_url or "{}").get("url", ""))
    return unquote(url.path) if url.scheme == "file" else "farebox"


def _of_here() -> str:
    try:
        return installed_from(distribution("farebox").read_text("direct_url.json"))
    except (PackageNotFoundError, OSError, ValueError):
        return "farebox"


def _is_of_uv(prefix: Path) -> bool:
    try:
        lines = (prefix / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    return any(line.partition("=")[0].strip() == "uv" for line in lines)
