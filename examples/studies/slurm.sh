#!/usr/bin/env bash
# A study as a job array of Slurm: each task makes the runs of every 16th point, and a job that waits for all of them puts them
# together.
#
#   job=$(sbatch --parsable --export=ALL,STUDY=study.ron,OUT=/shared/study slurm.sh)
#   sbatch --dependency=afterok:$job --wrap "autotwin sweep study.ron --out /shared/study --merge"
#
# STUDY, its scene and OUT should be on a file system that all nodes see. A task that is stopped by a time limit or a failing node goes on by
# the same command: no run that has ended is made again, and `--requeue` lets Slurm do that by itself.
#SBATCH --job-name=study
#SBATCH --array=1-16
#SBATCH --cpus-per-task=8
#SBATCH --mem-per-cpu=1G
#SBATCH --time=04:00:00
#SBATCH --requeue
set -euo pipefail

srun autotwin sweep "$STUDY" --out "$OUT" --threads "$SLURM_CPUS_PER_TASK" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --quiet
