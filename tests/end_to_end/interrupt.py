#!/usr/bin/env python3
# Ctrl-C stops cleanly with exit code 130; running again goes on, and the end is what it would have been without. All
# the while `status` tells what is being trained and what was cut off; killing the runner leaves no lie.
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import SADDLE, experiment, hashes, saddle, shards, table


def statuses(store):
    rows = json.loads(saddle("status", store, "--trials", "--json")[0])["rows"]
    return {row["id"]: row["status"] for row in rows}


def start(out):
    return subprocess.Popen([SADDLE, "run", file, "--jobs", "2", "--lanes", "2", "--out", out],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


file = experiment(steps=1500)
runner = start("stopped")
deadline = time.time() + 120
while time.time() < deadline and not (os.path.isdir("stopped.study/trials") and shards("stopped")):
    time.sleep(0.05)
while time.time() < deadline and "running" not in statuses("stopped").values():
    time.sleep(0.05)  # between two groups nothing runs
assert time.time() < deadline
os.killpg(runner.pid, signal.SIGINT)
_, stderr = runner.communicate(timeout=60)
assert runner.returncode == 130, (runner.returncode, stderr)
assert "goes on where it stopped" in stderr, stderr
done = shards("stopped")
assert 0 < len(done) < 24, f"{len(done)} trials were done; the test says nothing"

# What was cut off is interrupted, with its step, in the study and in the merged file.
after = statuses("stopped")
cut = {trial for trial, status in after.items() if status == "interrupted"}
assert 1 <= len(cut) <= 4 and "running" not in after.values(), after
assert {trial for trial, row in table("stopped").items() if row["status"] == "interrupted"} == cut
assert all(0 < table("stopped")[trial]["steps"] < 1500 for trial in cut)
stdout, _ = saddle("status", "stopped")
assert all(f"{trial} interrupted at step {table('stopped')[trial]['steps']}" in stdout for trial in cut), stdout
stdout, _ = saddle("show", "stopped", next(iter(cut)))
assert "interrupted at step" in stdout, stdout

# A runner that is killed outright leaves nobody running.
killed = start("stopped")
deadline = time.time() + 60
while time.time() < deadline and "running" not in statuses("stopped").values():
    time.sleep(0.05)
killed.kill()
killed.communicate()
left = statuses("stopped")
assert "running" not in left.values() and cut >= {t for t, status in left.items() if status == "interrupted"}, left
done = shards("stopped")

_, again = saddle("run", file, "--jobs", 2, "--out", "stopped")
assert f": {24 - len(done)} to train (" in again and f"from a checkpoint), {len(done)} done already" in again, again
saddle("run", file, "--jobs", 2, "--out", "whole")
assert hashes("stopped") == hashes("whole")
