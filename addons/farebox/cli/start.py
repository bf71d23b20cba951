"""The entry point of `farebox`: scripts ask for its version often, so that needs no command line."""

import sys
from importlib import import_module

from .. import __version__


def main() -> None:
    """Print the version, or run the command line."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"farebox {__version__}\n")
    else:
        import_module(".main", __package__).main()
