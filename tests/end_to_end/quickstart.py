#!/usr/bin/env python3
# The quickstart, shortened: every trial of it trains, on the ring and on real images, and the table has them all.
import math
import os
import pathlib
import sys

source = pathlib.Path(os.environ["SADDLE_SOURCE"])
sys.path.insert(0, str(source / "tests/end_to_end/lib"))
from runs import has_digits, saddle, table

if not has_digits():
    print("the digits could not be had")
    sys.exit(77)
stdout, stderr = saddle("run", source / "experiments/quickstart.yaml", "train.steps=20")
rows = table("quickstart").values()
assert len(rows) == 48 and all(row["status"] == "done" for row in rows), [row["status"] for row in rows]
for row in rows:
    assert math.isfinite(row["metric.sliced_wasserstein"])
    assert math.isfinite(row["metric.density_coverage.coverage"])
for method in ("gan", "hellinger", "wgan_gp", "mmd"):
    assert sum(line.startswith(method) for line in stdout.splitlines()) == 3, stdout
for dataset in ("ring", "digits"):  # rows are methods, columns data × width, each mean with its interval
    for width in (64, 128):
        assert f"dataset={dataset}, width={width}" in stdout, stdout
assert stdout.count("±") >= 2 * 16, stdout
assert "quickstart.h5 holds everything. Next:" in stderr and "saddle compare quickstart.h5" in stderr, stderr
_, stderr = saddle("run", source / "experiments/quickstart.yaml", "train.steps=20", env={**os.environ, "SADDLE_CALLED_AS": "./saddle"})
assert "\n  ./saddle show quickstart.h5 " in stderr, stderr  # as it was called
assert "averaged over: seed (3 values)" in stdout, stdout
