"""How farebox was installed, and so how an extra is added to it."""

import sys
from pathlib import Path

_UV_TOOL, _PIPX = "uv-receipt.toml", "pipx_metadata.json"


def extra_command(extra: str, prefix: Path | None = None) -> str:
    """Return the command that adds `extra` to the installation in the environment `prefix`; by default, this one."""
    prefix = prefix or Path(sys.prefix)
    wanted = f"'farebox[{extra}]'"
    if (prefix / _UV_TOOL).exists():
        return f"uv tool install {wanted}"
    if (prefix / _PIPX).exists():
        return f"pipx install --force {wanted}"
    # An environment that uv made has no pip.
    return f"uv pip install {wanted}" if _is_of_uv(prefix) else f"pip install {wanted}"


def _is_of_uv(prefix: Path) -> bool:
    try:
        lines = (prefix / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    return any(line.partition("=")[0].strip() == "uv" for line in lines)
