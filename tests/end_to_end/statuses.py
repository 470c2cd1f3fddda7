#!/usr/bin/env python3
# collapsed, dead_critic and stalled are results: they have a reason and a step, keep their numbers, count in every
# comparison, are no failures, and are trained again only when they are asked for. What is merely poor is done.
import json
import math
import os
import pathlib
import random
import re
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import hashes, saddle, table

random.seed(1)
pathlib.Path("square.csv").write_text("".join(f"{random.random()},{random.random()}\n" for _ in range(300)))
pathlib.Path("ends.yaml").write_text("""\
experiment: ends
base:
  data: {use: ring, std: 0.05}
  generator: {widths: [16]}
  critic: {widths: [16]}
  train: {steps: 60, batch: 32}
  metrics: [mmd, moments]
  measure: {every: 20, samples: 200}
grid:
  ending:
    # Samples of one mode of two, with its spread; a generator that is not trained; a critic that is not.
    one_mode:
      data: {use: gaussian_mixture, means: [[1, 0], [-1, 0]], stds: [0.01]}
      generator: {use: affine, location: 1, scale: 0.01}
      train.generator_optimizer: {use: sgd, rate: 1e-4}
    frozen: {train.generator_optimizer: {use: sgd, rate: 0}}
    untaught: {train.critic_optimizer: {use: sgd, rate: 0}}
    plain: {}
    # An affine generator that starts as good as a point and hardly learns.
    collapsed: {generator: {use: affine, scale: 1e-6}, train.generator_optimizer: {use: sgd, rate: 1e-9}}
    # Clipped to what float32 rounds to 0: no unit of the critic is ever active again.
    dead_critic: {constraints: [{use: weight_clipping, limit: 1e-46}]}
    # Sigmoids so saturated that their derivatives are 0: samples in the corners of the square, and in one of them.
    stalled:
      data: {use: csv, path: square.csv, standardise: minmax}
      head: sigmoid
      generator: {use: affine, scale: 1e30}
    cornered:
      data: {use: csv, path: square.csv, standardise: minmax}
      head: sigmoid
      generator: {use: affine, location: 1000}
    diverged: {train.critic_optimizer: {use: sgd, rate: 1e30}}
  seed: 0..2
""")
saddle("run", "ends.yaml", "--quiet")  # exit code 0
rows = table("ends")
EXPECTED = {"one_mode": "done", "frozen": "done", "untaught": "done", "plain": "done", "collapsed": "collapsed",
            "dead_critic": "dead_critic", "stalled": "stalled", "cornered": "collapsed", "diverged": "diverged"}
for row in rows.values():
    assert row["status"] == EXPECTED[row["param.ending"]], row
    assert math.isnan(row["metric.mmd"]) == (row["status"] == "diverged"), row
    assert row["steps"] == 60 or row["status"] == "diverged", row

# Reason and step in `show` and `status`; where two hold the reason names both.
REASONS = {"collapsed": "the generated samples are one point", "stalled": "the generator no longer changes, and its gradient is zero",
           "dead_critic": "the critic's score is one number for all samples, and its gradient is zero"}
SINCE = {"collapsed": 0, "dead_critic": 20, "stalled": 20, "cornered": 0}
status, _ = saddle("status", "ends")
for trial, row in rows.items():
    if row["status"] not in REASONS:
        continue
    ending = row["param.ending"]
    shown = json.loads(saddle("show", "ends", trial, "--json")[0])
    both = f"{REASONS['collapsed']}; {REASONS['stalled']}"
    assert shown["reason"].startswith(both if ending == "cornered" else REASONS[row["status"]]), shown["reason"]
    assert shown["reason_step"] == SINCE[ending], (ending, shown["reason_step"])
    assert f"{trial} {row['status']} at step {SINCE[ending]}: {REASONS[row['status']]}" in status, status
assert re.search(r"^collapsed +6", status, re.M) and re.search(r"^stalled +3", status, re.M), status

# Every comparison counts them, with their numbers, and says what they are.
compared, _ = saddle("compare", "ends", "--rows", "ending", "--metric", "mmd")
for ending in ("collapsed", "dead_critic", "stalled"):
    line, = (line for line in compared.splitlines() if line.startswith(ending + " "))
    assert f"(3 of 3 · 3 {ending})" in line, compared
assert "(0 of 3 · 3 diverged)" in compared, compared
cells = json.loads(saddle("compare", "ends", "--rows", "ending", "--metric", "mmd", "--json")[0])["cells"]
assert {cell["row"]["ending"]: cell["statuses"] for cell in cells} == {e: {s: 3} for e, s in EXPECTED.items()}

# They are not trained again, unless they are asked for; their weights can be measured.
before = hashes("ends")
_, stderr = saddle("run", "ends.yaml")
assert "0 to train, 27 done already" in stderr, stderr
for wanted, number in [("collapsed", 6), ("dead_critic", 3), ("stalled", 3)]:
    _, stderr = saddle("run", "ends.yaml", "--retry", wanted)
    assert f"{number} to train, {27 - number} done already" in stderr, stderr
assert hashes("ends") == before
saddle("measure", "ends", "sliced_wasserstein", "--quiet")
for row in table("ends").values():
    assert math.isnan(row["metric.sliced_wasserstein"]) == (row["status"] == "diverged"), row
_, stderr = saddle("measure", "ends", "sliced_wasserstein", "--device", "tpu", expect=2)
assert "there are cpu and cuda" in stderr, stderr

# Data that are one point have none of it: there a game that stands still is at its end.
pathlib.Path("point.yaml").write_text("""\
experiment: point
base:
  data: {use: point, at: [0]}
  prior: {use: normal, dim: 1}
  generator: {use: point, start: [0]}
  critic: {use: linear, bias: false, start: 0}
  train: {steps: 30, batch: 4}
  measure: {every: 10, samples: 10}
""")
saddle("run", "point.yaml", "--quiet")
assert [row["status"] for row in table("point").values()] == ["done"]
