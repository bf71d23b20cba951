"""The recorder's process; `farebox up` and the mitmproxy addon start it."""

import gc
from collections.abc import Callable
from importlib import import_module

from ..process.ending import end
from ..process.name import take_name


def main() -> int:
    take_name("farebox.recorder")
    # Modules live as long as the process: collections while they are imported would find nothing.
    gc.disable()
    run: Callable[[], int] = import_module(".process", __package__).main
    gc.freeze()
    gc.enable()
    return run()


if __name__ == "__main__":
    end(main())
