#!/usr/bin/env python3
# label: slow
# The code blocks of the documents do what the documents say.
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

source, build = pathlib.Path(os.environ["SADDLE_SOURCE"]), pathlib.Path(os.environ["SADDLE_BUILD"])
sys.path.insert(0, str(source / "tests/end_to_end/lib"))
from runs import saddle


def blocks(document, language):
    found = re.findall(rf"^```{language}\n(.*?)^```", (source / document).read_text(), re.S | re.M)
    assert found, f"{document} has no {language} block"
    return found


def build_plugin(text, name):
    """Compiles a block as the build compiles a plugin, into a folder of its own."""
    folder = pathlib.Path(name).absolute()
    folder.mkdir()
    file, library = folder / f"{name}.cpp", folder / f"{name}.so"
    file.write_text(text)
    command = next(c for c in json.loads((build / "compile_commands.json").read_text())
                   if c["file"].endswith("plugins/divergence/kl.cpp"))
    words = shlex.split(command["command"])
    if "ccache" in words[0]:
        words = words[1:]
    words[words.index("-o") + 1] = f"{library}.o"
    words[words.index("-c") + 1] = str(file)
    subprocess.run(words, cwd=command["directory"], check=True)
    subprocess.run(["c++", "-shared", "-o", library, f"{library}.o"], check=True)
    return folder


# README: the experiment plans, and a slip in it is answered with the message that the README shows.
experiment = blocks("README.md", "yaml")[0]
pathlib.Path("experiment.yaml").write_text(experiment)
plan, _ = saddle("plan", "experiment.yaml")
assert "30 points, 30 trials" in plan, plan
pathlib.Path("experiment.yaml").write_text(experiment.replace("modes: 8", "modez: 8"))
_, message = saddle("plan", "experiment.yaml", expect=2)
assert message.strip() == blocks("README.md", "text")[0].strip(), message

# README: results are read from Python.
saddle("run", source / "experiments/quickstart.yaml", "train.steps=4", "seed=0", "--quiet")
for block in blocks("README.md", "python"):
    subprocess.run([sys.executable, "-c", block], check=True)

# README: the first plugin trains.
pathlib.Path("experiment.yaml").write_text(
    "experiment: mine\nbase: {data: ring, divergence: my_kl, train: {steps: 3}, measure: {every: 0}}\n")
saddle("run", "experiment.yaml", "--plugins", build_plugin(blocks("README.md", "cpp")[0], "my_kl"), "--quiet")

# plugins/README: the head too.
pathlib.Path("experiment.yaml").write_text(
    "experiment: scaled\nbase: {data: ring, head: {use: scaled, factor: 0.5}, train: {steps: 3}, measure: {every: 0}}\n")
saddle("run", "experiment.yaml", "--plugins", build_plugin(blocks("plugins/README.md", "cpp")[0], "scaled"), "--quiet")

# experiments/README: the whole example plans, and so does the command with overrides.
pathlib.Path("example.yaml").write_text(blocks("experiments/README.md", "yaml")[0])
plan, _ = saddle("plan", "example.yaml")
assert "40 points, 40 trials" in plan, plan
command = shlex.split(blocks("experiments/README.md", "sh")[0])
assert command[:2] == ["./saddle", "run"] and command[-2:] == ["--out", "short"], command
plan, _ = saddle("plan", *command[2:-2], cwd=source)
assert "32 points, 32 trials" in plan, plan
