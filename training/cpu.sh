#!/bin/sh
# Trains on a processor, at low priority, for as long as it is let: `sh training/cpu.sh`. It can be stopped at any moment and started again;
# it goes on from its last state. Meant for a processor with matrix units for bf16 (AMX; see `lscpu`), whose products take a sixth of the time or less.
#
#   RUN      folder of the state and the log, which should outlast this checkout (~/.enregard-training/run)
#   BUNDLE   what training.prepare wrote (training/bundle)
#   THREADS  1 where other work runs beside it, 2 on a quiet machine (1)
#   TRAIN    further options of training.train
set -eu
export GOMP_SPINCOUNT=0                # threads that wait do not burn the core that the others need
export THP_MEM_ALLOC_ENABLE=1          # large pages, and memory that is kept: a step took 1.71 s of processor time with it, 1.93 s without
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=4294967296
exec nice -n "${NICE:-10}" "${ENREGARD_PYTHON:-.venv/bin/python}" -u -m training.train --device cpu --threads "${THREADS:-1}" \
    --bundle "${BUNDLE:-training/bundle}" --run "${RUN:-$HOME/.enregard-training/run}" --minutes "${MINUTES:-100000}" \
    --fall "${FALL:-0}" ${TRAIN:-}
