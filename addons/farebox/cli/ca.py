"""`farebox ca`: the CA that clients trust."""

import datetime as dt
import socket
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from ..ca import certificate
from ..ca import folder as folders
from ..ca.folder import Authority
from ..ca.hand_out import hand_out
from ..ca.names import wanted
from ..config.settings import Settings
from ..config.settings import load as load_settings
from ..errors import FareboxError
from ..home.folder import BUNDLE, CERTIFICATE
from .options import Config, TableOrJson

ca = typer.Typer(help="Show the CA that clients trust, or replace it by a new one.", no_args_is_help=True)


@ca.callback()
def root() -> None:
    pass


@ca.command()
def show(
    *,
    format: Annotated[TableOrJson, typer.Option("--format", help="table or json.")] = TableOrJson.TABLE,
    config: Config = None,
) -> None:
    """Print the CA's name, key, end, and the hosts that it may certify.

    - `farebox ca show`
    - `farebox ca show --format json`
    """
    settings = load_settings({}, config=config)
    facts = _facts(settings, _read(settings))
    if format is TableOrJson.JSON:
        typer.echo(msgspec.json.format(msgspec.json.encode(facts), indent=2).decode())
        return
    for name, value in facts.items():
        for number, line in enumerate(value if isinstance(value, list) else [value or "-"]):
            typer.echo(f"{'' if number else name:<13} {line}")


@ca.command()
def rotate(
    *,
    grace: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="DAYS",
            help="How long clients that know the old CA alone accept the new one; 0 if the old key has leaked.",
        ),
    ] = folders.GRACE.days,
    config: Config = None,
) -> None:
    """Replace the CA by a new one. The sidecar uses it from its next start on.

    For the time of the grace, the old CA vouches for the new one, so clients that started before need no restart, and
    the files for clients hold both certificates.

    - `farebox ca rotate`
    - `farebox ca rotate --grace 0`
    """
    settings = load_settings({}, config=config)
    machine = socket.gethostname()
    folder = Path(settings.ca)
    authority = folders.rotate(folder, wanted(settings, machine), machine, dt.timedelta(days=grace))
    for to in dict.fromkeys((settings.folder, Path(settings.certificates))):
        hand_out(to, folder)
    typer.echo(f"new CA in {folder}, expires {authority.root.not_valid_after_utc:%Y-%m-%d}")
    typer.echo("restart farebox: a sidecar that runs still uses the old key")
    if authority.chain:
        end = authority.chain[0].not_valid_after_utc
        typer.echo(f"restart clients, and replace copies of the old certificate, before {end:%Y-%m-%d}")
    else:
        typer.echo("restart clients, and replace copies of the old certificate: they don't accept the new CA")


def _read(settings: Settings) -> Authority:
    try:
        return folders.read(Path(settings.ca))
    except FileNotFoundError as error:
        raise FareboxError(f"no CA in {settings.ca} yet: `farebox up` creates it") from error
    except (OSError, ValueError) as error:
        raise FareboxError(f"the CA in {settings.ca} cannot be read ({error})") from error


def _facts(settings: Settings, authority: Authority) -> dict[str, str | list[str] | None]:
    names = certificate.names_of(authority.root)
    previous = authority.chain[0].not_valid_after_utc if authority.previous and authority.chain else None
    return {
        "subject": authority.root.subject.rfc4514_string(),
        "key": certificate.kind(authority.root),
        "sha256": certificate.fingerprint(authority.root),
        "valid from": f"{authority.root.not_valid_before_utc:%Y-%m-%d}",
        "expires": f"{authority.root.not_valid_after_utc:%Y-%m-%d}",
        "old CA until": f"{previous:%Y-%m-%d}" if previous else None,
        "folder": settings.ca,
        "certificate": str(Path(settings.certificates) / CERTIFICATE),
        "bundle": str(Path(settings.certificates) / BUNDLE),
        "domains": ["any"] if names is None else list(names.domains),
        "networks": ["any"] if names is None else [str(one) for one in names.networks],
    }
