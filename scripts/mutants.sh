#!/usr/bin/env bash
# Mutate some packages with mutmut and report how many mutants their own tests kill: scripts/mutants.sh [PACKAGE ...]
# MUTANTS='*[37]' takes the mutants whose number ends in 3 or 7, about a fifth of them. PYTHON has mutmut installed.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=("$@")
[ ${#packages[@]} -gt 0 ] || packages=(records metering pricing spool recorder)
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
# mutmut derives the name of a module from its path, so the package must lie at the top of the copy.
cp -R addons/farebox tests migrations docs pyproject.toml README.md CONTRIBUTING.md "$work"
cd "$work"
sed -i 's/pythonpath = \[".", "addons"\]/pythonpath = ["."]/' pyproject.toml
cp pyproject.toml plain.toml
for package in "${packages[@]}"; do
    rm -rf mutants
    cat plain.toml - >pyproject.toml <<TOML
[tool.mutmut]
source_paths = ["farebox"]
only_mutate = ["farebox/$package/*"]
also_copy = ["migrations", "docs", "README.md", "CONTRIBUTING.md"]
pytest_add_cli_args = ["-m", "not slow", "-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = ["tests/$package"]
TOML
    "$PYTHON" -m mutmut run ${MUTANTS:+"$MUTANTS"} >"$package.log" 2>&1 || { tail -c 2000 "$package.log" && exit 1; }
    "$PYTHON" -m mutmut results >"$package.txt"
    "$PYTHON" -m mutmut export-cicd-stats >/dev/null
    "$PYTHON" - "$package" <<'PY'
import json
import sys

counts = json.load(open("mutants/mutmut-cicd-stats.json"))
killed = counts["killed"] + counts["timeout"]
tried = killed + counts["survived"] + counts["no_tests"] + counts["suspicious"]
print(f"{sys.argv[1]}: {killed} of {tried} mutants killed, {killed / max(tried, 1):.1%}")
PY
    grep -E ": (survived|no tests|suspicious)$" "$package.txt" || true
done
