"""LibreChat's files, as they are named on the command line or lie in the current folder."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import FareboxError
from ...librechat.compose import env_files
from ...librechat.environment import Variables, parse_env
from ...librechat.located import Located, parse

# In the order in which Compose merges them.
_COMPOSE = tuple(
    f"{name}{override}.{suffix}"
    for name in ("docker-compose", "compose")
    for override in ("", ".override")
    for suffix in ("yml", "yaml")
)


@dataclass(frozen=True, slots=True)
class Files:
    """Parsed files. `dotenv` is the name and content of .env; `env_files` are those that Compose files name."""

    config: Located | None = None
    dotenv: tuple[str, Variables] | None = None
    compose: Sequence[Located] = ()
    env_files: Mapping[str, Variables] = field(default_factory=dict)


def read(paths: Sequence[Path]) -> Files:
    """Return the files `paths`, or those of the current folder; FareboxError if one can't be read or is of no use."""
    named = paths or _usual()
    if not named:
        raise FareboxError(
            f"none of LibreChat's files in {Path.cwd()}: name them, such as "
            "`farebox librechat check librechat.yaml .env docker-compose.yml`"
        )
    dotenvs = [path for path in named if _is_env(path)]
    documents = [parse(str(path), _text(path)) for path in named if not _is_env(path)]
    compose = [one for one in documents if one.get("services") is not None]
    configs = [one for one in documents if one.get("services") is None]
    if len(dotenvs) > 1 or len(configs) > 1:
        raise FareboxError("more than one .env or librechat.yaml: check one LibreChat at a time")
    return Files(
        configs[0] if configs else None,
        (str(dotenvs[0]), parse_env(str(dotenvs[0]), _text(dotenvs[0]))) if dotenvs else None,
        compose,
        _env_files(compose),
    )


def _usual() -> list[Path]:
    """Return the files of the current folder. As in Compose, COMPOSE_FILE of .env names other Compose files."""
    own = [path for path in (Path("librechat.yaml"), Path(".env")) if path.is_file()]
    dotenv = parse_env(".env", _text(own[-1])) if own and _is_env(own[-1]) else {}
    if "COMPOSE_FILE" in dotenv and (listed := dotenv["COMPOSE_FILE"].value):
        return own + [Path(name) for name in listed.split(os.pathsep)]
    return own + [path for path in map(Path, _COMPOSE) if path.is_file()]


def _env_files(compose: Sequence[Located]) -> Mapping[str, Variables]:
    found = {}
    for written, place in env_files(compose).items():
        path = Path(place.file).parent / written
        if path.is_file():
            found[written] = parse_env(str(path), _text(path))
    return found


def _is_env(path: Path) -> bool:
    return path.name.startswith(".env") or path.suffix == ".env"


def _text(path: Path) -> str:
    if not path.is_file():
        raise FareboxError(f"{path}: not a file: name the file itself")
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise FareboxError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise FareboxError(f"{path}: not a text file in UTF-8") from error
