#!/usr/bin/env bash
# How much faster than SimPy 4.1 (https://simpy.readthedocs.io) a closed network of queues is simulated.
#
# Both simulate scenes/closed_network.ron: 100 servers, 200 customers, 2,000 visits each. Neither records details. Measured
# is the wall time of the whole process, from its start to its end, five times each by turns, and its peak memory. Both
# must have made the same number of visits, and their mean times of a visit must agree within 3 %, else the comparison
# fails. The last line is the ratio of the median wall times, SimPy's to ours; on a machine that is busy with other things
# the ratio of the least ones, above it, is the fairer figure.
#
# Needs Python 3.9 or later, and for the first run a connection to PyPI. AUTOTWIN names another program to measure.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly RUNS=5
readonly VENV=target/rivals/simpy-venv

if [[ ! -x $VENV/bin/python ]] || ! "$VENV/bin/python" -c 'import simpy' 2>/dev/null; then
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check simpy==4.1.1
fi
if [[ -z ${AUTOTWIN:-} ]]; then
    cargo build --release --quiet
    AUTOTWIN=${CARGO_TARGET_DIR:-target}/release/autotwin
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for run in $(seq "$RUNS"); do
    python3 benches/measure.py "$AUTOTWIN" run scenes/closed_network.ron --quiet --threads 1 --seed "$run" \
        --out "$work/ours-$run" >>"$work/ours"
    python3 benches/measure.py "$VENV/bin/python" benches/rivals/closed_network_simpy.py "$run" \
        2>"$work/simpy-$run.json" >>"$work/simpy"
done

"$VENV/bin/python" --version
"$VENV/bin/pip" list --disable-pip-version-check | grep -i '^simpy'
python3 - "$work" "$RUNS" <<'PYTHON'
import json
import statistics
import sys

work, runs = sys.argv[1], int(sys.argv[2])
VISITS = 2_000


def measured(name):
    rows = [tuple(map(float, line.split())) for line in open(f"{work}/{name}")]
    walls = [row[0] for row in rows]
    return statistics.median(walls), min(walls), max(row[1] for row in rows) / 1024


def ours(run):
    indicators = json.load(open(f"{work}/ours-{run}/summary.json"))["indicators"]
    visits = sum(i["value"] for i in indicators if i["name"] == "operations")
    flow = next(i["value"] for i in indicators if i["name"] == "flow_time")
    return visits, flow / VISITS


def simpy(run):
    result = json.load(open(f"{work}/simpy-{run}.json"))
    return result["visits"], result["cycle_time"]


results = {"autotwin": [ours(run) for run in range(1, runs + 1)], "simpy": [simpy(run) for run in range(1, runs + 1)]}
visits = {count for rows in results.values() for count, _ in rows}
cycles = {name: statistics.mean(cycle for _, cycle in rows) for name, rows in results.items()}
figures = {"autotwin": measured("ours"), "simpy": measured("simpy")}
for name, (median, least, memory) in figures.items():
    times = f"median {median:.3f} s  least {least:.3f} s"
    print(f"{name:9} {times}  peak {memory:.1f} MiB  mean time of a visit {cycles[name]:.4f} s")
if len(visits) != 1:
    sys.exit(f"the numbers of visits differ: {visits}")
print(f"visits    {visits.pop():.0f} each")
difference = cycles["autotwin"] / cycles["simpy"] - 1
if abs(difference) > 0.03:
    sys.exit(f"the mean times of a visit differ by {difference:.2%}")
ours, theirs = figures["autotwin"], figures["simpy"]
print(f"ratio of the least wall times: {theirs[1] / ours[1]:.1f}")
print(f"ratio: {theirs[0] / ours[0]:.1f}")
PYTHON
