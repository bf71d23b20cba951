"""Draws boards with Grafana's components in Chromium, and says what each panel got."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from tests.board_pictures.answers import Json, Server
from tests.support.boards import board
from tests.support.paths import ROOT

RENDERER = ROOT / "tests" / "board_pictures" / "renderer"
PAGE = "page.html"
# In pixels, as in the page.
_UNIT, _HEAD = 38, 56
_SECONDS = 240
_LOADERS = [f"--loader:.{kind}=dataurl" for kind in ("svg", "png", "woff", "woff2", "ttf")]


class Picture(NamedTuple):
    """A board, how wide it is drawn, and where the picture goes."""

    board: str
    width: int
    file: Path


def built(folder: Path) -> Path:
    """Return the folder of the page; the first time, npm fetches Grafana's packages into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in RENDERER.iterdir():
        shutil.copy(file, folder)
    if not (folder / "node_modules" / ".package-lock.json").exists():
        flags = ("--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(["npm", "install", *flags], cwd=folder, check=True)
    esbuild = (
        "node_modules/.bin/esbuild",
        "page.tsx",
        "--bundle",
        "--format=iife",
        "--outfile=page.js",
        "--log-level=error",
    )
    defined = ("--define:global=window", '--define:process.env.NODE_ENV="production"', "--jsx=automatic")
    subprocess.run([*esbuild, *defined, *_LOADERS], cwd=folder, check=True)
    return folder


def since(name: str, now: datetime) -> datetime:
    """Return the start of a board's own time range, `now-6h` or, from midnight on, `now-30d/d`."""
    told = re.fullmatch(r"now-(\d+)([hd])(/d)?", board(name)["time"]["from"])
    assert told, board(name)["time"]
    start = now - timedelta(**{{"h": "hours", "d": "days"}[told[2]]: int(told[1])})
    return start.replace(hour=0, minute=0, second=0, microsecond=0) if told[3] else start


def draw(pictures: Sequence[Picture], page: Path, prometheus: str, ledger: str, chromium: str) -> Iterator[str]:
    """Draw `pictures` and yield what is wrong with them: panels with an error, or without data."""
    with Server(page, ledger) as server:
        for picture in pictures:
            yield from _drawn(picture, server, prometheus, chromium)


def _drawn(picture: Picture, server: Server, prometheus: str, chromium: str) -> Iterator[str]:
    now = datetime.now(UTC)
    page = f"{picture.board} {picture.width}"
    given = {
        "board": picture.board,
        "width": picture.width,
        "prometheus": prometheus,
        "page": page,
        "from": int(since(picture.board, now).timestamp() * 1000),
        "to": int(now.timestamp() * 1000),
    }
    places = [panel["gridPos"] for panel in board(picture.board)["panels"]]
    height = _HEAD + _UNIT * max(place["y"] + place["h"] for place in places) + 4
    flags = ("--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", "--virtual-time-budget=30000")
    shot = (f"--window-size={picture.width},{height}", f"--screenshot={picture.file}")
    subprocess.run(
        [chromium, *flags, *shot, f"{server.url}/{PAGE}?{urlencode(given)}"],
        check=True,
        timeout=_SECONDS,
        capture_output=True,
    )
    yield from (f"{picture.file.name}: {text}" for text in _wrong(server.reports.get(page)))


def _wrong(panels: list[Json] | None) -> Iterator[str]:
    if panels is None:
        yield "the page did not finish"
    for panel in panels or []:
        if panel.get("error"):
            yield f"{panel['title']}: {panel['error']}"
        elif not panel["rows"]:
            yield f"{panel['title']}: no data"
