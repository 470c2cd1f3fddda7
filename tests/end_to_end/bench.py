#!/usr/bin/env python3
# The bench measures every group and says it in every format. How fast this machine is, is no matter here.
import csv
import io
import json
import math
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import SADDLE, saddle

GROUPS = ["training", "lanes", "widths", "batch", "metrics", "planner", "runner", "workers"]

report = json.loads(saddle("bench", "--quick", "--json")[0])
rows = report["rows"]
groups = list(dict.fromkeys(row["group"] for row in rows))
assert groups == [g for g in GROUPS if g != "workers" or os.cpu_count() > 1], groups
assert [row["measured"] for row in rows if row["group"] == "lanes"][-1] == "GAN, width 64, batch 64, 256 lanes", rows
for row in rows:
    assert math.isfinite(row["median"]) and 0 < row["low"] <= row["median"] <= row["high"], row
    shares = row["of_sgemm"], row["of_sgemm_at_these_sizes"]
    has_shares = row["group"] == "training" and not row["measured"].startswith("MMD")
    assert all((share is not None and share > 0) == has_shares for share in shares), row
    assert row["times_jax"] is None and row["times_pytorch"] is None, row

# Only what is asked for; programs get one number a column, people a table.
table = saddle("bench", "--quick", "--only", "planner,runner", "--format", "csv")[0]
assert [row["group"] for row in csv.DictReader(io.StringIO(table))] == ["planner", "runner"], table
table = saddle("bench", "--quick", "--only", "planner", "--format", "markdown")[0]
assert table.startswith("| measured") and "| planning 10,000 trials" in table, table
assert "JAX" not in table, table
_, complaint = saddle("bench", "--only", "nonsense", expect=2)
assert "nonsense" in complaint and "training" in complaint, complaint

# A peer is asked for the same works, right after us; what it can't be measured for is said.
def with_peers(script):
    python = pathlib.Path("python")
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    done = subprocess.run([SADDLE, "bench", "--quick", "--only", "training", "--json", "--peers", python.absolute()],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

peer = """case $1 in *jax*) echo "No module named 'jax'" >&2; exit 1 ;; esac
echo '{"name": "half as fast"}' >&4
while read -r line <&3; do echo "$line" >>requests; echo '{"speed": 0.5}' >&4; done"""
report = with_peers(peer)
assert any("jax_scan.py" in note and "No module named 'jax'" in note for note in report["notes"]), report["notes"]
assert any(note.startswith("half as fast") for note in report["notes"]), report["notes"]
for row in report["rows"]:
    assert row["pytorch"] == 0.5 and math.isclose(row["times_pytorch"], row["median"] / 0.5), row
    assert row["jax"] is None and row["times_jax"] is None and row["times_jax_goal"] is None, row
requests = [json.loads(line) for line in pathlib.Path("requests").read_text().splitlines()]
assert len(requests) == 14 and all(r["seconds"] == 0 for r in requests[:7]) and all(r["seconds"] > 0 for r in requests[7:])
assert requests[7] == {"game": "gan", "width": 64, "batch": 64, "lanes": 1, "seconds": requests[7]["seconds"]}, requests[7]
notes = with_peers("exit 0")["notes"]  # without a word
assert sum(note.startswith("Not measured") for note in notes) == 2, notes
