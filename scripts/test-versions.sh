#!/usr/bin/env bash
# Run the fast tests on every Python of pythons.sh, each in a new environment: test-versions.sh RESOLUTION [PYTEST ARGUMENTS].
# RESOLUTION is uv's: lowest-direct takes the lowest versions that pyproject.toml allows, highest the newest.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$PWD/.tools/uv/bin/uv
resolution=$1
shift
mapfile -t pythons < <(scripts/pythons.sh)
failed=()
for python in "${pythons[@]}"; do
    version=$("$python" -c 'import platform; print(platform.python_version())')
    env=.tools/$resolution-$version
    echo "Python $version, $resolution"
    "$uv" venv --quiet --clear --python "$python" "$env"
    # No compiler needed: a version without a wheel for this Python is one that it does not have.
    "$uv" pip install --quiet --python "$env" --resolution "$resolution" --only-binary :all: --group test --extra parquet \
        -r pyproject.toml
    "$uv" pip install --quiet --python "$env" --no-deps --editable .
    # Status 5: FLAGS name no test, which is no failure.
    "$env/bin/python" -m pytest -q -n auto --dist loadfile -m "not slow" "$@" || [ $? = 5 ] || failed+=("$version")
done
[ ${#pythons[@]} -gt 0 ] || { echo "no Python 3.12 or newer found: see scripts/python.sh" >&2; exit 1; }
[ ${#failed[@]} = 0 ] || { echo "$resolution: tests failed on Python ${failed[*]}" >&2; exit 1; }
