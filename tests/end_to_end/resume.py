#!/usr/bin/env python3
# Running again keeps what is done, trains what is new, and measures what was added from stored weights.
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import experiment, hashes, saddle, table

file = experiment(last_seed=1)
_, first = saddle("run", file)
assert "16 to train" in first, first
kept = hashes("study")
written = {p: p.stat().st_mtime_ns for p in pathlib.Path("study.study/trials").iterdir()}

_, again = saddle("run", file)
assert "0 to train, 16 done already" in again, again
assert hashes("study") == kept
assert {p: p.stat().st_mtime_ns for p in written} == written, "a finished trial was written again"

# A longer grid: only the new seed is trained.
_, longer = saddle("run", file, "seed=0..2")
assert "8 to train, 16 done already" in longer, longer
assert {k: v for k, v in hashes("study").items() if k in kept} == kept

# A metric more: nothing is trained, weights and series stay, the number is the one that training would have given.
_, measured = saddle("run", file, "seed=0..2", "metrics=[modes,mmd,high_quality]")
assert "0 to train, 24 to measure again" in measured, measured
saddle("run", file, "seed=0..2", "metrics=[modes,mmd,high_quality]", "--out", "fresh")
for trial, row in table("study").items():
    assert row["metric.high_quality"] == table("fresh")[trial]["metric.high_quality"]

# By `measure` too, and by the store alone.
saddle("measure", "study", "{use: mmd, as: wide, scales: [4]}")
assert all(row["metric.wide"] == row["metric.wide"] for row in table("study").values())
_, by_store = saddle("run", "study")
assert "0 to train, 24 done already" in by_store, by_store

# Without the study the merged file suffices, and the other way round.
import shutil

shutil.rmtree("study.study")
_, from_file = saddle("run", file, "seed=0..2")
assert "0 to train" in from_file, from_file
assert len(table("study")) == 24
os.remove("study.h5")
stdout, _ = saddle("status", "study.h5")

# Another experiment does not write over it.
other = experiment(name="other")
_, refused = saddle("run", other, "--out", "study", expect=2)
assert "holds the experiment 'study', not 'other'" in refused, refused
