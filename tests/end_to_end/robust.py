#!/usr/bin/env python3
# What a hostile user found once: damaged plans, overflow in the last step, plugin folders named twice.
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import saddle, table

specimens = pathlib.Path(os.environ["SADDLE_BUILD"]) / "specimens"
small = "generator: {widths: [8]}, critic: {widths: [8]}, train: {steps: 3, batch: 9}, measure: {every: 0, samples: 9}"

# A study whose plan is damaged or gone keeps its finished trials.
pathlib.Path("plan.yaml").write_text(f"experiment: plan\nbase: {{data: ring, {small}, metrics: [mmd]}}\ngrid: {{seed: 0..3}}\n")
saddle("run", "plan.yaml")
os.remove("plan.h5")
for damage in (lambda p: p.write_text(p.read_text()[:40]), lambda p: p.unlink()):
    damage(pathlib.Path("plan.study/plan.json"))
    _, stderr = saddle("run", "plan.yaml")
    assert "4 done already" in stderr, stderr
    os.remove("plan.h5")

# An update that overflows in the very last step is no result.
pathlib.Path("last.yaml").write_text(
    f"experiment: last\nbase: {{data: ring, {small}, metrics: [mmd]}}\n".replace("steps: 3", "steps: 1, generator_optimizer: {use: sgd, rate: 1e39}"))
saddle("run", "last.yaml")
assert [row["status"] for row in table("last").values()] == ["diverged"]

# A plugin folder may be named by the environment and by the option at once.
pathlib.Path("path.yaml").write_text(f"experiment: path\nbase: {{data: ring, {small}, divergence: specimen}}\n")
folder = str(specimens / "good")
saddle("run", "path.yaml", "--plugins", folder, env={**os.environ, "SADDLE_PLUGIN_PATH": folder})
saddle("run", "--plugins", folder, "path.yaml", "seed=1")  # the option takes one folder, not what follows

# A device that is not there is said before anything is written.
_, stderr = saddle("run", "plan.yaml", "--device", "tpu", "--out", "device", expect=2)
assert "there are cpu and cuda" in stderr and not pathlib.Path("device.study").exists(), stderr

# Samples that are not finite are no result either, though every parameter is: tanh's derivative hides how far they are.
pathlib.Path("far.yaml").write_text(
    f"experiment: far\nbase: {{data: {{use: gaussian_mixture, means: [0], stds: [1]}}, prior: {{dim: 1}}, "
    "generator: {use: affine, scale: 3e38}, critic: {widths: [8]}, train: {steps: 3, batch: 9}, "
    "measure: {every: 0, samples: 99}, metrics: [moments]}\n")
saddle("run", "far.yaml")
row, = table("far").values()
assert row["status"] == "diverged", row
stdout, _ = saddle("status", "far")
assert "samples are not finite" in stdout, stdout

# What stands in the way of a study is named, and is no mistake of ours; what only says how far it is does no harm.
for number, in_the_way in enumerate(["trials", "logs", "plan.json/", "lock/", "activity.json/", "checkpoints"]):
    store = pathlib.Path(f"way{number}.study")
    if in_the_way.endswith("/"):
        (store / in_the_way).mkdir(parents=True)
    else:
        store.mkdir()
        (store / in_the_way).write_text("")
    harmless = in_the_way in ("activity.json/", "checkpoints")
    _, stderr = saddle("run", "plan.yaml", "--out", f"way{number}", expect=0 if harmless else 2)
    assert harmless or f"way{number}.study/{in_the_way.strip('/')}" in stderr, (in_the_way, stderr)
for out in ("/dev/null/x", "/proc/x"):
    _, stderr = saddle("run", "plan.yaml", "--out", out, expect=2)
    assert f"{out}.study can't be made" in stderr, stderr

# A store may lie behind a symbolic link, and is called what it is called.
os.mkdir("elsewhere")
os.symlink("elsewhere/real.h5", "linked.h5")
saddle("run", "plan.yaml", "--out", "linked", "--quiet")
assert os.path.islink("linked.h5") and pathlib.Path("elsewhere/real.h5").stat().st_size > 10000
saddle("run", "plan.yaml", "--out", "with space/nä me", "--quiet")
assert len(table("with space/nä me")) == 4

# Only one runner at a time works on a study.
import subprocess
import time

slow = subprocess.Popen([os.environ["SADDLE"], "run", "plan.yaml", "train.steps=100000000", "--out", "busy"],
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    deadline = time.time() + 60
    while time.time() < deadline and not pathlib.Path("busy.study/activity.json").exists():
        time.sleep(0.05)
    _, stderr = saddle("run", "plan.yaml", "--out", "busy", expect=2)
    assert "another saddle is running busy.study" in stderr, stderr
finally:
    slow.kill()
    slow.wait()
