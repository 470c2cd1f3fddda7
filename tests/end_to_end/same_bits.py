#!/usr/bin/env python3
# A trial's result is the same, bit for bit, whatever trained beside it and however many workers there were.
import os
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import experiment, hashes, saddle, shown

file = experiment()
saddle("run", file, "--out", "alone", "--jobs", 1, "--lanes", 1, "--quiet")
reference = hashes("alone")
assert len(set(reference.values())) == 24, "trials that differ have equal results"
for jobs, lanes in [(2, 1), (1, 3), (2, 16), (1, 16)]:
    out = f"together-{jobs}-{lanes}"
    saddle("run", file, "--out", out, "--jobs", jobs, "--lanes", lanes, "--quiet")
    assert hashes(out) == reference, f"--jobs {jobs} --lanes {lanes} gives other bits"

# So it is where products go through their bfloat16 parts, if this processor has them.
wide = experiment(name="wide", widths=(80, 96))
saddle("run", wide, "--out", "wide-1", "--jobs", 1, "--lanes", 1, "--quiet", "seed=0,1")
saddle("run", wide, "--out", "wide-2", "--jobs", 2, "--lanes", 16, "--quiet", "seed=0,1")
assert hashes("wide-1") == hashes("wide-2")
saddle("run", wide, "--out", "wide-fma", "--kernels", "fma", "--quiet", "seed=0,1")
trial = next(iter(hashes("wide-1")))
parts = "bfloat16-parts" in shown("wide-1", trial)["provenance"]["products"]
assert "bfloat16-parts" not in shown("wide-fma", trial)["provenance"]["products"]
# Not their hashes, which tell of the kernels that metrics were computed with.
numbers = [shown(store, trial)["metrics"] for store in ("wide-1", "wide-fma")]
assert (numbers[0] != numbers[1]) == parts, "what the store says of its products is wrong"

# The kernels that are the same on every processor keep the promise among themselves.
saddle("run", file, "--out", "portable-1", "--jobs", 1, "--lanes", 1, "--kernels", "portable", "--quiet", "seed=0,1")
saddle("run", file, "--out", "portable-2", "--jobs", 2, "--lanes", 16, "--kernels", "portable", "--quiet", "seed=0,1")
assert hashes("portable-1") == hashes("portable-2")
