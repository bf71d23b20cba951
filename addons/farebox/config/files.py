"""Which files of settings are read: the one that the user names, else the user's own and that of the current folder.

The current folder can be a checkout of somebody else's. A file that is found there may not run code, decide about
trust, or send traffic or figures elsewhere.
"""

import os
import shlex
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from ..errors import SettingsError
from .sources import FILE, from_file, merge, named

# Keys that a file counts for only if the user names it, or it is the user's own.
NAMED_ONLY = (
    *("script", "set", "mode"),
    *("ca", "ca_names", "upstream_ca", "certificates", "home", "intercept"),
    *("host", "metrics_host", "web_config", "clients", "auth", "open", "upstreams"),
    *("ledger", "otlp", "destinations", "routes", "prices_update", "upstream_proxy", "no_proxy"),
    # Hosts of `providers` are decrypted, and `retention` deletes calls.
    *("providers", "retention"),
)


def user_file() -> Path:
    """Return the path of the user's own file."""
    # Only the process that loads settings needs it, and not its children.
    from platformdirs import user_config_path  # noqa: PLC0415

    return user_config_path("farebox") / FILE


def found(config: Path | None, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the files that are read, in order of precedence."""
    path = named(config, environment)
    return (path,) if path else tuple(one for one in (user_file(), Path(FILE)) if one.is_file())


def missed(config: Path | None) -> str | None:
    """Return a sentence about the file of settings that is not where it was expected; None if there is one."""
    if found(config, os.environ):
        return None
    return f"There is no {FILE} in {Path.cwd()}: --config FILE names one elsewhere."


def read(config: Path | None, environment: Mapping[str, str]) -> tuple[dict[str, Any], tuple[Path, ...]]:
    """Return the settings in the files that `config` or the environment names or that are found, and these files.

    SettingsError if a file cannot be read, or if the one of the current folder has a key of NAMED_ONLY.
    """
    content: dict[str, Any] = {}
    paths = found(config, environment)
    for path in reversed(paths):
        own = from_file(path)
        if path == Path(FILE) and not named(config, environment):
            _check(path, own)
        merge(content, own)
    return content, paths


def at_place(problem: str, paths: Sequence[Path]) -> str:
    """Return `problem`, which begins with its key, with file and line before it if one of `paths` has that key."""
    # Only an error needs the line, and PyYAML takes long to import.
    located: str = import_module(".lines", __package__).located(problem, paths)
    return located


def _check(path: Path, content: Mapping[str, Any]) -> None:
    keys = [key for key in content if key in NAMED_ONLY]
    if keys:
        raise SettingsError(at_place(f"{keys[0]}: {_refusal(path, keys)}", [path]))


def _refusal(path: Path, keys: Sequence[str]) -> str:
    own, here = user_file(), shlex.quote(str(path.absolute()))
    them = "it" if len(keys) == 1 else f"{', '.join(keys[:-1])} and {keys[-1]}"
    if own.exists():
        for_good = f"move {them} to your own file, {own}"
    else:
        folder = shlex.quote(str(own.parent))
        for_good = f"move the file for good: `mkdir -p {folder} && mv {here} {folder}/`"
    return (
        f"a {FILE} that is only found in the current folder can't set {them}, as it may be somebody else's. If it is "
        f"yours, pass `--config {path}`, or `export FAREBOX_CONFIG={here}`, or {for_good}"
    )
