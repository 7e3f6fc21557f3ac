#!/bin/sh
# Sees to it that some translation engine is at hand. Opens no connection when one is. Does not fail for want of one: without an engine
# everything but translation still works, and the next run fills the gap.
set -u
enregard=.venv/bin/enregard

say() { printf '%s\n' "$*" >&2; }

# The quick answer, for every run but the first: a package, or Apertium, is there.
for present in .data/argos/*/metadata.json models/*.argosmodel; do
    [ -e "$present" ] && exit 0
done
if command -v apertium >/dev/null 2>&1; then
    modes=$(apertium -l 2>/dev/null)
    case "$modes" in *spa-eng*) case "$modes" in *fr-es* | *fra-spa*) exit 0 ;; esac ;; esac
fi

"$enregard" model ensure
status=$?
[ "$status" -eq 3 ] || exit "$status" # 3: no engine, and the official package could not be fetched

packages="apertium apertium-fr-es apertium-eng-spa"
if ! command -v apt-get >/dev/null 2>&1; then
    say "No translation engine: not a Debian system. See 'enregard doctor'. The rest still works."
    exit 0
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo"
    command -v sudo >/dev/null 2>&1 || { say "No translation engine. As root: apt-get install $packages"; exit 0; }
fi
say "Installing the Apertium engine ($packages) ..."
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
fetch() { $as_root apt-get install -y --no-install-recommends $packages >"$log" 2>&1; }
if fetch || { $as_root apt-get update >"$log" 2>&1 && fetch; }; then
    say "Translations are rough with Apertium; for the better engine: make model (or make model ARGOS_PACKAGE=FILE)."
else
    say "Apertium could not be installed: $(tail -n 1 "$log")"
    say "Translation is left out for now; the next 'make corpus' fills the gap."
fi
rm -f "$log"
exit 0
