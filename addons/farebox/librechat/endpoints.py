"""The endpoints that LibreChat's files turn on, and how each one's HTTP client reaches its host."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .deployment import Deployment, split
from .environment import Environment, interpolate
from .finding import Place
from .located import Located

USER_PROVIDED = "user_provided"
# Which variables a client honours; the data file explains them.
SDK, AXIOS, NODE = "sdk", "axios", "node"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint. `url` is its base URL, empty if it is the provider's own; `place` is where that stands.

    `through` is one of SDK, AXIOS and NODE. `user` is where it sends the user: body, headers or nowhere.
    `own_host` is the provider's, which `host` is too without a base URL.
    """

    name: str
    url: str
    host: str
    port: int | None
    place: Place
    through: str = SDK
    user: str = "body"
    settings: Located | None = None
    models_variable: str | None = None
    forces_https: bool = False
    is_tool: bool = False
    own_host: str = ""

    @property
    def is_tls(self) -> bool:
        return not self.url.startswith("http://")


@cache
def facts() -> Mapping[str, Any]:
    """Return the content of endpoints.yaml."""
    found: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("endpoints.yaml").read_text(encoding="utf-8"))
    return found


def endpoints(deployment: Deployment) -> list[Endpoint]:
    """Return every endpoint and paid tool that the files turn on."""
    config = deployment.config
    return [
        *(
            _built_in(name, fact, deployment)
            for name, fact in facts()["built_in"].items()
            if _is_on(name, fact, deployment)
        ),
        *_custom(config.get("endpoints", "custom") if config else None, deployment.environment),
        *_tools(deployment),
    ]


def _is_on(name: str, fact: Mapping[str, Any], deployment: Deployment) -> bool:
    listed = deployment.config.get("endpoints", name) if deployment.config else None
    return listed is not None or deployment.environment.get(*fact["keys"]) is not None


def _built_in(name: str, fact: Mapping[str, Any], deployment: Deployment) -> Endpoint:
    environment, config = deployment.environment, deployment.config
    settings = config.get("endpoints", name) if config else None
    found = environment.get(fact["url"]) or environment.get(*fact["keys"])
    if found:
        place = Place(found[1].file, found[1].line, found[0])
    else:
        assert settings is not None
        place = Place(settings.file, settings.line, f"endpoints.{name}")
    url = environment.value(fact["url"])
    return Endpoint(
        name,
        url,
        *_target(url, fact["host"]),
        place,
        user=fact.get("user", "body"),
        settings=settings,
        models_variable=fact.get("models"),
        forces_https=fact.get("forces_https", False),
        own_host=fact["host"],
    )


def _custom(listed: Located | None, environment: Environment) -> Iterator[Endpoint]:
    for index, one in enumerate(listed.entries() if listed else ()):
        name = (found.text if (found := one.get("name")) else None) or f"custom[{index}]"
        base = one.get("baseURL")
        url = interpolate((base.text if base else None) or "", _values(environment))
        place = Place(one.file, base.line if base else one.line, f"endpoints.custom.{name}.baseURL")
        fact = facts()["custom"].get(name.lower(), {})
        yield Endpoint(
            name,
            url,
            *_target(url, ""),
            place,
            fact.get("through", SDK),
            fact.get("user", "body or headers"),
            settings=one,
        )


def _tools(deployment: Deployment) -> Iterator[Endpoint]:
    environment = deployment.environment
    for fact in facts()["tools"]:
        found = environment.get(fact["env"])
        if found and ("is" not in fact or found[1].value.lower() == fact["is"]):
            url = environment.value(fact["url"]) if "url" in fact else ""
            place = Place(found[1].file, found[1].line, found[0])
            yield Endpoint(fact["name"], url, *_target(url, fact["host"]), place, fact["through"], is_tool=True)


def _target(url: str, host: str) -> tuple[str, int | None]:
    parts = split(url) if url else None
    return (parts.hostname or "", parts.port) if parts else (host, None)


def _values(environment: Environment) -> dict[str, str]:
    return {
        name: one.value for variables in (environment.later, environment.at_start) for name, one in variables.items()
    }
