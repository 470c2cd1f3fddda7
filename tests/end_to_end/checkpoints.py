#!/usr/bin/env python3
# label: slow
# A trial that was killed, interrupted or timed out goes on from its checkpoint, in whatever group, and ends bit for
# bit as if nothing had happened. A checkpoint that can't be used costs time and nothing else.
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import SADDLE, hashes, saddle, table

random.seed(11)
# Everything that lasts from step to step: moments, averages, power iterations, buffers of dynamics, lazy penalties.
pathlib.Path("cut.yaml").write_text("""\
experiment: cut
base:
  data: ring
  generator: {widths: [21, 17]}
  critic: {widths: [17, 21]}
  constraints: [spectral_norm]
  penalties: [{use: r1, every: 3}]
  train: {steps: 400, batch: 19, average: exponential, critic_steps: 2, turns: simultaneous}
  metrics: [modes, mmd]
  measure: {every: 50, samples: 101}
grid:
  train.dynamics: [extragradient, optimistic]
  divergence: [gan, wasserstein]
  seed: 0..2
""")
saddle("run", "cut.yaml", "--out", "whole", "--lanes", 1, "--quiet")
assert not pathlib.Path("whole.study/checkpoints").exists(), "a short trial was saved"
whole = hashes("whole")
saved = pathlib.Path("cut.study/checkpoints")


def start(store, count, *words):
    """A run that has saved `count` trials since it began."""
    runner = subprocess.Popen([SADDLE, "run", "cut.yaml", "--out", store, *map(str, words)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
    begun, deadline, saved_since = time.time(), time.time() + 60, 0
    while time.time() < deadline and runner.poll() is None and saved_since < count:
        time.sleep(0.02)
        files = pathlib.Path(f"{store}.study/checkpoints").glob("[!.]*.h5")
        try:
            saved_since = sum(file.stat().st_mtime > begun for file in files)
        except FileNotFoundError:
            pass
    return runner


def unended():
    """Of a study that nobody works on: by trial, the step of its checkpoint."""
    rows = json.loads(saddle("status", "cut", "--trials", "--json")[0])["rows"]
    return {row["id"]: row["steps"] for row in rows if row["status"] == "interrupted"}


# As often as it takes for a trial to come past its first measurement: how far one comes in between is the machine's.
resumed, attempt, steps_of_trial = 0, 0, {}
while attempt < 10 or (attempt < 100 and max(steps_of_trial.values(), default=0) <= 50):
    runner = start("cut", 1, "--jobs", 2, "--lanes", [1, 3, 2][attempt % 3], "--checkpoint", 0.05)
    time.sleep(random.uniform(0, 0.5))
    runner.send_signal(signal.SIGKILL)
    _, stderr = runner.communicate()
    resumed += "from a checkpoint" in stderr
    now = unended()
    for trial, step in now.items():
        assert step >= steps_of_trial.get(trial, 0), "a trial fell back"
    steps_of_trial |= now
    attempt += 1
_, stderr = saddle("run", "cut.yaml", "--lanes", 3, "--checkpoint", 0.05, "--out", "cut")
resumed += "from a checkpoint" in stderr
assert resumed > 2 and len(steps_of_trial) > 2 and max(steps_of_trial.values()) > 50, (resumed, steps_of_trial)
assert hashes("cut") == whole
assert not list(saved.iterdir()), "checkpoints of finished trials"


N = 6000
WORDS = ["seed=0,1", "divergence=gan", "train.dynamics=optimistic", f"train.steps={N}"]


def cut_short(store, *words):
    """Interrupts a run once both of its trials are under way: their checkpoints."""
    runner = start(store, 2, *WORDS, "--jobs", 2, "--lanes", 1, "--checkpoint", 0.3, *words)
    runner.send_signal(signal.SIGINT)
    _, stderr = runner.communicate(timeout=60)
    assert runner.returncode == 130, stderr
    return sorted(pathlib.Path(f"{store}.study/checkpoints").glob("*.h5"))


def run(store, *words, expect=0):
    return saddle("run", "cut.yaml", *WORDS, "--out", store, *words, expect=expect)[1]


run("undisturbed", "--quiet")
undisturbed = hashes("undisturbed")

# Ctrl-C leaves checkpoints, and `status` says what they are good for.
assert len(cut_short("stopped")) == 2
stdout, _ = saddle("status", "stopped")
assert stdout.count("running again goes on from here") == 2, stdout
before = {trial: row["steps"] for trial, row in table("stopped").items()}
assert all(0 < step < N for step in before.values()), before

# So does a time limit.
stderr = run("stopped", "--timeout", 2, expect=4)
assert "2 to train (2 from a checkpoint)" in stderr and "it took longer than 2 s" in stderr, stderr
assert "running again goes on from its checkpoint at step" in stderr, stderr
after = table("stopped")
assert {row["status"] for row in after.values()} == {"timed_out"}
assert all(before[trial] < row["steps"] < N for trial, row in after.items()), (before, after)
assert "2 to train (2 from a checkpoint)" in run("stopped")
assert hashes("stopped") == undisturbed


# Whatever is wrong with a checkpoint: its trial begins anew, a note says why, and the result is the same.
def cut_off(own, other):
    own.write_bytes(own.read_bytes()[:-5000])


def emptied(own, other):
    own.write_bytes(b"")


def altered(own, other):
    own.write_bytes(own.read_bytes().replace(b"running", b"runnung"))


def of_the_other(own, other):
    shutil.copy(other, own)


for why, damage, words in [("it is damaged", cut_off, []), ("it is damaged", emptied, []), ("it is damaged", altered, []),
                           ("can't be read", of_the_other, []),
                           ("it was made with another kernels", None, ["--kernels", "portable"]),
                           ("the trial is measured otherwise now", None, ["metrics=[modes]"])]:
    store = damage.__name__ if damage else words[0].strip("-").split("=")[0]
    own, other = cut_short(store)
    if damage:
        damage(own, other)
    stderr = run(store, *words)
    assert f"note: {own.stem} begins anew: its checkpoint can't be used: " in stderr and why in stderr, stderr
    assert ("2 to train (2 from a checkpoint)" in stderr) == (damage not in (cut_off, emptied)), stderr
    assert words or hashes(store) == undisturbed, store

# None are written, and none gone on from, where none are wanted.
cut_short("without")
stderr = run("without", "--checkpoint", 0)
assert "2 to train;" in stderr and hashes("without") == undisturbed, stderr
_, stderr = saddle("run", "cut.yaml", "--checkpoint", "-1", "--out", "negative", expect=2)
assert "--checkpoint -1" in stderr and not pathlib.Path("negative.study").exists()

# Where they can't be written the training goes on.
cut_short("readonly")
shutil.rmtree("readonly.study/checkpoints")
pathlib.Path("readonly.study/checkpoints").write_text("in the way")
run("readonly", "--checkpoint", "0.05")
assert hashes("readonly") == undisturbed
