#!/usr/bin/env python3
# label: slow
# On a GPU: every plugin trains there as on the CPU, captured losses give what evaluated ones give, and a sweep runs.
import json
import os
import pathlib
import subprocess
import sys

SADDLE = os.environ["SADDLE"]
pathlib.Path("sweep.yaml").write_text("""experiment: sweep
base: {data: ring, metrics: [modes], train: {steps: 200, batch: 64}}
grid: {divergence: [gan, hinge], generator.widths: [[32], [64]], seed: 0..3}
""")


def run(device, store):
    command = [SADDLE, "run", "sweep.yaml", "--device", device, "--out", store, "--quiet"]
    return subprocess.run(command, capture_output=True, text=True)


done = run("cuda", "gpu")
if done.returncode == 2 and "no CUDA" in done.stderr:
    print("not tested: " + done.stderr.strip())
    sys.exit(77)
assert done.returncode == 0, done.stderr
assert run("cpu", "cpu").returncode == 0
for store in ("gpu", "cpu"):
    status = json.loads(subprocess.run([SADDLE, "status", store, "--format", "json"], capture_output=True, text=True, check=True).stdout)
    assert [(row["status"], row["trials"]) for row in status["rows"]] == [("done", 16)], status

# Its cases are hidden from machines without a GPU.
program = pathlib.Path(os.environ["SADDLE_BUILD"]) / "tests/saddle_conformance_tests"
subprocess.run([program, "[gpu]"], check=True)
