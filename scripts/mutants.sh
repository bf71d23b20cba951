#!/usr/bin/env bash
# Mutate some packages and report how many mutants their own tests kill: scripts/mutants.sh [PACKAGE ...]
# SAMPLE=150 tries that many mutants of each package, chosen by SEED; MUTANTS=REGEX those with such a name.
# PYTHON has mutmut installed.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=("$@")
[ ${#packages[@]} -gt 0 ] || packages=(records metering pricing spool recorder)
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
for package in "${packages[@]}"; do
    # mutants.py rewrites the package in this copy, which has it at the top.
    copy=$work/$package
    mkdir "$copy"
    cp -R addons/farebox tests docs pyproject.toml README.md CONTRIBUTING.md "$copy"
    # As in a wheel; see home/assets.py.
    mkdir "$copy/farebox/_assets"
    cp -R migrations "$copy/farebox/_assets/migrations"
    cp -R dashboards/generated "$copy/farebox/_assets/dashboards"
    sed -i 's/pythonpath = \[".", "addons"\]/pythonpath = ["."]/' "$copy/pyproject.toml"
    printf '[tool.mutmut]\nsource_paths = ["farebox"]\n' >>"$copy/pyproject.toml"
    (cd "$copy" && PYTHONPATH=. "$PYTHON" "$OLDPWD/scripts/mutants.py" "$package" "${SAMPLE:-0}")
done
