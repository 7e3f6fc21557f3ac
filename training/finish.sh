#!/bin/sh
# A trained model to a scored package: `sh training/finish.sh RUN DATA MODELS [BUNDLE]`. RUN holds the snapshot and the
# log, DATA the development set; the package goes into MODELS, with its scores in its README, unless it is worse than
# Apertium: FLOOR is the least BLEU.
set -eu
run=$1 data=$2 models=$3 bundle=${4:-training/bundle}
python=${ENREGARD_PYTHON:-.venv/bin/python}
"$python" -m training.package --run "$run" --bundle "$bundle" --output "$run"
for file in "$run"/*.argosmodel; do
    "$python" -m training.evaluate "$file" --data "$data" --output "$run/newstest2013.en" --floor "${FLOOR:-14.1}" \
        > "$run/scores.md" || { cat "$run/scores.md"; exit 1; }
    cat "$run/scores.md"
done
"$python" -m training.package --run "$run" --bundle "$bundle" --output "$models" --scores "$run/scores.md"
"$python" -m training.curve --run "$run" --output "$run/curve.svg"
