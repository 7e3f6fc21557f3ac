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

if sh scripts/packages.sh apertium apertium-fr-es apertium-eng-spa; then
    say "Translations are rough with Apertium; for the better engine: make model (or make model ARGOS_PACKAGE=FILE)."
else
    say "No translation engine. Translation is left out for now; the next 'make corpus' fills the gap."
fi
exit 0
