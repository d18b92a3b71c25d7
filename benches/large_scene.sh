#!/usr/bin/env bash
# How a large factory is checked and run: 5,000 machines in 50 groups, 50 products of 8 operations, and 50,000 jobs, each
# on a line of its own with its release and due date.
#
# Measured are the wall times (medians of three) and peak memory of `autotwin check` and `autotwin run`, without tables. The
# memory of a job is the slope from 5,000 jobs to 50,000, all released at the start so that all are in the factory at a
# time. It comes in two parts: `check` holds the scene's text and tree and the job orders, `run` the jobs themselves too.
#
# Needs Python 3.9 or later. AUTOTWIN names another program to measure.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly MACHINES=5000
readonly MANY=50000
readonly FEW=5000
readonly GROUP_COUNT=50

if [[ -z ${AUTOTWIN:-} ]]; then
    cargo build --release --quiet
    AUTOTWIN=${CARGO_TARGET_DIR:-target}/release/autotwin
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# generate JOBS EVERY: a scene with that many jobs, one released every so many seconds.
generate() {
    awk -v machines="$MACHINES" -v groups="$GROUP_COUNT" -v jobs="$1" -v every="$2" 'BEGIN {
        print "(\n    name: \"large\",\n    record: (tables: []),\n    twins: ["
        for (g = 0; g < groups; g++)
            printf "        (name: \"g%02d-{n}\", count: %d, machine: (rule: Edd)),\n", g, machines / groups
        print "    ],\n    products: {"
        for (p = 0; p < 50; p++) {
            printf "        \"p%02d\": (routing: [\n", p
            for (o = 0; o < 8; o++)
                printf "            (name: \"o%d\", machines: {\"g%02d-*\": \"%dm\"}),\n", o, (p * 7 + o * 11) % groups, 20 + (p + o * 3) % 21
            print "        ]),"
        }
        print "    },\n    jobs: ["
        for (j = 0; j < jobs; j++) {
            release = j * every
            printf "        (product: \"p%02d\", release: \"%ds\", due: \"%ds\"),\n", j * 31 % 50, release, release + 36000
        }
        print "    ],\n)"
    }'
}

# measure NAME COMMAND...: the median wall time of three runs, and the greatest peak memory.
measure() {
    local name=$1
    shift
    for _ in 1 2 3; do
        rm -rf "$work/out"
        python3 benches/measure.py "$@" 2>/dev/null
    done | sort -n >"$work/figures"
    awk -v name="$name" '{ wall[NR] = $1; if ($2 > peak) peak = $2 }
        END { printf "%-44s %8.3f s  peak %8.1f MiB\n", name, wall[2], peak / 1024 }' "$work/figures"
    peak=$(awk '$2 > peak { peak = $2 } END { print peak }' "$work/figures")
}

check_scene() { measure "$1" "$AUTOTWIN" check "$2"; }
run_scene() { measure "$1" "$AUTOTWIN" run "$2" --quiet --threads 1 --out "$work/out"; }

# 3.6 s apart keeps the machines busy four fifths of the time.
generate "$MANY" 3.6 >"$work/spread.ron"
generate "$MANY" 0 >"$work/many.ron"
generate "$FEW" 0 >"$work/few.ron"

check_scene "check, $MANY jobs" "$work/spread.ron"
run_scene "run, $MANY jobs spread over 50 h" "$work/spread.ron"
check_scene "check, $FEW jobs at once" "$work/few.ron"
few_checked=$peak
check_scene "check, $MANY jobs at once" "$work/many.ron"
many_checked=$peak
run_scene "run, $FEW jobs at once" "$work/few.ron"
few_run=$peak
run_scene "run, $MANY jobs at once" "$work/many.ron"
many_run=$peak
echo "bytes a job, check: $(((many_checked - few_checked) * 1024 / (MANY - FEW)))"
echo "bytes a job, run:   $(((many_run - few_run) * 1024 / (MANY - FEW)))"
