#!/usr/bin/env bash
# How much faster than SUMO 1.28 (https://eclipse.dev/sumo) a district of Bologna is simulated, and how nearly both agree: the same network,
# signals and demand (8,779 vehicles), steps of a second, output of trips only.
#
# Measured is the wall time of whole runs, from the start of the program to its end: the median of five, ours on one thread and on two. Then
# twenty copies of network and demand, whose cost a vehicle and step should be that of one.
#
#   bash benches/rivals/sumo.sh [RUNS]
#
# Needs the scenario `acosta` of DLR-TS/sumo-scenarios in $AUTOTWIN_DATA/traffic/acosta (or ../shared/data), Python 3.11 or later, and for the
# first run a connection to PyPI. Takes some 3 minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly RUNS=${1:-5}
readonly VENV=target/rivals/sumo-venv
readonly SCENARIO=${AUTOTWIN_DATA:-../shared/data}/traffic/acosta

if [[ ! -f $SCENARIO/run.sumocfg ]]; then
    echo "skipped: there is no $SCENARIO; set AUTOTWIN_DATA to the folder of the reference data"
    exit 0
fi
if [[ ! -x $VENV/bin/sumo ]]; then
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check eclipse-sumo==1.28.0
fi
cargo build --release --quiet
autotwin=${CARGO_TARGET_DIR:-target}/release/autotwin

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# It writes beside its configuration.
cp -r "$SCENARIO" "$work/scenario"
chmod -R u+w "$work/scenario"
"$autotwin" import sumo "$work/scenario/run.sumocfg" -o "$work/acosta.ron" >/dev/null

python3 - "$work" "$RUNS" "$autotwin" "$VENV/bin/sumo" <<'PYTHON'
import json
import re
import shutil
import statistics
import subprocess
import sys
import time

work, runs, autotwin, sumo = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def timed(command):
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - begin, done.stdout


def theirs(seed):
    seconds, log = timed([sumo, "-c", f"{work}/scenario/run.sumocfg", "--seed", str(seed), "--no-warnings",
                          "--tripinfo-output", f"{work}/tripinfo.xml", "--duration-log.statistics"])
    # The last of that name: `Duration` is also that of the program.
    number = lambda name: float(re.findall(rf" {name}: ([0-9.]+)", log)[-1])
    means = [number(name) for name in ("RouteLength", "Speed", "Duration", "WaitingTime", "TimeLoss", "DepartDelay")]
    return seconds, means


def ours(seed, threads, copies=1):
    folder = f"{work}/run"
    shutil.rmtree(folder, ignore_errors=True)
    seconds, _ = timed([autotwin, "run", f"{work}/acosta.ron", "--seed", str(seed), "--threads", str(threads),
                        "--set", f"city.copies={copies}", "--tables", "trips", "--out", folder])
    summary = json.load(open(f"{folder}/summary.json"))
    found = {each["name"]: each["value"] for each in summary["indicators"]}
    names = ("length", "speed", "duration", "waiting", "time_loss", "depart_delay")
    return seconds, [found[f"trip_{name}"] for name in names], found["trips_arrived"]


seeds = range(1, runs + 1)
sumo_runs = [theirs(seed) for seed in seeds]
one = [ours(seed, 1) for seed in seeds]
two = [ours(seed, 2) for seed in seeds]
median = lambda found: statistics.median(each[0] for each in found)
mean = lambda found, place: statistics.mean(each[1][place] for each in found)

print(f"{'':18} {'SUMO 1.28':>10} {'Autotwin':>10} {'':>8}")
for place, name in enumerate(("length (m)", "speed (m/s)", "duration (s)", "waiting (s)", "time loss (s)", "depart delay (s)")):
    a, b = mean(sumo_runs, place), mean(one, place)
    print(f"{name:18} {a:10.2f} {b:10.2f} {100 * (b / a - 1):+7.1f} %")
a, b = (mean(found, 2) + mean(found, 5) for found in (sumo_runs, one))
print(f"{'duration and delay':18} {a:10.2f} {b:10.2f} {100 * (b / a - 1):+7.1f} %")
print(f"arrived: {sorted({each[2] for each in one})} of 8779")
print(f"\nwall time: SUMO {median(sumo_runs):.2f} s; one thread {median(one):.3f} s, {median(sumo_runs) / median(one):.1f} times as fast;"
      f" two threads {median(two):.3f} s, {median(sumo_runs) / median(two):.1f} times as fast")
for threads in (1, 2):
    for copies in (1, 20):
        seconds, means, arrived = min(ours(1, threads, copies) for _ in range(3))
        steps = arrived * means[2]
        print(f"{threads} threads, {copies:2} copies: {seconds:.2f} s, {1e9 * seconds / steps:.0f} ns a vehicle and step")
PYTHON
