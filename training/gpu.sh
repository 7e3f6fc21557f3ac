#!/bin/sh
# Trains on a machine that only lends itself for minutes at a time: `sh training/gpu.sh`, again and again until it says
# that it is done. The first call starts the training, which goes on between calls; every call waits at most $WAIT
# seconds and then puts the latest model and the log into $OUT.
#
#   MINUTES  of training in all (24); a later call can change it, when it is known how long the machine is lent
#   BUNDLE   what training.prepare wrote (training/bundle)
#   WAIT     seconds of one call (560)    OUT     folder for the results (training/run/out)
#   RUN      folder that stays (~/.enregard-training)
#   TRAIN    further options of training.train (--compile --every 2.5)
set -eu
OUT=${OUT:-training/run/out}
RUN=${RUN:-$HOME/.enregard-training}
WAIT=${WAIT:-560}
mkdir -p "$OUT" "$RUN/state"
[ -z "${MINUTES:-}" ] || echo "$MINUTES" > "$RUN/state/minutes"
if [ ! -e "$RUN/started" ]; then
    cp -r "${BUNDLE:-training/bundle}" "$RUN/bundle"
    mkdir -p "$RUN/training"
    cp training/*.py "$RUN/training/"
    (cd "$RUN" && exec setsid sh -c "python3 -u -m training.train --bundle bundle --run state \
        --minutes ${MINUTES:-24} ${TRAIN:---compile --every 2.5} > output 2>&1; echo \$? > ended" < /dev/null > /dev/null 2>&1) &
    touch "$RUN/started"
fi
end=$(($(date +%s) + WAIT))
while [ ! -e "$RUN/ended" ] && [ "$(date +%s)" -lt "$end" ]; do sleep 2; done
tail -c 100000 "$RUN/output" > "$OUT/output.txt"
for file in "$RUN"/state/log.jsonl "$RUN"/state/snapshot/*; do
    [ ! -e "$file" ] || cp "$file" "$OUT/" || echo "$file: could not be copied"
done
tail -n 3 "$RUN/output"
if [ ! -e "$RUN/ended" ]; then
    echo "still training: call again"
elif [ "$(cat "$RUN/ended")" = 0 ]; then
    echo "done: fetch everything in $OUT"
else
    echo "training failed: see output.txt"
    exit 1
fi
