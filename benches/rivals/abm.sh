#!/usr/bin/env bash
# How much faster than Mesa 3.3 (https://mesa.readthedocs.io) and krABMaga 0.6 (https://krabmaga.github.io) the classic agent-based models
# are simulated: wolf-sheep, flocking and Schelling in the large sizes of the frameworks' comparison, one thread, agents one after the other
# in random order; and 80,000 birds that fly all at once, beside krABMaga.
#
# Measured is the time of all steps without the start: the median of 100 seeds each, of three for krABMaga's 80,000 birds. What each counts
# at the end is told beside it, as the mean over the seeds: it should agree, but for krABMaga's birds, who see nobody across the edges and
# fly all at once, and of whom it is not counted how many each sees. Mesa's own example of wolves and sheep walks four ways; here all walk
# eight.
#
#   bash benches/rivals/abm.sh [SEEDS]
#
# Needs Python 3.11 or later, and for the first run connections to PyPI and crates.io. Takes some 20 minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly SEEDS=${1:-100}
readonly VENV=target/rivals/mesa-venv
readonly KRABMAGA=$PWD/target/rivals/krabmaga

if [[ ! -x $VENV/bin/python ]] || ! "$VENV/bin/python" -c 'import mesa, scipy' 2>/dev/null; then
    python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check mesa==3.3.1 scipy
fi
CARGO_TARGET_DIR=$KRABMAGA cargo build --release --quiet --locked --manifest-path benches/rivals/krabmaga/Cargo.toml
cargo bench --quiet --bench abm --no-run

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo bench --quiet --bench abm -- "$SEEDS" >"$work/ours"
for model in wolf_sheep flocking schelling; do
    "$KRABMAGA/release/krabmaga-classics" "$model" "$SEEDS" >"$work/krabmaga-$model"
    "$VENV/bin/python" benches/rivals/abm_mesa.py "$model" "$SEEDS" >"$work/mesa-$model"
done
"$KRABMAGA/release/krabmaga-classics" boids 3 >"$work/krabmaga-boids"

"$VENV/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -i '^mesa'
grep -A1 '^name = "krabmaga"' benches/rivals/krabmaga/Cargo.lock
python3 - "$work" <<'PYTHON'
import statistics
import sys

work = sys.argv[1]
BIRD_STEPS = 80_000 * 100


def theirs(name):
    rows = [list(map(float, line.split())) for line in open(f"{work}/{name}")]
    means = " ".join(f"{statistics.mean(column):.3f}" for column in list(zip(*rows))[1:])
    return statistics.median(row[0] for row in rows), means


lines = open(f"{work}/ours").read().splitlines()
for line in lines:
    model, median, _, *counts = line.split()
    if model == "boids":
        continue
    median = float(median)
    print(f"\n{model:11} {' '.join(counts[::2])}")
    print(f"  autotwin  {median:.6f} s  {' '.join(counts[1::2])}")
    for rival in ("mesa", "krabmaga"):
        seconds, means = theirs(f"{rival}-{model}")
        print(f"  {rival:9} {seconds:.6f} s  {means}  ratio {seconds / median:.1f}")

print("\nboids, nanoseconds a bird and step")
each = theirs("krabmaga-boids")[0] / BIRD_STEPS * 1e9
print(f"  krabmaga  80,000 birds, 1 thread: {each:.0f}")
for line in lines:
    model, birds, form, threads, nanoseconds, *_ = line.split()
    if model == "boids":
        plural = "s" if threads != "1" else ""
        ratio = f"  ratio {each / float(nanoseconds):.1f}" if birds == "80000" else ""
        print(f"  autotwin  {int(birds):,} birds, {form}, {threads} thread{plural}: {nanoseconds}{ratio}")
PYTHON
