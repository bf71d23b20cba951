#!/usr/bin/env bash
# Follow README.md and each page of docs on a bare Debian, as a new user named ann: follow-docs.sh bookworm|trixie [PAGE ...].
# Requires root, debootstrap and the network of Debian and PyPI. The bare system is kept in .tools/debian for the next time.
set -euo pipefail
root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
release=$1
shift
bare=$root/.tools/debian/$release
if [ ! -e "$bare/etc/debian_version" ]; then
    mkdir -p "$bare"
    debootstrap --variant=minbase "$release" "$bare" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$bare.log"
fi
# What is done to the system, its mounts and its processes end with this script.
[ -n "${FOLLOW_DOCS_INSIDE:-}" ] || FOLLOW_DOCS_INSIDE=1 exec unshare --mount --pid --fork --kill-child "$0" "$release" "$@"
place=$(mktemp -d)
mount -t tmpfs tmpfs "$place"
mkdir "$place"/{upper,work,system}
mount -t overlay overlay -o "lowerdir=$bare,upperdir=$place/upper,workdir=$place/work" "$place/system"
system=$place/system
mount -t proc proc "$system/proc"
mount --rbind /dev "$system/dev"
cp -L /etc/resolv.conf "$system/etc/resolv.conf"
echo "127.0.0.1 localhost db.example.com $(hostname)" >"$system/etc/hosts"
# A company's CA is part of the network.
cp /etc/ssl/certs/ca-certificates.crt "$system/etc/network.crt"
printf '[global]\ncert = /etc/network.crt\n' >"$system/etc/pip.conf"
git clone --quiet "$root" "$system/srv/farebox"
# A Python for a release whose own is too old: one that this machine has, at the same place.
if [ -n "${FAREBOX_PYTHON:-}" ]; then
    prefix=$("$FAREBOX_PYTHON" -c 'import sys; print(sys.base_prefix)')
    mkdir -p "$system$prefix"
    mount --bind "$prefix" "$system$prefix"
    chmod a+x "$system${prefix%%/"${prefix#/*/}"}"
fi
inside() { chroot "$system" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive SSL_CERT_FILE=/etc/network.crt UV_SYSTEM_CERTS=true USER=ann \
    ${FAREBOX_PYTHON:+FAREBOX_PYTHON="$FAREBOX_PYTHON"} "$@"; }
# As README.md says for this release. It doesn't say `-y`, because a person is asked.
packages=$(grep -oE 'Debian 1[23][^|]*\| `apt-get install [^`]*' "$root/README.md" | grep "$([ "$release" = bookworm ] && echo 'Debian 12' || echo 'Debian 13')" | sed 's/.*install //')
inside apt-get update -qq
# shellcheck disable=SC2086 # packages are words
inside apt-get install -qq -y $packages >/dev/null
# What pages beside README.md take for granted.
inside apt-get install -qq -y sudo sqlite3 postgresql pipx man-db >/dev/null 2>&1
inside useradd --create-home --shell /bin/bash ann
inside chown -R ann /srv/farebox
echo "ann ALL=(ALL) NOPASSWD: ALL" >"$system/etc/sudoers.d/ann"
inside service postgresql start >/dev/null
inside su postgres -c "createuser --superuser ann && createdb farebox_backup && createdb ann" >/dev/null
inside su ann --login --whitelist-environment=SSL_CERT_FILE,UV_SYSTEM_CERTS,FAREBOX_PYTHON -c "
    git clone --quiet /srv/farebox farebox && cd farebox &&
    \"\${FAREBOX_PYTHON:-python3}\" -m tests.docs_pages --own-system $*"
