#!/usr/bin/env bash
# Install uv into its own folder: install-uv.sh FOLDER. Requires Python with pip or venv; one of them suffices.
set -eu
folder=$1
python=$("$(dirname "$0")/python.sh")
# Only the version whose hash is known, from whatever index pip uses.
pinned=(--require-hashes --requirement "$(dirname "$0")/uv-requirements.txt")
if "$python" -m venv "$folder" 2>/dev/null; then
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "${pinned[@]}"
elif "$python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$folder"
    "$python" -m pip install --quiet --disable-pip-version-check --target "$folder" "${pinned[@]}"
else
    echo "$python has neither venv nor pip: install them (Debian: apt-get install python3-venv)" >&2
    exit 1
fi
"$folder/bin/uv" --version
