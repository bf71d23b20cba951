#!/usr/bin/env bash
# Draw the boards into docs/images: with a sidecar, Postgres and Prometheus that six weeks of made-up calls have gone
# through. PAGES is a folder that keeps Grafana's packages for the next time; FLAGS of `make` come here as arguments.
set -euo pipefail
cd "$(dirname "$0")/.."
missing=()
needs() { command -v "$1" >/dev/null || missing+=("$1: $2"); }
needs prometheus "apt-get install --no-install-recommends prometheus"
needs promtool "apt-get install --no-install-recommends prometheus"
needs node "Node.js 20 or newer, for Grafana's own components"
needs npm "Node.js 20 or newer, for Grafana's own components"
needs chromium "apt-get install --no-install-recommends chromium fonts-dejavu-core"
if [ ${#missing[@]} -gt 0 ]; then
    printf 'board-pictures.sh: not installed:\n' >&2
    printf '  %s\n' "${missing[@]}" >&2
    exit 1
fi
PAGES=${PAGES:-${XDG_CACHE_HOME:-$HOME/.cache}/farebox-board-pictures}
export PYTHONPATH=addons:.
exec .venv/bin/python -m tests.board_pictures --pages "$PAGES" "$@"
