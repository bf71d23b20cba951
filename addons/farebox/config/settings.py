"""One frozen Settings from farebox.yaml, the environment and the command line; every error names its key."""

import os
import socket
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from ..attribution import lines
from ..attribution.lines import Attribution, KeyLine, TeamLine, UserLine
from ..attribution.names import Names
from ..errors import SettingsError
from ..home.default import default_folder
from ..metering import cost_fields
from ..metering.cost_fields import CostField
from ..providers.table import UNKNOWN, Table, table_with
from ..purpose import rule as purpose_rule
from ..purpose.rule import PurposeRule
from ..records import clean
from . import (
    access,
    budgets,
    credential_headers,
    files,
    host_patterns,
    metrics,
    mode_specs,
    price_rules,
    prices_update,
    retention,
    route_lines,
)
from . import destinations as destination_lines
from . import otlp as otlp_settings
from . import ranges as number_ranges
from . import upstream_proxy as upstream_proxies
from .access import Auth, Upstreams
from .budgets import Budget
from .clean_names import with_clean_names
from .cores import with_number_of_workers
from .currency import Currency, report_problems
from .destinations import Destination, Digest
from .environment import from_environment
from .host_patterns import ProviderLine
from .ledger_url import ledger_url
from .ledger_url import problems as ledger_problems
from .metrics import Metrics
from .otlp import Otlp
from .price_rules import PriceRule
from .prices_update import PricesUpdate
from .redact_url import redact_ledger
from .retention import Retention
from .route_lines import RouteLine
from .single_values import with_lists
from .sources import merge, paths
from .spool_limits import Spool
from .spool_limits import problems as spool_problems
from .tunings import Tuning
from .zone import local_zone
from .zone import problems as zone_problems


class Intercept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which connections are decrypted besides those to the hosts of providers/table.py."""

    hosts: tuple[str, ...] = ()
    all: bool = False


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All settings. docs/configuration.md describes the keys."""

    home: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 9464
    clients: tuple[str, ...] = ()
    auth: Auth = Auth()
    open: bool = False
    upstreams: Upstreams = Upstreams()
    web_config: str = ""
    metrics: Metrics = Metrics()
    otlp: Otlp = Otlp()
    ledger: str = ""
    sidecar: str = ""
    ca: str = ""
    ca_names: tuple[str, ...] = ()
    certificates: str = ""
    timezone: str = ""
    workers: int = 1
    mode: tuple[str, ...] = ()
    path_routes: Literal["auto", "never"] = "auto"
    routes: tuple[RouteLine, ...] = ()
    upstream_proxy: str = upstream_proxies.AUTO
    no_proxy: tuple[str, ...] = ()
    upstream_ca: str = ""
    upstream_http2: Literal["never", "auto"] = "never"
    stream_usage: Literal["auto", "observe"] = "auto"
    stream_usage_hosts: tuple[str, ...] = ()
    intercept: Intercept = Intercept()
    providers: tuple[ProviderLine, ...] = ()
    prices: tuple[PriceRule, ...] = ()
    currency: tuple[Currency, ...] = ()
    report_currency: str = ""
    cost_fields: tuple[CostField, ...] = ()
    gateway_calls: Literal["count", "leave_out"] = "count"
    budgets: tuple[Budget, ...] = ()
    budget_refusals: Literal["auto", "never"] = "auto"
    destinations: tuple[Destination, ...] = ()
    digest: Digest = Digest()
    prices_update: PricesUpdate = PricesUpdate()
    attribution: Attribution = Attribution()
    keys: tuple[KeyLine, ...] = ()
    users: tuple[UserLine, ...] = ()
    teams: tuple[TeamLine, ...] = ()
    purposes: tuple[PurposeRule, ...] = ()
    spool: Spool = Spool()
    retention: Retention = Retention()
    shutdown_timeout: float = 8.0
    idle_timeout: int = 6 * 3600
    tunings_off: tuple[Tuning, ...] = ()
    script: tuple[str, ...] = ()
    set: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.home)

    @property
    def table(self) -> Table:
        """Providers by host, the user's before the known ones."""
        return table_with((line.name, line.hosts) for line in self.providers)

    @property
    def billers(self) -> tuple[str, ...]:
        """The names of all providers, including those that only the user's own prices name."""
        priced = (rule.match.provider for rule in self.prices if rule.match.provider)
        return tuple(dict.fromkeys([*(one.name for one in self.table), *priced, UNKNOWN]))

    @property
    def names(self) -> Names:
        """The names of keys, users and teams."""
        return Names(self.keys, self.users, self.teams)

    @property
    def ledger_name(self) -> str:
        """The ledger's URL without a password, as it may be printed."""
        return redact_ledger(self.ledger)

    @property
    def spool_folder(self) -> Path:
        """The folder in which each worker has one for calls that are not in the ledger yet."""
        return self.folder / "spool"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of "today" and "month"."""
        return ZoneInfo(self.timezone)


def load(
    given: Mapping[str, Any] | None = None,
    *,
    config: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Return the Settings; the command line (`given`) beats the environment, the environment beats the files."""
    environment = os.environ if environment is None else environment
    merged, found = files.read(config, environment)
    from_variables, given = from_environment(Settings, environment), given or {}
    for more in (from_variables, given):
        merge(merged, {key: value for key, value in more.items() if value not in (None, (), [])})
    content = with_number_of_workers(with_clean_names(with_lists(merged, Settings)))
    try:
        settings = msgspec.convert(content, Settings, strict=False)
        return _filled(_checked(settings))
    except (msgspec.ValidationError, SettingsError) as error:
        # Only an error needs its words.
        words = import_module(".error_source", __package__)
        raise SettingsError(words.text_of(error, Settings, content, (given, from_variables, found))) from error


def keys() -> list[str]:
    """Return every key, nested ones with a dot."""
    return [".".join(path) for path, _ in paths(Settings)]


def _checked(settings: Settings) -> Settings:
    for problem in _problems(settings):
        raise SettingsError(problem)
    return settings


def _problems(settings: Settings) -> Iterator[str]:
    yield from number_ranges.problems(settings)
    yield from upstream_proxies.problems(settings.upstream_proxy)
    yield from zone_problems(settings.timezone)
    yield from mode_specs.problems(settings.mode)
    yield from ledger_problems(settings.ledger)
    yield from credential_headers.problems(settings.attribution)
    yield from lines.problems(settings.attribution, settings.keys, settings.users, settings.teams)
    yield from purpose_rule.problems(settings.purposes)
    yield from metrics.problems(settings.metrics)
    yield from otlp_settings.problems(settings.otlp)
    yield from spool_problems(settings.spool, settings.workers)
    yield from retention.problems(settings.retention)
    yield from route_lines.problems(settings.routes)
    yield from access.problems(settings.clients, settings.auth, settings.upstreams)
    yield from host_patterns.problems("intercept.hosts", settings.intercept.hosts)
    yield from host_patterns.problems("ca_names", settings.ca_names)
    yield from host_patterns.problems("stream_usage_hosts", settings.stream_usage_hosts)
    yield from host_patterns.provider_problems(settings.providers)
    yield from prices_update.problems(settings.prices_update)
    yield from price_rules.problems(settings.prices, settings.currency)
    yield from report_problems(settings.report_currency, settings.currency)
    yield from cost_fields.problems(settings.cost_fields)
    yield from budgets.problems(settings.budgets, settings.billers)
    yield from destination_lines.problems(settings.destinations, settings.digest, settings.budgets)


def _filled(settings: Settings) -> Settings:
    home = Path(settings.home).expanduser() if settings.home else default_folder()
    if "?" in str(home) and not settings.ledger:
        raise SettingsError(
            f"home: {home} has a question mark, which a ledger's URL cannot contain: name another folder"
        )
    ledger = ledger_url(settings.ledger, home)
    tags = tuple(name.lower() for name in settings.attribution.tags)
    return msgspec.structs.replace(
        settings,
        home=str(home.absolute()),
        ledger=ledger,
        sidecar=settings.sidecar or clean.visible(socket.gethostname()),
        ca=str(Path(settings.ca or home / "mitmproxy").expanduser().absolute()),
        certificates=str(Path(settings.certificates or home).expanduser().absolute()),
        timezone=settings.timezone or local_zone(),
        attribution=msgspec.structs.replace(settings.attribution, tags=tags),
    )
