"""`farebox librechat check`."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ...config import settings as settings_module
from ...config.settings import Settings
from ...doctor.reach import farebox_of
from ...errors import SettingsError
from ...librechat.check import check as findings_of
from ...librechat.deployment import Deployment, Version, deployment
from ...librechat.environment import Variable, Variables
from ...librechat.finding import PROBLEM, Finding
from ...librechat.options import headers_snippet
from ...librechat.own_prompts import missing_rules
from ...librechat.title_prices import title_prices
from ...pricing.standard import standard
from ...report import styles
from ...report.figures import plural
from ..console import console
from ..options import Config, Host, Port
from . import rules
from .files import Files, read

_VERSION = re.compile(r"v?(\d+(?:\.\d+){0,2})(?:-\w+)?")
_MARKS = {PROBLEM: ("✗", f"bold {styles.BAD}")}
Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE",
        help="librechat.yaml, .env and Compose files, in Compose's order; default: those in the current folder.",
    ),
]
Release = Annotated[
    str | None, typer.Option(metavar="VERSION", help="LibreChat's release, such as 0.8.7; default: the image's tag.")
]
Node = Annotated[
    str | None, typer.Option(metavar="VERSION", help="Node's version, such as 24.16; default: that of the release.")
]

WriteRules = Annotated[
    bool,
    typer.Option("--write-rules", help="Add rules for the prompts that librechat.yaml replaces to farebox.yaml."),
]


def check(
    *,
    files: Paths = None,
    release: Release = None,
    node: Node = None,
    host: Host = None,
    port: Port = None,
    write_rules: WriteRules = False,
    config: Config = None,
) -> None:
    """Find calls of LibreChat that farebox would miss, and print what to write instead. Changes none of its files.

    Without Compose files, the environment of this terminal counts as LibreChat's.
    Each finding names the file, the line and the key. The exit code is 1 if calls would be missed or fail.

    - `farebox librechat check`
    - `farebox librechat check librechat.yaml .env docker-compose.yml docker-compose.override.yml`
    - `farebox librechat check --write-rules`
    """
    given = {"host": host, "port": port}
    settings = settings_module.load(given, config=config)
    versions = (_version("release", release), _version("node", node))
    described = _described(read(files or ()), settings, versions)
    out = console()
    if write_rules:
        out.print(rules.write_rules(missing_rules(described), config), soft_wrap=True)
        # The rules that were just written count.
        settings = settings_module.load(given, config=config)
        described = replace(described, farebox=farebox_of(settings))
    findings = examine(described, settings)
    for line in _lines(findings):
        out.print(line, soft_wrap=True)
    _print_headers(out)
    if any(one.level == PROBLEM for one in findings):
        raise typer.Exit(1)


def _described(found: Files, settings: Settings, versions: tuple[Version | None, Version | None]) -> Deployment:
    return deployment(
        farebox_of(settings),
        config=found.config,
        dotenv=found.dotenv,
        compose=found.compose,
        files=found.env_files,
        versions=versions,
        shell=_shell(),
    )


def _shell() -> Variables:
    return {name: Variable(value, "this terminal's environment") for name, value in os.environ.items()}


def examine(described: Deployment, settings: Settings) -> list[Finding]:
    """Return the findings, with the prices of `settings`."""
    pricer = standard(settings.prices, settings.folder, settings.currency)
    return findings_of(described, title_prices(pricer, settings.table, datetime.now(UTC)))


def _lines(findings: Sequence[Finding]) -> Iterator[Text]:
    for one in findings:
        mark, style = _MARKS.get(one.level, ("!", styles.WARNING))
        yield Text.assemble((f"{mark} ", style), f"{one.place}: {one.why}")
        yield Text(f"    write: {one.write}", "dim")
    problems = sum(one.level == PROBLEM for one in findings)
    if not findings:
        yield Text.assemble(("✓", styles.GOOD_MARK), " no call of these endpoints would be missed")
    else:
        yield Text(f"{plural(problems, 'problem')}, {plural(len(findings) - problems, 'warning')}.")


def _print_headers(out: Console) -> None:
    out.print(
        "\nFor user, conversation and message in each row, in each custom endpoint of librechat.yaml or, from "
        "LibreChat 0.8.7 on, once below endpoints.all:\n"
    )
    out.print(headers_snippet(), markup=False)


def _version(key: str, text: str | None) -> Version | None:
    if text is None:
        return None
    found = _VERSION.fullmatch(text)
    if not found:
        raise SettingsError(f"{key}: {text!r} is not a version: write it as 0.8.7 or 24.16.0")
    return tuple(int(part) for part in found.group(1).split("."))
