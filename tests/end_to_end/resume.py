#!/usr/bin/env python3
# Running again keeps what is done, trains what is new, and measures what was added from stored weights.
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import experiment, hashes, saddle, table  # skips the test where h5py is missing

import h5py

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

# The same definition again is no work; another one under a name that is taken is a mistake that changes nothing.
before = hashes("study")
_, nothing = saddle("measure", "study", "mmd", "{use: mmd, scales: [4], as: wide}")
assert "there is nothing to do" in nothing, nothing
_, taken = saddle("measure", "study", "{use: mmd, scales: [4]}", expect=2)
assert "another metric under the name 'mmd'" in taken and "as: NAME" in taken, taken
assert hashes("study") == before

# A metric that the experiment defines otherwise now does not stand beside values and series of the old definition:
# those are set aside with the trial, leave the table, and come back when they are asked for again.
def kept(store):
    with h5py.File(f"{store}.h5") as file:
        return {id: ({n: m[()] for n, m in t["metrics"].items()}, {n: list(s["value"]) for n, s in t["series"].items()})
                for id, t in file["trials"].items()}

old = kept("study")
_, other = saddle("run", file, "seed=0..2", "metrics=[modes,{use: mmd, scales: [4]}]")
assert "0 to train, 24 to measure again" in other, other
assert "mmd: 24 finished trials hold it measured otherwise" in other and "stay with them as mmd@1" in other, other
rows = table("study")
assert {name for name in next(iter(rows.values())) if name.startswith("metric.")} == {"metric.modes", "metric.mmd"}
for trial, (metrics, series) in kept("study").items():
    assert metrics["mmd"] == old[trial][0]["wide"] == rows[trial]["metric.mmd"]
    assert metrics["mmd@1"] == old[trial][0]["mmd"] and series["mmd@1"] == old[trial][1]["mmd"] and "mmd" not in series
    assert metrics["high_quality"] == old[trial][0]["high_quality"]  # taken out of the experiment, not of the trial
_, back = saddle("run", file, "seed=0..2", "metrics=[modes,mmd,high_quality]")
assert "24 done already" in back and "comes back with its series" in back, back
for trial, (metrics, series) in kept("study").items():
    assert metrics["mmd"] == old[trial][0]["mmd"] and series["mmd"] == old[trial][1]["mmd"]
assert {name for name in next(iter(table("study").values())) if name.startswith("metric.")} == {
    "metric.modes", "metric.mmd", "metric.high_quality"}

# Trials that keep no weights can't be measured again; a number of the old definition is not passed off for the new.
light = experiment(name="light", last_seed=0)
saddle("run", light, "keep={weights: none}", "--quiet")
_, unmeasured = saddle("run", light, "keep={weights: none}", "metrics=[{use: mmd, scales: [4]}]")
assert "8 finished trials keep no weights" in unmeasured, unmeasured
assert all("mmd@1" in metrics and "mmd" not in metrics for metrics, _ in kept("light").values())
saddle("run", light, "keep={weights: none}", "--quiet")
assert all(row["metric.mmd"] == row["metric.mmd"] for row in table("light").values())

# Without the study the merged file suffices, and the other way round.
import shutil

shutil.rmtree("study.study")
_, from_file = saddle("run", file, "seed=0..2")
assert "0 to train" in from_file, from_file
assert len(table("study")) == 24
os.remove("study.h5")
stdout, _ = saddle("status", "study.h5")

# A damaged shard costs nothing where the merged file holds its trial: it is made again from there.
saddle("run", file, "seed=0..2", "--retry", "done", "--quiet")
before = hashes("study")
damaged = sorted(pathlib.Path("study.study/trials").glob("*.h5"))[:2]
damaged[0].write_bytes(damaged[0].read_bytes()[:3000])
damaged[1].write_bytes(b"")
_, repaired = saddle("run", file, "seed=0..2")
assert "0 to train, 24 done already" in repaired, repaired
assert "2 damaged shards were made again from study.h5" in repaired, repaired
os.remove("study.h5")
saddle("status", "study", "--merge")
assert hashes("study") == before

# Another experiment does not write over it.
other = experiment(name="other")
_, refused = saddle("run", other, "--out", "study", expect=2)
assert "holds the experiment 'study', not 'other'" in refused, refused
