"""Draw every board at 1,600 pixels into docs/images, and say which panels have no data or fail."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.board_pictures.draw import Picture, built, draw
from tests.board_pictures.stage import stage
from tests.support.boards import NAMES
from tests.support.paths import ROOT

IMAGES = ROOT / "docs" / "images"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make board-pictures", description=__doc__)
    parser.add_argument("--pages", type=Path, required=True, help="folder that keeps Grafana's packages")
    parser.add_argument("--out", type=Path, default=IMAGES, help="folder of the pictures")
    parser.add_argument("--width", type=int, default=1600, help="of the pictures, in pixels")
    parser.add_argument("--boards", nargs="*", choices=NAMES, default=list(NAMES), help="only these boards")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    page = built(given.pages)
    pictures = [
        Picture(name, given.width, given.out.resolve() / f"{name.removeprefix('farebox-')}.png")
        for name in given.boards
    ]
    with tempfile.TemporaryDirectory(prefix="farebox-pictures-") as folder, stage(Path(folder)) as running:
        wrong = list(draw(pictures, page, running.prometheus, running.ledger, shutil.which("chromium") or "chromium"))
    for text in wrong:
        sys.stderr.write(f"{text}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
