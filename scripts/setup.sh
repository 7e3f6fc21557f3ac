#!/bin/sh
# Makes .venv with the pinned packages. Called by make when requirements.lock has changed.
set -eu
python=${1:-python3}

say() { printf '%s\n' "$*" >&2; }

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "En regard needs Python 3.11 or newer; '$python' is not. Install it, or name one: make setup PYTHON=python3.12"
    exit 1
fi

make_venv() { "$python" -m venv .venv >/dev/null 2>&1; }
add_venv() { # Debian keeps venv in a package of its own
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root=""
    [ "$(id -u)" -eq 0 ] || as_root="sudo"
    say "Installing Debian's python3-venv ..."
    $as_root apt-get install -y python3-venv >/dev/null 2>&1 ||
        { $as_root apt-get update >/dev/null 2>&1 && $as_root apt-get install -y python3-venv >/dev/null 2>&1; }
}
if ! make_venv && ! { rm -rf .venv && add_venv && make_venv; }; then
    say "'$python -m venv' does not work here. On Debian: sudo apt-get install python3-venv   Then run make again."
    rm -rf .venv
    exit 1
fi

say "Setting up .venv (once, about half a minute) ..."
install() { .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps "$@"; }
if ! { install --require-hashes -r requirements.lock && install --no-build-isolation --editable .; }; then
    say "The packages could not be installed. Set-up needs the network once (or a local package index). Run make again."
    exit 1
fi
touch .venv/.ready
