#!/usr/bin/env bash
# Type README.md's commands in a fresh clone, with a clean environment, and compare what they print.
# Requires Python 3.12 or newer on the PATH, and otherwise only packages of Debian and PyPI.
set -euo pipefail
root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
git clone --quiet "$root" "$place/farebox"
cd "$place/farebox"
python=$("$root/scripts/python.sh")
# Packages that were downloaded before needn't be downloaded again.
cache=$("$root/.tools/uv/bin/uv" cache dir 2>/dev/null || true)
env -i HOME="$place" PATH="$(dirname "$python"):$PATH" LANG=C.UTF-8 \
    ${cache:+UV_CACHE_DIR="$cache"} ${PIP_CONFIG_FILE:+PIP_CONFIG_FILE="$PIP_CONFIG_FILE"} \
    timeout 600 "$python" -m tests.docs_pages README.md
