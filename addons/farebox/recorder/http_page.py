"""The page at `/`: what runs, what is recorded, and where to go on. Plain HTML without a script. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from .. import __version__
from ..records.windows import WINDOWS
from .health import Health

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44em;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;margin:1em 0}td,th{text-align:left;padding:.2em 1.5em .2em 0;vertical-align:top}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}"
)


@dataclass(frozen=True, slots=True)
class About:
    """What doesn't change while the recorder runs; `ledger` is a URL without a password."""

    sidecar: str
    ledger: str
    timezone: str


def page(about: About, health: Health, spend: Mapping[str, float]) -> bytes:
    """Return the page; `spend` is what the windows came to in USD, as far as it is known."""
    state = [
        ("Sidecar", about.sidecar),
        ("Version", f"farebox {__version__}"),
        ("Workers", f"{health.workers} of {health.expected}"),
        ("Ledger", f"{about.ledger}: {health.trouble or 'up to date'}"),
        ("Not in the ledger yet", f"{health.pending} calls"),
        ("Lost", f"{health.dropped} calls"),
        ("Connections", f"{health.diagnostics.connections} from clients"),
    ]
    sums = [(name, f"${spend[name]:.9f}" if name in spend else "unknown yet") for name in WINDOWS]
    recorded = "It records model, tokens, cost, times and who called, never a key, a prompt or an answer."
    zone = f"Calls with a known cost, from the ledger. Days are those of {escape(about.timezone)}."
    parts = (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>farebox</title><style>{_STYLE}</style>',
        f"</head>\n<body>\n<h1>farebox</h1>\n<p>Meters LLM calls. {recorded}</p>\n",
        _table(state),
        f"<h2>Spend</h2>\n<p>{zone}</p>\n",
        _table(sums, numbers=" class=n"),
        '<p><a href="metrics">Metrics</a> · <a href="healthz">Health</a></p>\n</body>\n</html>\n',
    )
    return "".join(parts).encode()


def _table(rows: Sequence[tuple[str, str]], *, numbers: str = "") -> str:
    lines = (f"<tr><th>{escape(name)}</th><td{numbers}>{escape(value)}</td></tr>\n" for name, value in rows)
    return f"<table>\n{''.join(lines)}</table>\n"
