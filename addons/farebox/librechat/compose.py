"""Compose files: the services of LibreChat, merged as Compose merges them, as far as the checks need it."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .environment import Variable, Variables, interpolate
from .located import Located

# A value that is one reference: the line to change is that of the variable itself.
_WHOLE = re.compile(r"\$\{(\w+)(?::?-[^}]*)?\}")


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `targets` are mounted paths in the container; `environment_line` is where variables stand."""

    name: str
    image: str
    environment: Variables
    targets: tuple[str, ...]
    host_network: bool
    file: str
    environment_line: int
    is_built: bool = False

    def holds(self, path: str) -> bool:
        """Return whether `path` lies in a mount."""
        return any(path == target or path.startswith(target.rstrip("/") + "/") for target in self.targets)


def env_files(documents: Sequence[Located]) -> dict[str, Located]:
    """Return the paths of all env_file entries, as written, with where they stand."""
    return {path.text: path for parts in _parts(documents).values() for path in _env_files(parts) if path.text}


def services(documents: Sequence[Located], dotenv: Variables, files: Mapping[str, Variables]) -> dict[str, Service]:
    """Return the services by name. Later documents override earlier ones, as with `-f A -f B`.

    `dotenv` are the variables that `${NAME}` refers to; `files` the contents of the env_file entries, by path.
    """
    return {name: _service(name, parts, dotenv, files) for name, parts in _parts(documents).items()}


def _parts(documents: Sequence[Located]) -> dict[str, list[Located]]:
    found: dict[str, list[Located]] = {}
    for document in documents:
        for name, service in (document.get("services") or Located(None, "", 0)).items():
            found.setdefault(name, []).append(service)
    return found


def _service(name: str, parts: Sequence[Located], dotenv: Variables, files: Mapping[str, Variables]) -> Service:
    values = {name: one.value for name, one in dotenv.items()}
    from_files: dict[str, Variable] = {}
    for entry in _env_files(parts):
        from_files.update(files.get(entry.text or "", {}))
    own: dict[str, Variable] = {}
    for part in parts:
        own.update(_environment(part.get("environment"), dotenv))
    lines = [part.get("environment") or part for part in parts]
    return Service(
        name,
        interpolate(_last(parts, "image"), values),
        {**from_files, **own},
        tuple(interpolate(target, values) for part in parts for target in _targets(part.get("volumes"))),
        _last(parts, "network_mode") == "host",
        lines[-1].file,
        lines[-1].line,
        any(part.get("build") is not None for part in parts),
    )


def _last(parts: Sequence[Located], key: str) -> str:
    texts = [found.text for part in parts if (found := part.get(key)) is not None and found.text]
    return texts[-1] if texts else ""


def _env_files(parts: Sequence[Located]) -> Iterator[Located]:
    for part in parts:
        listed = part.get("env_file")
        if listed is None:
            continue
        for entry in listed.entries() or (listed,):
            path = entry if entry.text is not None else entry.get("path")
            if path is not None:
                yield path


def _environment(listed: Located | None, dotenv: Variables) -> Iterator[tuple[str, Variable]]:
    if listed is None:
        return
    values = {name: one.value for name, one in dotenv.items()}
    pairs: list[tuple[str, str | None, Located]] = [(name, one.text, one) for name, one in listed.items()]
    for entry in listed.entries():
        name, equals, value = (entry.text or "").partition("=")
        pairs.append((name, value if equals else None, entry))
    for name, text, place in pairs:
        # A name without a value takes the value that Compose itself has.
        whole = _WHOLE.fullmatch(f"${{{name}}}" if text is None else text)
        origin = dotenv.get(whole.group(1)) if whole else None
        if origin is not None and origin.value:
            yield name, origin
        elif text is not None:
            yield name, Variable(interpolate(text, values), place.file, place.line)


def _targets(listed: Located | None) -> Iterator[str]:
    for entry in listed.entries() if listed else ():
        target = entry.get("target")
        if target is not None and target.text:
            yield posixpath.normpath(target.text)
        elif entry.text is not None:
            # SOURCE:TARGET[:OPTIONS]; a source such as ${HOME:-/root} holds a colon of its own.
            parts = [one for one in entry.text.split(":") if one.startswith(("/", "${"))]
            yield posixpath.normpath(parts[-1] if parts else entry.text)
