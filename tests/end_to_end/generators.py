#!/usr/bin/env python3
# What generators that draw are for. A mixture covers separated modes without the bridge that one generator, a
# continuous map of the latents, must draw between them; a gru learns a grammar far beyond chance.
import math
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(os.environ["SADDLE_SOURCE"]) / "tests/end_to_end/lib"))
from runs import trained  # skips the test where h5py is missing
from seeds import mean_and_error

import h5py

MODES = """\
experiment: modes
base:
  data: {use: gaussian_mixture, means: [[-2, 0], [2, 0]], stds: [0.1]}
  prior: {use: normal, dim: 2}
  critic: {use: mlp, widths: [48, 48]}
  train: {steps: 1500, batch: 128, generator_optimizer: {use: adam, rate: 1e-3, beta1: 0.5},
          critic_optimizer: {use: adam, rate: 1e-3, beta1: 0.5}}
  penalties: [{use: r1, weight: 0.1}]
  metrics: [modes]
  measure: {every: 0}
  keep: {samples: 4000}
grid:
  method:
    one: {generator: {use: mlp, widths: [24, 24]}}
    mixture: {generator: {use: mixture, components: 2, widths: [24, 24]}}
  seed: 0..7
"""

MOTIF = """\
experiment: motif
base:
  data: {use: motif_sequences, motif: TATA, length: 8}
  prior: {use: normal, dim: 4}
  generator: {use: gru, widths: [32]}
  head: {use: gumbel_softmax, gradient: straight_through}
  critic: {use: mlp, widths: [64]}
  train: {steps: 1500, batch: 64, generator_optimizer: {use: adam, rate: 3e-3, beta1: 0.5},
          critic_optimizer: {use: adam, rate: 3e-3, beta1: 0.5}}
  penalties: [{use: r1, weight: 0.1}]
  metrics: [validity]
  measure: {every: 0}
grid:
  seed: 0..1
"""


found = trained("modes", MODES)
share = {"one": [], "mixture": []}
with h5py.File("modes.h5") as file:
    for row in found:
        assert row["metric.modes"] == 2, row
        samples = file[f"trials/{row['id']}/samples"][:]
        # Five standard deviations from either mode and more.
        share[row["param.method"]].append(float((abs(samples[:, 0]) < 1.5).mean()))
(one, one_error), (mixture, mixture_error) = (mean_and_error(share[case]) for case in ("one", "mixture"))
print("on the bridge", share)
assert one - mixture > 4 * math.hypot(one_error, mixture_error), share
assert one > 3 * mixture, share

for row in trained("motif", MOTIF):
    valid, chance = row["metric.validity.share"], row["metric.validity.chance"]
    print("valid", valid, "chance", chance)
    assert valid > chance + 4 * math.sqrt(chance * (1 - chance) / 2500), (valid, chance)
    assert valid > 10 * chance, (valid, chance)
