"""The worker's process; `farebox up` starts it."""

import asyncio
import gc
import logging
import sys
from importlib import import_module

from ..errors import FareboxError
from ..home.log_lines import log_to_stderr
from ..process.child import Liveness, settings_from_parent, when_to_end
from ..process.ending import end
from ..process.name import take_name
from .logs import redact_foreign_logs
from .mitmproxy_addons import import_on_demand


def main() -> int:
    take_name("farebox.proxy")
    log_to_stderr("farebox proxy", logging.WARNING)
    redact_foreign_logs()
    settings, number = settings_from_parent(), int(sys.argv[1])
    import_on_demand()
    # Modules live as long as the process: collections while they are imported would find nothing.
    gc.disable()
    run = import_module(".server", __package__).run
    gc.freeze()
    gc.enable()
    try:
        asyncio.run(run(settings, number, Liveness(), when_to_end))
    except FareboxError as error:
        # Without a logger: mitmproxy's handlers outlive its event loop, and need it.
        sys.stderr.write(f"farebox proxy: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    end(main())
