"""Settings for tests: a file of them, and a value for each of the variables."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from farebox.attribution.lines import KeyLine, TeamLine, UserLine
from farebox.config.budgets import Budget
from farebox.config.currency import Currency
from farebox.config.destinations import Destination
from farebox.config.host_patterns import ProviderLine
from farebox.config.price_rules import Free, Match, PriceRule
from farebox.config.route_lines import RouteLine
from farebox.config.settings import Settings, load
from farebox.metering.cost_fields import CostField
from farebox.purpose.rule import PurposeRule

# How the text of an error about the file begins, as a pattern.
PLACE = r"given\.yaml:\d+: "
# The text of each key's variable, and the value that it sets.
VARIABLES: Mapping[str, tuple[str, Any]] = {
    "home": ("/srv/farebox", "/srv/farebox"),
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("8181", 8181),
    "metrics_host": ("0.0.0.0", "0.0.0.0"),
    "metrics_port": ("9999", 9999),
    "clients": ("10.0.0.0/8, 192.168.1.7", ("10.0.0.0/8", "192.168.1.7")),
    "auth.user": ("shop", "shop"),
    "auth.password_file": ("/srv/password", "/srv/password"),
    "open": ("true", True),
    "upstreams.allow": ("ollama.internal:11434, 10.1.0.0/16", ("ollama.internal:11434", "10.1.0.0/16")),
    "web_config": ("/srv/web.yml", "/srv/web.yml"),
    "metrics.names": ("5", 5),
    "metrics.otel_names": ("true", True),
    "metrics.hosts": ("metrics.example.com", ("metrics.example.com",)),
    "otlp.endpoint": ("http://collector:4318", "http://collector:4318"),
    "otlp.interval": ("15", 15.0),
    "ledger": ("sqlite:////srv/other.db", "sqlite:////srv/other.db"),
    "sidecar": ("shop", "shop"),
    "ca": ("/srv/ca", "/srv/ca"),
    "ca_names": ("farebox.example,203.0.113.5", ("farebox.example", "203.0.113.5")),
    "certificates": ("/srv/certificates", "/srv/certificates"),
    "timezone": ("Asia/Kathmandu", "Asia/Kathmandu"),
    "workers": ("2", 2),
    "mode": (
        "socks5@8082, reverse:https://api.deepseek.com@8101",
        ("socks5@8082", "reverse:https://api.deepseek.com@8101"),
    ),
    "path_routes": ("never", "never"),
    "routes": ("[{prefix: /a, url: 'https://a.example'}]", (RouteLine("/a", "https://a.example"),)),
    "upstream_proxy": ("http://me:secret@proxy.example:3128", "http://me:secret@proxy.example:3128"),
    "no_proxy": ("db.example,10.0.0.0/8", ("db.example", "10.0.0.0/8")),
    "upstream_ca": ("system", "system"),
    "upstream_http2": ("auto", "auto"),
    "stream_usage": ("observe", "observe"),
    "stream_usage_hosts": ("llm.example.com, box:8000", ("llm.example.com", "box:8000")),
    "intercept.hosts": ("llm.example.com,*.llm.example.org", ("llm.example.com", "*.llm.example.org")),
    "intercept.all": ("true", True),
    "providers": (
        "[{name: riverside, hosts: [llm.example.com]}]",
        (ProviderLine("riverside", ("llm.example.com",)),),
    ),
    "prices": (
        "[{match: {provider: ollama}, local: {mode: free}}]",
        (PriceRule(Match(provider="ollama"), local=Free()),),
    ),
    "currency": ("[{code: EUR, usd: 1.08}]", (Currency("EUR", Decimal("1.08")),)),
    "report_currency": ("EUR", "EUR"),
    "cost_fields": ("[{header: x-cost}]", (CostField(header="x-cost"),)),
    "gateway_calls": ("leave_out", "leave_out"),
    "budgets": (
        "[{name: office, scope: all, limit: 500 USD, window: month}]",
        (Budget("office", "all", "500 USD", "month"),),
    ),
    "budget_refusals": ("never", "never"),
    "destinations": (
        "[{name: pager, type: alertmanager, url: 'http://127.0.0.1:9093'}]",
        (Destination("pager", "alertmanager", "http://127.0.0.1:9093"),),
    ),
    "digest.notify": ("pager", ("pager",)),
    "digest.hour": ("9", 9),
    "prices_update.url": ("https://mirror.example.com/data.json", "https://mirror.example.com/data.json"),
    "attribution.tags": ("x-team, x-project", ("x-team", "x-project")),
    "attribution.headers.user_id": ("x-user-id", ("x-user-id",)),
    "attribution.headers.team": ("x-team", ("x-team",)),
    "attribution.headers.project": ("x-project", ("x-project",)),
    "attribution.headers.conversation": ("x-conversation", ("x-conversation",)),
    "attribution.headers.message_id": ("x-message-id", ("x-message-id",)),
    "attribution.headers.agent_id": ("x-agent-id", ("x-agent-id",)),
    "attribution.headers.trace": ("x-trace", ("x-trace",)),
    "attribution.headers.client_app": ("x-client-app", ("x-client-app",)),
    "attribution.own_headers": ("pass", "pass"),
    "attribution.remove": ("x-office", ("x-office",)),
    "keys": ("[{name: office, fingerprint: 0123456789abcdef}]", (KeyLine("office", "0123456789abcdef"),)),
    "users": ("[{id: '7', name: office}]", (UserLine("7", "office"),)),
    "teams": ("[{id: office, users: ['*@example.com']}]", (TeamLine("office", users=("*@example.com",)),)),
    "purposes": ("[{purpose: title, begins: Name it all}]", (PurposeRule("title", begins="Name it all"),)),
    "spool.limit": ("2GiB", "2GiB"),
    "spool.memory": ("1048576", "1048576"),
    "spool.sync": ("always", "always"),
    "retention.calls": ("90d", "90d"),
    "retention.hourly": ("12w", "12w"),
    "shutdown_timeout": ("2.5", 2.5),
    "idle_timeout": ("7200", 7200),
    "tunings_off": ("hook_table", ("hook_table",)),
    "script": ("/srv/one.py,/srv/two.py", ("/srv/one.py", "/srv/two.py")),
    "set": ("ssl_insecure=true", ("ssl_insecure=true",)),
}


def variable(key: str) -> str:
    """Return the name of the variable for `key`."""
    return "FAREBOX_" + key.replace(".", "_").upper()


def load_file(content: str | bytes, **environment: str) -> Settings:
    """Return the settings of the file given.yaml, written to the current folder, and of `environment`."""
    Path("given.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
    return load(config=Path("given.yaml"), environment=environment)
