#!/usr/bin/env python3
# A user's own divergence, by the commands of the README: written by `saddle new`, built against this build, checked,
# swept like any other; a wrong one is caught by `saddle check`.
import os
import pathlib
import re
import shlex
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import saddle, table

build = os.environ["SADDLE_BUILD"]
readme = (pathlib.Path(os.environ["SADDLE_SOURCE"]) / "README.md").read_text()
block = next(block for block in re.findall(r"^```sh\n(.*?)^```", readme, re.S | re.M) if "saddle new" in block)
new, *making, check, run = (shlex.split(line, comments=True) for line in block.splitlines())
library = check[-1]


def make():
    for command in making:
        done = subprocess.run([word.replace("$PWD/build/release", build) for word in command], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


assert {new[0], check[0], run[0]} == {"./saddle"} and making[0][0] == making[1][0] == "cmake"
stdout, stderr = saddle(*new[1:])
for command in (making[0][:5], making[1], check[1:], run[1:]):
    assert shlex.join(command) in stdout, (command, stdout)
source = pathlib.Path("my_loss/my_loss.cpp")
assert len(source.read_text().splitlines()) <= 30
_, stderr = saddle("new", "divergence", "my_loss", expect=2)
assert "my_loss" in stderr, stderr
for kind, name in (("divergence", "gan"), ("divergence", "My-Loss"), ("divergense", "other")):
    saddle("new", kind, name, expect=2)

make()
stdout, _ = saddle(*check[1:])
assert "0 failed" in stdout and "FAILED" not in stdout, stdout

short = ["train.steps=20", "measure.samples=50", "seed=0"]
saddle(*run[1:], *short, "--out", "by_option")
saddle("run", "my_loss/experiment.yaml", *short, "--out", "by_path", env={**os.environ, "SADDLE_PLUGIN_PATH": "my_loss/build/plugins"})
assert {row["result_sha256"] for row in table("by_option").values()} == {row["result_sha256"] for row in table("by_path").values()}

# A wrong conjugate is a wrong plugin: exit code 3, and the check that found it.
source.write_text(source.read_text().replace("return saddle::expm1(v); }", "return saddle::expm1(v) + v * v; }", 1))
make()
stdout, _ = saddle("check", library, expect=3)
assert "FAILED   conjugate" in stdout, stdout
