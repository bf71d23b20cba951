#!/usr/bin/env bash
# Build the image of the Containerfile and try it without a network: not root, a root folder that is read-only, healthy,
# and the calls of a demo recorded. ENGINE is podman or docker; BUILD_FLAGS and RUN_FLAGS are passed to it.
set -euo pipefail
engine=${ENGINE:-$(command -v podman || command -v docker || true)}
[ -n "$engine" ] || { echo "image.sh: install podman or docker" >&2; exit 1; }
is_podman() { [ "$(basename "$engine")" = podman ]; }
name=farebox-image-$$
fail() { echo "image.sh: $1" >&2; "$engine" logs "$name" >&2 || true; exit 1; }
end() { "$engine" rm --force --volumes "$name" >/dev/null 2>&1 || true; }
trap end EXIT

# Only Docker's format has a healthcheck.
is_podman && format=(--format docker) || format=()
# shellcheck disable=SC2086 # flags are words
"$engine" build ${format[@]+"${format[@]}"} ${BUILD_FLAGS:-} --file Containerfile --tag farebox .
# shellcheck disable=SC2086
"$engine" run ${RUN_FLAGS:-} --detach --name "$name" --env FAREBOX_OPEN=true --network none --read-only --tmpfs /tmp --cap-drop ALL \
    --security-opt no-new-privileges farebox >/dev/null
inside() { "$engine" exec "$name" "$@"; }
# Podman runs a healthcheck by systemd, which may be missing.
is_healthy() {
    if is_podman; then "$engine" healthcheck run "$name" >/dev/null 2>&1
    else [ "$("$engine" inspect --format '{{.State.Health.Status}}' "$name")" = healthy ]; fi
}
for _ in $(seq 60); do is_healthy && break; sleep 2; done
is_healthy || fail "the container is not healthy after two minutes"
[ "$(inside id -u)" = 10001 ] || fail "it runs as $(inside id -u)"
if inside sh -c ': >/usr/written' 2>/dev/null; then fail "its root folder can be written"; fi
if inside sh -c 'command -v cc || command -v gcc' >/dev/null; then fail "it has a compiler"; fi
inside farebox demo >/dev/null || fail "the demo failed"
calls=$(inside farebox export --format jsonl --ledger sqlite:////data/demo/ledger.db | wc -l)
[ "$calls" -gt 0 ] || fail "no call was recorded"
size=$("$engine" image inspect --format '{{.Size}}' farebox)
echo "The image has $((size / 1000000)) MB. Healthy, user 10001, read-only root, no compiler, $calls calls recorded."
