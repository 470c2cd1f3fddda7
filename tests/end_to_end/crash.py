#!/usr/bin/env python3
# A plugin that ends its process costs one trial; one that throws, likewise. The rest of the group is trained.
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import crashes_are_signals, saddle, table

crashes_are_signals()

specimens = pathlib.Path(os.environ["SADDLE_BUILD"]) / "specimens"
pathlib.Path("crash.yaml").write_text("""\
experiment: crash
base: {data: ring, generator: {widths: [8]}, critic: {widths: [8]}, train: {steps: 5, batch: 9}, measure: {every: 0}}
grid:
  divergence: [{use: crasher, weight: 1}, {use: crasher, weight: 2}, {use: crasher, weight: 0.5}]
""")
_, stderr = saddle("run", "crash.yaml", "--plugins", specimens / "crashes_in_training", expect=4)
assert "Segmentation fault" in stderr, stderr
statuses = sorted(row["status"] for row in table("crash").values())
assert statuses == ["done", "done", "failed"], statuses
stdout, _ = saddle("status", "crash")
assert "Segmentation fault" in stdout, stdout

pathlib.Path("throw.yaml").write_text("""\
experiment: throw
base: {data: ring, generator: {widths: [8]}, critic: {widths: [8]}, train: {steps: 5, batch: 9}, measure: {every: 0}}
grid:
  divergence: [{use: thrower, after: 3}, {use: thrower, after: 100}]
  seed: 0..1
""")
_, stderr = saddle("run", "throw.yaml", "--plugins", specimens / "throws_in_training", expect=4)
assert "nothing left to compare" in stderr, stderr
statuses = sorted(row["status"] for row in table("throw").values())
assert statuses == ["done", "done", "failed", "failed"], statuses

# A plugin that refuses its parameters does so before anything runs, at the line that gave them.
pathlib.Path("picky.yaml").write_text("""\
experiment: picky
base: {data: ring}
grid:
  generator: [{use: picky, width: 64}, {use: picky, width: 63}]
""")
_, stderr = saddle("run", "picky.yaml", "--plugins", specimens / "throws_in_declare", expect=2)
assert "picky.yaml:4:" in stderr and "must be even, 63 is odd" in stderr, stderr
assert not pathlib.Path("picky.study").exists()

# A library that can't be used is fatal only for an experiment that needs it.
pathlib.Path("plain.yaml").write_text("experiment: plain\nbase: {data: ring}\n")
saddle("plan", "plain.yaml", "--plugins", specimens / "wrong_headers")
pathlib.Path("needs.yaml").write_text("experiment: needs\nbase: {data: ring, divergence: wrong_headers}\n")
_, stderr = saddle("plan", "needs.yaml", "--plugins", specimens / "wrong_headers", expect=3)
assert "rebuild it" in stderr, stderr
