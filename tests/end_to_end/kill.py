#!/usr/bin/env python3
# label: slow
# The runner and its workers are killed at random moments: every trial that had finished is there and readable, and
# in the end the results are those of a run that nothing happened to.
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import SADDLE, experiment, hashes, saddle, shards, table

random.seed(7)
file = experiment(steps=300, last_seed=4)
finished = set()
for attempt in range(12):
    runner = subprocess.Popen([SADDLE, "run", file, "--jobs", "2", "--lanes", "2", "--out", "killed"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.uniform(0.2, 2.5))
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    now = set(shards("killed")) if os.path.isdir("killed.study/trials") else set()
    assert finished <= now, f"attempt {attempt}: finished trials were lost"
    finished = now
    if finished:
        saddle("status", "killed")
        saddle("status", "killed", "--merge")
        assert {t for t, row in table("killed").items() if row["status"] == "done"} >= finished

saddle("run", file, "--jobs", 2, "--out", "killed", "--quiet")
saddle("run", file, "--jobs", 2, "--out", "whole", "--quiet")
assert hashes("killed") == hashes("whole")
leftovers = [name for name in os.listdir("killed.study/trials") if not name.endswith(".h5")]
assert not leftovers, leftovers
