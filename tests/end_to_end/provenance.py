#!/usr/bin/env python3
# What a store tells of where its results come from: the experiment as it was asked for, why trials are skipped, what
# trained them and with which kernels, down to the bytes of the plugins.
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import SADDLE, saddle, shown, table  # skips the test where h5py is missing

import h5py

small = "generator: {widths: [8]}, critic: {widths: [8]}, train: {steps: 3, batch: 9}, measure: {every: 0, samples: 9}"


def first(store):
    return next(iter(table(store)))


# Overrides and the files that an experiment extends are kept with it.
pathlib.Path("below").mkdir()
lowest, parent = "base: {data: ring}\n", f"extends: lowest.yaml\nbase: {{{small}, metrics: [mmd]}}\n"
pathlib.Path("below/lowest.yaml").write_text(lowest)
pathlib.Path("below/parent.yaml").write_text(parent)
pathlib.Path("child.yaml").write_text("extends: below/parent.yaml\nexperiment: child\ngrid: {seed: 0..1}\n")
saddle("run", "child.yaml", "train.steps=2", "seed=3", "--quiet")
for study in (True, False):
    if not study:
        shutil.rmtree("child.study")
    plan = json.loads(saddle("show", "child", "--json")[0])
    assert plan["overrides"] == ["train.steps=2", "seed=3"], plan
    assert plan["extends"] == [{"name": "below/parent.yaml", "text": parent}, {"name": "below/lowest.yaml", "text": lowest}]
    text, _ = saddle("show", "child")
    assert "train.steps=2" in text and "extends below/lowest.yaml" in text, text
saddle("run", "child", "--quiet")  # going on with the merged file loses none of it
with h5py.File("child.h5") as file:
    assert list(file["plan/overrides"].asstr()) == ["train.steps=2", "seed=3"]
    assert list(file["plan/extends/name"].asstr()) == ["below/parent.yaml", "below/lowest.yaml"]
    assert list(file["plan/extends/text"].asstr()) == [parent, lowest]

# Why a trial is skipped is in the store, in `status` and in `show`.
pathlib.Path("skip.yaml").write_text(
    f"experiment: skip\non_illegal: skip\nbase: {{data: ring, {small}}}\ngrid: {{head: [linear, tanh], seed: 0..1}}\n")
saddle("run", "skip.yaml", "--quiet")
for study in (True, False):
    if not study:
        shutil.rmtree("skip.study")
    skipped = [trial for trial, row in table("skip").items() if row["status"] == "skipped"]
    assert len(skipped) == 2
    with h5py.File("skip.h5") as file:
        for trial in skipped:
            reason = file["trials"][trial].attrs["reason"]
            assert file["trials"][trial].attrs["status"] == "skipped" and "tanh" in reason, reason
    assert reason in saddle("status", "skip")[0]
    assert saddle("status", "skip", "--trials")[0].count(reason) == 2
    assert reason in saddle("show", "skip", skipped[0])[0] and shown("skip", skipped[0])["reason"] == reason

# Versions, flags, machine, the commit that was built and the state of the folder where the command was called.
where = pathlib.Path("repository")
where.mkdir()
shutil.copy("child.yaml", where)
shutil.copytree("below", where / "below")
git = ["git", "-c", "user.name=test", "-c", "user.email=test@localhost"]
for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
    subprocess.run(git + words, cwd=where, check=True)
commit = subprocess.run(git + ["rev-parse", "HEAD"], cwd=where, check=True, capture_output=True, text=True).stdout.strip()
saddle("run", "child.yaml", "seed=0", "--quiet", cwd=where)
(where / "child.yaml").write_text((where / "child.yaml").read_text() + "# another\n")
saddle("run", "child.yaml", "seed=1", "--quiet", cwd=where)
states = {shown(where / "child", path.stem)["provenance"]["git_folder"]: path for path in (where / "child.study/trials").iterdir()}
assert set(states) == {commit, commit + "-dirty"}, states
provenance = shown("skip", next(t for t in table("skip") if t not in skipped))["provenance"]
for key in ("saddle", "git_build", "git_folder", "libtorch", "mkl", "hdf5", "libc", "compiler", "build", "flags", "headers",
            "kernels", "products", "elementary", "cpu_capability", "device", "device_name", "host", "system", "plugin.data.ring"):
    assert provenance.get(key), f"{key} is missing in {provenance}"
assert "-ffp-contract=off" in provenance["flags"] and provenance["kernels"] == "native", provenance

# A library that is replaced while it trains is known by the bytes that were loaded.
folder = pathlib.Path("plugins")
shutil.copytree(pathlib.Path(os.environ["SADDLE_BUILD"]) / "specimens/good", folder)
(library,) = folder.glob("*.so")
loaded = hashlib.sha256(library.read_bytes()).hexdigest()
pathlib.Path("long.yaml").write_text("experiment: long\nbase: {data: ring, divergence: specimen, train: {steps: 3000}, measure: {every: 0}}\n")
runner = subprocess.Popen([SADDLE, "run", "long.yaml", "--plugins", folder, "--checkpoint", "0.2", "--quiet"], stdout=subprocess.DEVNULL)
deadline = time.time() + 120
while time.time() < deadline and not list(pathlib.Path("long.study/checkpoints").glob("[!.]*.h5")):
    time.sleep(0.02)  # its first checkpoint: it trains
assert runner.poll() is None, "it was too fast for this test"
pathlib.Path("new.so").write_bytes(library.read_bytes() + b"\0")
os.replace("new.so", library)
assert runner.wait() == 0
assert loaded in shown("long", first("long"))["provenance"]["plugin.divergence.specimen"]

# A store goes on with its kernels; others are noted; a metric says which it was measured with.
pathlib.Path("kernels.yaml").write_text(f"experiment: kernels\nbase: {{data: ring, {small}, metrics: [mmd]}}\ngrid: {{seed: 0..1}}\n")
saddle("run", "kernels.yaml", "seed=0", "--kernels", "portable", "--quiet")
_, stderr = saddle("run", "kernels.yaml")
assert "1 to train" in stderr and "note:" not in stderr, stderr
assert {shown("kernels", trial)["provenance"]["kernels"] for trial in table("kernels")} == {"portable"}
_, stderr = saddle("run", "kernels.yaml", "seed=0..2", "--kernels", "native")
assert "trained with portable kernels, what is added comes from native ones" in stderr, stderr
saddle("measure", "kernels", "{use: mmd, as: same}", "--quiet")
_, stderr = saddle("measure", "kernels", "{use: mmd, as: other}", "--kernels", "native")
assert "trained with portable kernels" in stderr, stderr
with h5py.File("kernels.h5") as file:
    used = [{name: metric.attrs["kernels"] for name, metric in trial["metrics"].items()} for trial in file["trials"].values()]
assert all(metrics["same"] == "portable" and metrics["other"] == "native" for metrics in used), used
assert sorted(metrics["mmd"] for metrics in used) == ["native", "portable", "portable"], used
_, stderr = saddle("run", "kernels", "--kernels", "native")
assert "3 done already" in stderr, stderr  # other kernels are no reason to measure again
