#!/usr/bin/env python3
# Ctrl-C stops cleanly with exit code 130; running again goes on, and the end is what it would have been without.
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import SADDLE, experiment, hashes, saddle, shards

file = experiment(steps=1500)
runner = subprocess.Popen([SADDLE, "run", file, "--jobs", "2", "--lanes", "2", "--out", "stopped"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
deadline = time.time() + 120
while time.time() < deadline and not (os.path.isdir("stopped.study/trials") and shards("stopped")):
    time.sleep(0.05)
os.killpg(runner.pid, signal.SIGINT)
_, stderr = runner.communicate(timeout=60)
assert runner.returncode == 130, (runner.returncode, stderr)
assert "goes on where it stopped" in stderr, stderr
done = shards("stopped")
assert 0 < len(done) < 24, f"{len(done)} trials were done; the test says nothing"

_, again = saddle("run", file, "--jobs", 2, "--out", "stopped")
assert f"{24 - len(done)} to train, {len(done)} done already" in again, again
saddle("run", file, "--jobs", 2, "--out", "whole")
assert hashes("stopped") == hashes("whole")
