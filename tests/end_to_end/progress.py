#!/usr/bin/env python3
# On a terminal a bar with the share of the work and the time left is drawn over itself; elsewhere there are plain lines.
# Standard output holds the table alone, and what comes next is said and works.
import os
import pty
import re
import select
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import SADDLE, experiment, saddle

file = experiment(steps=3000, last_seed=0)
terminal, end = pty.openpty()
run = subprocess.Popen([SADDLE, "run", file, "--jobs", "1", "--lanes", "1"], stdout=subprocess.PIPE, stderr=end)
os.close(end)
drawn = b""
while select.select([terminal], [], [], 120)[0]:
    try:
        drawn += os.read(terminal, 1 << 16)
    except OSError:  # nobody writes any more
        break
stdout, _ = run.communicate()
assert run.returncode == 0
frames = [frame for frame in drawn.decode().split("\r\x1b[K") if "trials · " in frame]
assert len(frames) > 5, drawn[-500:]
assert all(re.match(r"[━╌]* ?\d/8 trials · \d+ %", frame) for frame in frames), frames[:3]
assert any(re.search(r"· (\d+ min )?\d+ s left", frame) for frame in frames), frames
shares = [int(re.search(r"(\d+) %", frame)[1]) for frame in frames]
assert shares == sorted(shares) and shares[0] < 30 and shares[-1] > 60, shares
assert b"\x1b" not in stdout and b"mmd" in stdout

# Without a terminal there is nothing to draw over, and --quiet leaves standard error empty.
_, stderr = saddle("run", file, "--out", "plain", "train.steps=10")
assert "\x1b" not in stderr and "\r" not in stderr, stderr
_, stderr = saddle("run", file, "--out", "quiet", "train.steps=10", "--quiet")
assert stderr == "", stderr

# The commands that come next are commands.
_, stderr = saddle("run", file)
after = stderr[stderr.index("holds everything. Next:"):].splitlines()[1:]
assert [line.split()[:2] for line in after] == [["saddle", "compare"], ["saddle", "status"], ["saddle", "show"]], after
for line in after:
    words = line.split()[1:]
    if words[0] == "compare":
        words = ["compare", "study.h5", "--rows", "method", "--cols", "train.generator_optimizer.rate", "--metric", "mmd"]
    saddle(*words)
