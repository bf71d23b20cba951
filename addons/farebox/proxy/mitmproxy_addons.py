"""Which of mitmproxy's add-ons a worker loads: importing all of them takes longer than the rest of its start."""

import importlib.util
import re
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ..config.settings import Settings

_PACKAGE = "mitmproxy.addons"
# In mitmproxy's order. `block` refuses clients from public addresses, `errorcheck` ends a start that failed.
_LOADED = (
    ("core", "Core"),
    ("block", "Block"),
    ("strip_dns_https_records", "StripDnsHttpsRecords"),
    ("disable_h2c", "DisableH2C"),
    ("proxyserver", "Proxyserver"),
    ("script", "ScriptLoader"),
    ("dns_resolver", "DnsResolver"),
    ("next_layer", "NextLayer"),
    ("tlsconfig", "TlsConfig"),
    ("upstream_auth", "UpstreamAuth"),
    ("update_alt_svc", "UpdateAltSvc"),
    ("errorcheck", "ErrorCheck"),
)
# The options of the others; without them, none of the others acts on its own.
LEFT_OUT = frozenset(
    "anticache anticomp block_list client_replay client_replay_concurrency command_history export_preserve_original_ip "
    "hardump keepserving map_local map_remote modify_body modify_headers onboarding onboarding_host proxyauth "
    "readfile_filter rfile save_stream_file save_stream_filter server_replay server_replay_extra "
    "server_replay_ignore_content server_replay_ignore_host server_replay_ignore_params "
    "server_replay_ignore_payload_params server_replay_ignore_port server_replay_kill_extra server_replay_nopop "
    "server_replay_refresh server_replay_reuse server_replay_use_headers stickyauth stickycookie".split()
)
_USES_THEM = re.compile(r"\bcommands\b|\baddons\.|\b(" + "|".join(sorted(LEFT_OUT)) + r")\b")


def import_on_demand() -> None:
    """Let `import mitmproxy.addons.NAME` import that add-on only; must come before the first import of one.

    The package imports all of its add-ons, and with them Flask, LDAP and a parser of filters.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.loader is None or _PACKAGE in sys.modules:
        return
    loader = spec.loader
    package = importlib.util.module_from_spec(spec)

    def attribute(name: str) -> object:
        if name == "default_addons":
            loader.exec_module(package)
            return package.__dict__[name]
        try:
            return import_module(f"{_PACKAGE}.{name}")
        except ModuleNotFoundError as error:
            raise AttributeError(name) from error

    package.__dict__["__getattr__"] = attribute
    sys.modules[_PACKAGE] = package
    parent: ModuleType = import_module("mitmproxy")
    parent.__dict__["addons"] = package


def addons_for(settings: Settings) -> list[object]:
    """Return new add-ons of mitmproxy: all of them if an option or a script in `settings` may use one of the others."""
    if not uses_all(settings.set, map(Path, settings.script)):
        return [_own(getattr(import_module(f"{_PACKAGE}.{module}"), name)()) for module, name in _LOADED]
    more = (("keepserving", "KeepServing"), ("readfile", "ReadFileStdin"), ("errorcheck", "ErrorCheck"))
    return [
        *map(_own, import_module(_PACKAGE).default_addons()),
        *[getattr(import_module(f"{_PACKAGE}.{module}"), name)() for module, name in more],
    ]


def _own(addon: object) -> object:
    """Return farebox's form of `addon`, if there is one."""
    # It imports mitmproxy's add-ons, which must wait for import_on_demand().
    return import_module(".trust", __package__).OwnTlsConfig() if type(addon).__name__ == "TlsConfig" else addon


def uses_all(options: Iterable[str], scripts: Iterable[Path]) -> bool:
    """Tell whether one of `options` (NAME=VALUE), or a script, names an option, an add-on or the commands."""
    if any(option.partition("=")[0] in LEFT_OUT for option in options):
        return True
    return any(_USES_THEM.search(path.read_text(encoding="utf-8", errors="replace")) for path in scripts)
