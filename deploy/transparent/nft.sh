#!/bin/sh
# Redirect TLS connections to a transparent farebox with nftables, and undo it.
#
#   nft.sh gateway INTERFACE   connections that arrive on INTERFACE: farebox runs on the clients' gateway
#   nft.sh host USER           connections of this host or network namespace, except those of farebox's own USER
#   nft.sh undo                remove the rules; nothing else is changed
#
# FAREBOX_TRANSPARENT_PORT is the port in farebox's `mode: [transparent@8081]`, REDIRECTED_PORTS the clients' ports.
# Without farebox on that port, redirected connections fail: run undo before you stop it.
set -eu

port=${FAREBOX_TRANSPARENT_PORT:-8081}
ports=${REDIRECTED_PORTS:-443}

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }

load() {
    # One transaction: the old table is replaced, or nothing changes.
    nft -f - <<RULES
table inet farebox
delete table inet farebox
table inet farebox {
    chain redirected {
        type nat hook $1 priority -100; policy accept;
        fib daddr type local return
        $2 tcp dport { $ports } redirect to :$port
    }
}
RULES
}

case "${1:-} $#" in
    'gateway 2') load prerouting "iifname \"$2\"" ;;
    'host 2')
        uid=$(id -u "$2")
        load output "meta skuid != $uid"
        ;;
    'undo 1') ! nft list table inet farebox >/dev/null 2>&1 || nft delete table inet farebox ;;
    *) usage ;;
esac
