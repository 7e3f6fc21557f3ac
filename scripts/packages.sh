#!/bin/sh
# Installs Debian packages, as root or by sudo; says what to do where that is not possible.
set -u
say() { printf '%s\n' "$*" >&2; }

command -v apt-get >/dev/null 2>&1 || { say "Not a Debian system: install $* by its own means."; exit 1; }
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo"
    command -v sudo >/dev/null 2>&1 || { say "As root: apt-get install $*"; exit 1; }
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
fetch() { $as_root apt-get install -y --no-install-recommends "$@" >"$log" 2>&1; }
if fetch "$@" || { $as_root apt-get update >"$log" 2>&1 && fetch "$@"; }; then
    say "Installed: $*"
else
    say "Could not be installed: $(tail -n 1 "$log")"
    exit 1
fi
