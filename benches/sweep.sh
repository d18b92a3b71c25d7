#!/usr/bin/env bash
# How much quicker a study of 1,000 short runs is on two cores than on one: the wall time of the whole program, five times each by turns, on a
# machine with nothing else to do. The tables must be the same, byte by byte. AUTOTWIN names another program to measure.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly RUNS=5
if [[ -z ${AUTOTWIN:-} ]]; then
    cargo build --release --quiet
    AUTOTWIN=${CARGO_TARGET_DIR:-target}/release/autotwin
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for run in $(seq "$RUNS"); do
    for threads in 1 2; do
        python3 benches/measure.py "$AUTOTWIN" sweep benches/sweep.ron --quiet --threads "$threads" --out "$work/$threads-$run" \
            >>"$work/times-$threads"
        cmp "$work/1-1/runs.parquet" "$work/$threads-$run/runs.parquet"
    done
done
python3 - "$work" <<'PYTHON'
import statistics
import sys

one, two = (statistics.median(float(line.split()[0]) for line in open(f"{sys.argv[1]}/times-{n}")) for n in (1, 2))
print(f"1,000 runs: {one:.2f} s on one core, {two:.2f} s on two")
print(f"ratio: {one / two:.2f}")
PYTHON
