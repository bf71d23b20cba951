"""`make librechat-newest`: play LibreChat's turns with the pinned library and with the newest, and compare the wire.

It prints what changed on the wire. The exit code is 1 if a turn fails or a call is not one row.
"""

import difflib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.librechat_turns import PINNED, Played, play
from tests.support.node import install_newest
from tests.support.upstream import Asked

LIBRARY = "@librechat/agents"
# These differ with each run or each release of a library below, and say nothing about the calls.
NOISE = ("content-length", "host", "user-agent", "x-stainless-", "amz-sdk-", "x-amz-", "authorization", "connection")
TURNS = (
    *("openai", "deepseek", "mistral", "groq", "openrouter", "xai", "fireworks", "ollama", "anthropic", "google"),
    *("bedrock", "tools", "memory", "subagent"),
)


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        newest = folder / "newest"
        shutil.copytree(PINNED, newest, ignore=shutil.ignore_patterns("node_modules", "package-lock.json"))
        version = install_newest(newest, LIBRARY)
        print(f"{LIBRARY} {version} against the pinned one")
        played = {name: _played(name, folder, program) for name, program in (("pinned", PINNED), ("newest", newest))}
    before, after = ([line for asked in one.asked for line in described(asked)] for one in played.values())
    changes = list(difflib.unified_diff(before, after, "pinned", "newest", lineterm="", n=2))
    print("\n".join(changes) or "Nothing changed on the wire.")
    failed = {name: error for name, error in played["newest"].outcome.items() if error}
    print("".join(f"{name} failed: {error}\n" for name, error in failed.items()), end="")
    return 1 if failed else 0


def described(asked: Asked) -> Iterator[str]:
    """Yield lines about a request that are the same whenever the same call is made."""
    yield f"{asked.method} {asked.headers.get('host')}{asked.target}"
    names = sorted(name for name in asked.headers if not name.startswith(NOISE))
    yield f"  headers: {' '.join(names)}"
    body = json.loads(asked.body) if asked.body else {}
    for name, value in sorted(body.items()):
        yield f"  {name}: {json.dumps(value, sort_keys=True)[:400]}"


def _played(name: str, folder: Path, program: Path) -> Played:
    home = folder / f"sidecar-{name}"
    home.mkdir()
    return play("environment", TURNS, home, program)


if __name__ == "__main__":
    sys.exit(main())
