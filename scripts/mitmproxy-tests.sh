#!/bin/bash
# Run mitmproxy's own tests of the layers that farebox patches, without the patches and with them, and show what differs.
# They are in no package: MITMPROXY names a checkout of its source, at the release that is installed or close to it.
# Nothing of it is kept: it is copied to .tools. Exits with 1 if anything differs.
set -euo pipefail
cd "$(dirname "$0")/.."
checkout=${MITMPROXY:?names no folder: set it to a checkout of the source of mitmproxy}
folder=$PWD/.tools/mitmproxy-tests
rm -rf "$folder/test"
mkdir -p "$folder/test"
git -C "$checkout" archive "${MITMPROXY_COMMIT:-HEAD}:test" | tar -x -C "$folder/test"
.tools/uv/bin/uv venv --quiet --allow-existing --python .venv/bin/python "$folder/py"
.tools/uv/bin/uv pip install --quiet --python "$folder/py" -r requirements.lock pytest-asyncio
printf '[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n' > "$folder/pytest.ini"
repository=$PWD
cd "$folder"
proxy=test/mitmproxy/proxy
tests=("$proxy/layers/http" "$proxy/layers/test_tcp.py" "$proxy/layers/test_modes.py" "$proxy/layers/test_websocket.py"
  "$proxy/test_server.py" "$proxy/test_tunnel.py" "$proxy/test_layer.py" test/mitmproxy/addons/test_proxyserver.py)
run() {
  PYTHONPATH="$repository/addons:$repository" py/bin/python -m pytest -q -rfE -p no:cacheprovider --timeout 120 "$@" "${tests[@]}"
}
run > stock.log || true
run -p tests.mitmproxy_tests.patched > patched.log || true
echo "stock:   $(tail -n 1 stock.log)"
echo "patched: $(tail -n 1 patched.log)"
diff <(grep -E '^(FAILED|ERROR)' stock.log | cut -d' ' -f1,2 | sort) <(grep -E '^(FAILED|ERROR)' patched.log | cut -d' ' -f1,2 | sort) &&
  echo "the same tests pass with the patches"
