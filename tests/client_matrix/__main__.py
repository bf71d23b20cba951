"""`make client-matrix`: eleven real clients on each way through farebox, against a direct call.

Bytes and one right row are compared for HTTP/1.1 and HTTP/2, with and without TLS to the proxy, explicit, reverse and
route, each straight to the provider and behind a company's proxy with a password. FLAGS="--only WORD" takes the cells
whose name contains it, "--every 7" each seventh one, which still has each client on most ways.
"""

import argparse
import tempfile
from collections import Counter
from itertools import product
from pathlib import Path

from tests.client_matrix.cells import cells, problems
from tests.client_matrix.provider import Provider
from tests.client_matrix.setup import directs, installed, sidecar, trust
from tests.support.paths import ROOT


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    whole = [(is_chained, cell) for is_chained in (False, True) for cell in cells() if given.only in str(cell)]
    wanted = whole[:: given.every]
    counted: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary, Provider() as provider:
        folder = Path(temporary)
        programs = installed(ROOT / ".tools" / "client-matrix", folder)
        direct = directs([cell for _, cell in wanted], programs, provider, folder)
        for is_chained, is_http_2 in product((False, True), repeat=2):
            some = [cell for chained, cell in wanted if chained == is_chained and cell.is_http_2 == is_http_2]
            if not some:
                continue
            home = folder / f"{is_chained}-{is_http_2}"
            with sidecar(provider, home, is_chained=is_chained, is_http_2=is_http_2) as one:
                trust(Path(one.ca), programs)
                for cell in some:
                    found = problems(cell, programs, one, provider, direct.get((cell.client.name, is_http_2)))
                    counted["failed" if found else "right"] += 1
                    print(f"{cell} | {'company proxy' if is_chained else 'straight'} | {found or 'right'}", flush=True)
    print(f"{len(whole)} cells, of these {dict(counted)}")
    return 1 if counted["failed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
