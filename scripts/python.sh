#!/usr/bin/env bash
# Print the path of a Python 3.12 or newer. Each candidate is run, because a pyenv shim can exist without a Python behind it.
set -u
shopt -s nullglob
candidates=()
for name in python3.12 python3.13 python3.14 python3 python; do
    while read -r path; do candidates+=("$path"); done < <(type -ap "$name")
done
candidates+=("${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3 /usr/local/bin/python3.1[2-9] /opt/python/*/bin/python3)
for python in ${FAREBOX_PYTHON:+"$FAREBOX_PYTHON"} "${candidates[@]}"; do
    found=$("$python" -c 'import sys; sys.version_info >= (3, 12) and print(sys.executable)' 2>/dev/null)
    [ -n "$found" ] && echo "$found" && exit 0
done
echo "farebox needs Python 3.12 or newer and found none: install one, or name it with FAREBOX_PYTHON=/path/to/python" >&2
exit 1
