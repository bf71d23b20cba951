"""farebox reads what every LLM call costs, from the wire."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("farebox")
except PackageNotFoundError:  # `mitmdump -s addons/sidecar.py` in a checkout that was never installed
    __version__ = "0+checkout"
