#!/usr/bin/env bash
# Print the path of each Python from 3.12 on, one for each minor version. Candidates are run, not trusted: a pyenv shim
# may stand for nothing here.
set -u
shopt -s nullglob
candidates=()
for name in python3.{12..19} python3 python; do
    while read -r path; do candidates+=("$path"); done < <(type -ap "$name")
done
candidates+=("${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3 /usr/local/bin/python3.1[2-9] /opt/python/*/bin/python3)
seen=" "
for python in ${FAREBOX_PYTHON:+"$FAREBOX_PYTHON"} "${candidates[@]}"; do
    found=$("$python" -c 'import sys; sys.version_info >= (3, 12) and print(sys.version_info.minor, sys.executable)' 2>/dev/null)
    minor=${found%% *}
    [ -z "$found" ] || [[ $seen == *" $minor "* ]] && continue
    seen+="$minor "
    echo "${found#* }"
done
