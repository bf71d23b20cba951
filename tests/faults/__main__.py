"""`python -m tests.faults`: each fault's figures on a line; exit code 1 where a call was lost or is there twice."""

import argparse
import dataclasses
import random
import shutil
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from tests.faults.ledgers import DATABASES
from tests.faults.playing import every, few, lacks, play, variants
from tests.faults.stage import FULL, SHORT, Scale


def main() -> int:
    given = _arguments()
    scale: Scale = SHORT if given.short else FULL
    told = {name: getattr(given, name) for name in ("rounds", "seconds", "spooled") if getattr(given, name) is not None}
    scale = dataclasses.replace(scale, **told)
    seed = random.randrange(1 << 32) if given.seed is None else given.seed
    print(f"{scale}, seed {seed}", flush=True)
    names = given.only or every()
    chosen = few(names) if given.short and not given.ledger else variants(names, given.ledger or [*DATABASES])
    part, parts = given.part
    chosen = islice(chosen, part - 1, None, parts)
    outcomes = [_play(name, database, scale, seed, may_skip=not given.no_skips) for name, database in chosen]
    return 0 if all(outcomes) else 1


def _play(name: str, database: str, scale: Scale, seed: int, *, may_skip: bool) -> bool:
    title = f"{name} ({database})"
    if missing := lacks(name):
        print(f"{title:32} skipped: {missing}", flush=True)
        return may_skip
    folder = Path(tempfile.mkdtemp(prefix="farebox-faults-"))
    began = time.monotonic()
    try:
        result = play(name, database, scale, folder, seed)
    except Exception as error:  # noqa: BLE001 - the other faults are played all the same
        print(f"{title:32} FAILED: {type(error).__name__}: {error}; what it left is in {folder}", flush=True)
        return False
    print(f"{result.line(title)} ({time.monotonic() - began:.0f} s)", flush=True)
    if result.problems:
        print(f"{'':32} what it left is in {folder}", flush=True)
        return False
    shutil.rmtree(folder)
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--only", action="append", choices=every(), help="a fault; repeatable")
    parser.add_argument("--ledger", action="append", choices=DATABASES, help="a database; repeatable")
    parser.add_argument("--short", action="store_true", help="small figures, and most faults with one database")
    parser.add_argument("--no-skips", action="store_true", help="a fault that cannot be played here is a failure")
    parser.add_argument("--part", type=_part, default=(1, 1), metavar="N/OF", help="every OFth fault, from the Nth on")
    parser.add_argument("--rounds", type=int, help="of what is repeated")
    parser.add_argument("--seconds", type=float, help="how long a hang lasts")
    parser.add_argument("--spooled", type=int, help="rows that wait in the spool")
    parser.add_argument("--seed", type=int, help="for the moments that are drawn")
    return parser.parse_args()


def _part(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    part = int(number), int(of)
    if not 1 <= part[0] <= part[1]:
        raise ValueError(text)
    return part


if __name__ == "__main__":
    sys.exit(main())
