"""mitmdump's way in: mitmdump -s addons/sidecar.py"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from farebox.proxy.standalone import addons as _addons

addons = _addons()
