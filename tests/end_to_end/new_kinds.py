#!/usr/bin/env python3
# label: slow
# What `saddle new` writes of every kind: it compiles, passes `saddle check`, and its experiment runs with it.
import os
import pathlib
import subprocess
import sys

source, build = pathlib.Path(os.environ["SADDLE_SOURCE"]), os.environ["SADDLE_BUILD"]
sys.path.insert(0, str(source / "tests/end_to_end/lib"))
from runs import saddle, table

kinds = sorted(path.stem for path in (source / "framework/src/cli/templates").glob("*.cpp"))
listed = {path.name for path in (source / "plugins").iterdir() if path.is_dir()}
assert set(kinds) == listed, (kinds, listed)

for kind in kinds:
    saddle("new", kind, f"my_{kind}")
    assert len(pathlib.Path(f"my_{kind}/my_{kind}.cpp").read_text().splitlines()) <= 30, kind

# One build for all: looking for LibTorch once is faster than fifteen times.
pathlib.Path("CMakeLists.txt").write_text(
    "cmake_minimum_required(VERSION 3.25)\nproject(all_kinds LANGUAGES CXX)\nfind_package(Saddle CONFIG REQUIRED)\n" +
    "".join(f"saddle_add_plugin(my_{kind}/my_{kind}.cpp KIND {kind})\n" for kind in kinds))
for command in (["cmake", "-S", ".", "-B", "build", f"-DSaddle_DIR={build}"], ["cmake", "--build", "build", "--parallel", "2"]):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr

libraries = [f"build/plugins/{kind}.my_{kind}.so" for kind in kinds]
stdout, _ = saddle("check", *libraries)
assert stdout.rstrip().endswith(" 0 failed") and "FAILED" not in stdout, stdout
for kind in kinds:
    assert f"\n{kind} my_{kind} (" in "\n" + stdout, (kind, stdout)

for kind in kinds:
    saddle("run", f"my_{kind}/experiment.yaml", "train.steps=10", "measure.samples=50", "seed=0", "--plugins", "build/plugins")
    rows = table(f"my_{kind}").values()
    assert {row["status"] for row in rows} == {"done"}, (kind, rows)
    # The grid compares it with what ships, or, of a metric, adds its column.
    used = [value for row in rows for name, value in row.items() if name.startswith(("param.", "metric."))
            and (f"my_{kind}" in str(value) or name == f"metric.my_{kind}")]
    assert used, (kind, rows)
