#!/usr/bin/env python3
# label: slow
# Networks of sequences and images learn what their data are: beside exact levels of chance, beside themselves before
# the first step and, of images, beside real ones. What they reach is held to, six seeds together (lib/seeds.py).
import collections
import itertools
import math
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(os.environ["SADDLE_SOURCE"]) / "tests/end_to_end/lib"))
from runs import first_values, has_digits, trained  # skips the test where h5py is missing
from seeds import mean_and_error, surely_above

MOTIF = """\
experiment: motif
base:
  data: {use: motif_sequences, motif: TATA, length: 16}
  prior: {use: normal, dim: 16}
  generator: {use: conv1d, channels: 24, blocks: 2}
  head: gumbel_softmax
  critic: {use: conv1d, channels: 24, blocks: 2}
  penalties: [{use: r1, weight: 0.1}]
  train: {steps: 600, batch: 64, generator_optimizer: {use: adam, rate: 2e-3, beta1: 0.5},
          critic_optimizer: {use: adam, rate: 2e-3, beta1: 0.5}}
  metrics: [validity]
  measure: {every: 0}
grid:
  seed: 0..5
"""

CODING = """\
experiment: coding
base:
  data: {use: coding_sequences, codons: 2}
  prior: {use: normal, dim: 8}
  generator: {use: gru, widths: [32]}
  head: {use: gumbel_softmax, gradient: straight_through}
  critic: {use: mlp, widths: [64, 64]}
  penalties: [{use: r1, weight: 0.1}]
  train: {steps: 2500, batch: 64, generator_optimizer: {use: adam, rate: 3e-3, beta1: 0.5},
          critic_optimizer: {use: adam, rate: 3e-3, beta1: 0.5}}
  metrics: [validity]
  measure: {every: 0}
grid:
  seed: 0..5
"""

DIGITS = """\
experiment: digits
base:
  data: {use: digits, held_out: 0.2}
  prior: {use: normal, dim: 16}
  generator: {use: dcgan, widths: [32, 16]}
  head: sigmoid
  critic: {use: dcgan, widths: [16, 32]}
  train: {steps: 600, batch: 64, generator_optimizer: {use: adam, rate: 1e-3, beta1: 0.5},
          critic_optimizer: {use: adam, rate: 1e-3, beta1: 0.5}}
  metrics: [{use: density_coverage, k: 5}]
  measure: {every: 0, samples: 500}
grid:
  method:
    dcgan: {}
    real: {objective: none, generator: point, head: resample, train.steps: 1}
    apart: {objective: none, generator: point, head: {use: resample, features: apart}, train.steps: 1}
  seed: 0..5
"""


def every(*choices):
    return ["".join(letters) for letters in itertools.product(*choices)]


def of_independent_letters(words):
    """How many of all texts are among the words, when each letter is as frequent at its place as in them."""
    counts = [collections.Counter(column) for column in zip(*words)]
    return sum(math.prod(of[c] for of, c in zip(counts, word)) for word in words) / len(words) ** len(words[0])


def check_sequences(name, text, chance, independent):
    """More valid than random letters, than each place's right letters drawn by themselves, than before training."""
    rows = trained(name, text)
    for row in rows:
        assert math.isclose(row["metric.validity.chance"], chance, rel_tol=1e-12), (row, chance)
    valid, before = [float(row["metric.validity.share"]) for row in rows], first_values(name, rows, "validity.share")
    print(name, "valid", mean_and_error(valid), valid, "before", before, "chance", chance, "independent", independent)
    assert surely_above(valid) > max(chance, independent), valid
    assert surely_above([after - start for after, start in zip(valid, before)]) > 0, (valid, before)


with_motif = ["".join(around[:place]) + "TATA" + "".join(around[place:])
              for place in range(13) for around in itertools.product("CG", repeat=12)]
check_sequences("motif", MOTIF, len(with_motif) / 4**16, of_independent_letters(with_motif))

stops = ["TAA", "TAG", "TGA"]
codons = [codon for codon in every("ACGT", "ACGT", "ACGT") if codon not in stops]
check_sequences("coding", CODING, 61**2 * 3 / 4**12, of_independent_letters(codons) ** 2 * of_independent_letters(stops))


IMAGES, SAMPLES = 359, 500  # held out; generated


def perfect_coverage(images):
    """Expected of so many real images, however often each of them comes (Naeem et al. 2020)."""
    return 1 - math.prod((IMAGES - i) / (images + IMAGES - i) for i in range(1, 6))


if not has_digits():
    print("the digits are not here; the sequences did as they should")
    sys.exit(77)

rows = trained("digits", DIGITS)
coverage = collections.defaultdict(list)
for row in rows:
    coverage[row["param.method"]].append(float(row["metric.density_coverage.coverage"]))
before = first_values("digits", [row for row in rows if row["param.method"] == "dcgan"], "density_coverage.coverage")
print("digits", {case: mean_and_error(each) for case, each in coverage.items()}, dict(coverage), "before", before)
best = perfect_coverage(SAMPLES)
for of_real in coverage["real"]:
    assert abs(of_real - best) < 4 * math.sqrt(best * (1 - best) / IMAGES), (of_real, best)
# More than one image of each digit by heart would cover, and more than images whose pixels are each right by themselves.
assert surely_above(coverage["dcgan"]) > max(perfect_coverage(10), *coverage["apart"]), coverage
assert surely_above([after - start for after, start in zip(coverage["dcgan"], before)]) > 0, (coverage, before)
