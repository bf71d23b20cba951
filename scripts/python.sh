#!/usr/bin/env bash
# Print the path of a Python 3.12 or newer: the first one that pythons.sh finds.
read -r found < <("$(dirname "$0")/pythons.sh") && echo "$found" && exit 0
echo "farebox needs Python 3.12 or newer and found none: install one, or name it with FAREBOX_PYTHON=/path/to/python" >&2
exit 1
