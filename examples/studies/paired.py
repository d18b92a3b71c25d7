"""Paired differences of a study of one factor: each setting against the first, by common seeds, with 95 % intervals.

    python3 examples/studies/paired.py runs/signals trip_time_loss trip_depart_delay

The figures that are named are also added up, run by run.
"""

import json
import math
import statistics
import sys

# Student's t, two-sided 95 %, by degrees of freedom (Abramowitz and Stegun, table 26.10).
STUDENT = {4: 2.776, 9: 2.262, 14: 2.145, 16: 2.120, 18: 2.101, 19: 2.093, 29: 2.045, 49: 2.010, 99: 1.984}


def half_width(values):
    freedom = len(values) - 1
    return STUDENT[freedom] * statistics.stdev(values) / math.sqrt(len(values))


def figures(run, names):
    each = {name: run["indicators"][name] for name in names}
    return {**each, "together": sum(each.values())} if len(names) > 1 else each


def main(folder, names):
    points = {}
    with open(f"{folder}/runs.jsonl", encoding="utf-8") as lines:
        runs = [json.loads(line) for line in lines if line.strip()]
        most = max(run["indicators"]["trips_arrived"] for run in runs)
        # In a run that has jammed the mean of those who arrived says nothing.
        for run in (run for run in runs if run["indicators"]["trips_arrived"] == most):
            points.setdefault(", ".join(run["settings"]), {})[run["seed"]] = figures(run, names)
    first = next(iter(points))
    for setting, runs in points.items():
        for name in runs[min(runs)]:
            values = [runs[seed][name] for seed in sorted(runs)]
            differences = [runs[seed][name] - points[first][seed][name] for seed in sorted(runs)]
            mean, difference = statistics.mean(values), statistics.mean(differences)
            print(f"{setting:24} {name:20} {mean:9.2f} ± {half_width(values):6.2f}", end="")
            print("" if setting == first else f"   {difference:+9.2f} ± {half_width(differences):6.2f}")


main(sys.argv[1], sys.argv[2:])
