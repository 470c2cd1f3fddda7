#!/usr/bin/env python3
# Wrong command lines: exit code 2, what is wrong and the way out, and nothing is written.
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import saddle, table

small = "generator: {widths: [8]}, critic: {widths: [8]}, train: {steps: 3, batch: 9}, measure: {every: 0, samples: 9}"
pathlib.Path("ring.yaml").write_text(
    f"experiment: ring\nbase: {{data: ring, {small}, metrics: [mmd]}}\ngrid:\n  m:\n    plain: {{}}\n    long: {{train.steps: 5}}\n")
pathlib.Path("folder").mkdir()
there = sorted(os.listdir("."))


def wrong(*words, says):
    _, stderr = saddle(*words, expect=2)
    for text in says:
        assert text in stderr, f"{words}: {stderr}"
    assert sorted(os.listdir(".")) == there and not os.listdir("folder"), os.listdir(".")


for out in (".", "..", "/", ".h5", ".study", "folder/", "folder/.", "folder/.h5", "..h5", ""):
    wrong("run", "ring.yaml", "--out", out, says=["PATH.h5 and PATH.study", "must end in a name of its own", "NAME"])
for timeout in ("nan", "-1", "0", "inf", "soon"):
    wrong("run", "ring.yaml", "--timeout", timeout, says=["--timeout"])
for verb in (("run", "ring.yaml"), ("measure", "ring.yaml", "mmd")):
    wrong(*verb, "--kernels", "fast", says=["--kernels fast: there are native, fma, portable"])
_, stderr = saddle("plugins", expect=2, env={**os.environ, "SADDLE_KERNELS": "potable"})
assert "SADDLE_KERNELS potable: there are native, fma, portable" in stderr, stderr
wrong("run", "rong", says=["rong: no such file", "did you mean 'ring.yaml'?"])
wrong("plan", "folder/../rign.yaml", says=["did you mean 'folder/../ring.yaml'?"])
wrong("run", "nothing-like-it", says=["nothing-like-it: no such file"])

# An override that a case hides is said.
_, stderr = saddle("run", "ring.yaml", "train.steps=4", "--out", "folder/store")
assert "warning: train.steps=4 of the command line does not count in the case long of the axis m, which sets it" in stderr
assert sorted(row["steps"] for row in table("folder/store").values()) == [4, 5]

# So is a metric of more neighbours than there are samples.
stdout, _ = saddle("plan", "ring.yaml", "metrics=[{use: precision_recall, k: 9}]")
assert "the metric precision_recall is NaN: it takes at least 10 samples, and measure.samples is 9 (2 trials)" in stdout, stdout

# A metric that is wrong is shown as it was given.
_, stderr = saddle("measure", "folder/store", "modes", "mods", expect=2)
assert "command line: METRIC: there is no metric named 'mods'; did you mean 'modes'?\n      | mods\n      | ^" in stderr, stderr
