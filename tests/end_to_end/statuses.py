#!/usr/bin/env python3
# collapsed, dead_critic and stalled are results: they have a reason and a step, keep their numbers, count in every
# comparison, are not failures, and are trained again only when they are asked for. What is merely poor is done.
import json
import math
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import saddle, table

pathlib.Path("ends.yaml").write_text("""\
experiment: ends
base:
  data: {use: ring, std: 0.05}
  generator: {widths: [16]}
  critic: {widths: [16]}
  train: {steps: 60, batch: 32}
  metrics: [modes, mmd]
  measure: {every: 20, samples: 200}
grid:
  ending:
    done: {}
    one_mode: {data: {use: gaussian_mixture, means: [[1, 0], [-1, 0]], stds: [0.01]}, generator: {use: affine, location: 1, scale: 0.01},
               train.generator_optimizer: {use: sgd, rate: 0}}
    frozen: {train.generator_optimizer: {use: sgd, rate: 0}}
    collapsed: {generator: {use: affine, scale: 1e-6}, train.generator_optimizer: {use: sgd, rate: 1e-9}}
    dead_critic: {critic: {widths: [16], activation: relu}, train.critic_optimizer: {use: sgd, rate: 1e4}}
    stalled: {data: {use: gaussian_mixture, means: [[1000, 0]], stds: [1]}, divergence: {use: gan, generator: minimax},
              critic: {widths: []}, train.critic_optimizer: {use: sgd, rate: 10}, train.generator_optimizer: {use: sgd, rate: 1e-6}}
    diverged: {train.critic_optimizer: {use: sgd, rate: 1e30}}
  seed: 0..2
""")
saddle("run", "ends.yaml", "--quiet")  # exit code 0
rows = table("ends")
for row in rows.values():
    print(row["param.ending"], row["seed"], row["status"], row["metric.mmd"])
