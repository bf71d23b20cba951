#!/bin/sh
# Redirect TLS connections to a transparent farebox with iptables, and undo it.
#
#   iptables.sh gateway INTERFACE   connections that arrive on INTERFACE: farebox runs on the clients' gateway
#   iptables.sh host USER           connections of this host or network namespace, except those of farebox's own USER
#   iptables.sh undo                remove the rules; nothing else is changed
#
# FAREBOX_TRANSPARENT_PORT is the port in farebox's `mode: [transparent@8081]`, REDIRECTED_PORTS the clients' ports.
# Without farebox on that port, redirected connections fail: run undo before you stop it.
set -eu

port=${FAREBOX_TRANSPARENT_PORT:-8081}
ports=${REDIRECTED_PORTS:-443}

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }

# IPv6 only where its nat table exists.
families() {
    echo iptables
    ! ip6tables -w -t nat -S >/dev/null 2>&1 || echo ip6tables
}

undo() {
    for program in $(families); do
        "$program" -w -t nat -S FAREBOX >/dev/null 2>&1 || continue
        "$program" -w -t nat -S | sed -n 's/^-A \(.*-j FAREBOX\)$/\1/p' | while read -r rule; do
            # shellcheck disable=SC2086 # a rule is several words
            "$program" -w -t nat -D $rule
        done
        "$program" -w -t nat -F FAREBOX
        "$program" -w -t nat -X FAREBOX
    done
}

load() {
    undo
    chain=$1
    shift
    for program in $(families); do
        "$program" -w -t nat -N FAREBOX
        "$program" -w -t nat -A FAREBOX -m addrtype --dst-type LOCAL -j RETURN
        "$program" -w -t nat -A FAREBOX -p tcp -m multiport --dports "$ports" -j REDIRECT --to-ports "$port"
        # Last, so that connections are redirected by all rules or by none.
        "$program" -w -t nat -I "$chain" "$@" -j FAREBOX
    done
}

case "${1:-} $#" in
    'gateway 2') load PREROUTING -i "$2" ;;
    'host 2')
        uid=$(id -u "$2")
        load OUTPUT -m owner ! --uid-owner "$uid"
        ;;
    'undo 1') undo ;;
    *) usage ;;
esac
