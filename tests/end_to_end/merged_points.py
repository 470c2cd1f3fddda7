#!/usr/bin/env python3
# Points that train the same are one trial, with the metrics of all of them, and the table says nothing false of it.
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import saddle, table

small = ("generator: {widths: [8]}, critic: {widths: [8]}, train: {steps: 3, batch: 9}, "
         "measure: {every: 0, samples: 9}")
pathlib.Path("m.yaml").write_text(
    f"experiment: m\nbase: {{data: ring, {small}}}\ngrid:\n  divergence: [gan, mmd]\n"
    "  metrics: [[modes], [mmd, {use: mmd, as: far}]]\n  critic.widths: [[8], [9]]\n")
_, stderr = saddle("run", "m.yaml")
assert "note: 5 of 8 points merged" in stderr, stderr
assert "note: 1 trial stands for 4 points that differ in critic.widths, metrics" in stderr, stderr
rows = table("m").values()
assert len(rows) == 3, rows
for row in rows:
    assert all(row[f"metric.{name}"] == row[f"metric.{name}"] for name in ("modes", "mmd", "far")), row
    assert "param.metrics" not in row, row
    assert row["param.critic.widths"] == "" if row["param.divergence"] == "mmd" else row["param.critic.widths"], row

# The same metric in two ways, and two numbers of samples, are mistakes before anything is written.
pathlib.Path("w.yaml").write_text(
    f"experiment: w\nbase: {{data: ring}}\ngrid:\n  measure.samples: [10, 20]\n  m:\n    a: {{metrics: [precision_recall]}}\n"
    "    b: {metrics: [{use: precision_recall, k: 5}]}\n")
_, stderr = saddle("run", "w.yaml", expect=2)
assert "2 mistakes" in stderr and "as: name" in stderr and "measure.samples: 20 here, and 10" in stderr, stderr
assert not pathlib.Path("w.study").exists()
