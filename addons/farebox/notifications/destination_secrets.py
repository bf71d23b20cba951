"""URLs and secrets of destinations, from files and the environment, read anew for each message: they may change."""

import os
from collections.abc import Mapping
from pathlib import Path

from ..config.destinations import Destination
from .delivery_error import DeliveryError

# No URL or secret is longer; the file is another one then.
_LARGEST = 16_384


def url_of(destination: Destination, environment: Mapping[str, str] = os.environ) -> str:
    """Return the destination's URL. DeliveryError if its file or variable lacks it."""
    if destination.url_file:
        return _of_file("url_file", destination.url_file)
    if destination.url_env:
        return _of_variable("url_env", destination.url_env, environment)
    return destination.url


def secrets_of(destination: Destination, environment: Mapping[str, str] = os.environ) -> list[bytes]:
    """Return the secrets that sign. DeliveryError if a file or variable lacks one: an unsigned message is not sent."""
    files = [_of_file("secret_files", path) for path in destination.secret_files]
    variables = [_of_variable("secret_envs", name, environment) for name in destination.secret_envs]
    return [secret.encode("utf-8", "surrogateescape") for secret in (*files, *variables)]


def _of_file(key: str, path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LARGEST + 1)
        text = content.decode().strip()
    except OSError as error:
        raise DeliveryError(f"{key}: {path} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise DeliveryError(f"{key}: {path} is not text") from error
    if not text or len(content) > _LARGEST:
        raise DeliveryError(f"{key}: {path} is {'too large' if text else 'empty'}")
    return text


def _of_variable(key: str, name: str, environment: Mapping[str, str]) -> str:
    text = environment.get(name, "").strip()
    if not text:
        raise DeliveryError(f"{key}: the variable {name} is not set where the sidecar runs")
    return text
