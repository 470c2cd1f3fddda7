#!/usr/bin/env python3
# A user's own divergence: written by `saddle new`, built against this build, checked, swept like any other; a wrong one
# is caught by `saddle check`.
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import saddle, table

build = os.environ["SADDLE_BUILD"]


def make():
    for command in (["cmake", "-S", "my_loss", "-B", "my_loss/build", f"-DSaddle_DIR={build}"], ["cmake", "--build", "my_loss/build"]):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


stdout, stderr = saddle("new", "divergence", "my_loss")
assert "cmake -S my_loss" in stdout + stderr, stdout + stderr
source = pathlib.Path("my_loss/my_loss.cpp")
assert len(source.read_text().splitlines()) <= 30
_, stderr = saddle("new", "divergence", "my_loss", expect=2)
assert "my_loss" in stderr, stderr
for kind, name in (("divergence", "gan"), ("divergence", "My-Loss"), ("divergense", "other")):
    saddle("new", kind, name, expect=2)

make()
library = "my_loss/build/plugins/divergence.my_loss.so"
stdout, _ = saddle("check", library)
assert "0 failed" in stdout and "FAILED" not in stdout, stdout

short = ["train.steps=20", "measure.samples=50", "seed=0"]
saddle("run", "my_loss/experiment.yaml", *short, "--plugins", "my_loss/build/plugins", "--out", "by_option")
saddle("run", "my_loss/experiment.yaml", *short, "--out", "by_path", env={**os.environ, "SADDLE_PLUGIN_PATH": "my_loss/build/plugins"})
assert {row["result_sha256"] for row in table("by_option").values()} == {row["result_sha256"] for row in table("by_path").values()}

# A wrong conjugate is a wrong plugin: exit code 3, and the check that found it.
source.write_text(source.read_text().replace("return saddle::expm1(v); }", "return saddle::expm1(v) + v * v; }", 1))
make()
stdout, _ = saddle("check", library, expect=3)
assert "FAILED   conjugate" in stdout, stdout
