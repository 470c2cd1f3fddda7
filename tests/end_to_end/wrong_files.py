#!/usr/bin/env python3
# label: slow
# Every wrong file of tests/mistakes, run: exit code 2, its message and nothing else, and nothing written.
import os
import pathlib
import shutil
import sys

source = pathlib.Path(os.environ["SADDLE_SOURCE"])
sys.path.insert(0, str(source / "tests/end_to_end/lib"))
from runs import saddle

for folder in ("mistakes", "fixtures"):
    shutil.copytree(source / "tests" / folder, folder)
os.chdir("mistakes")
here = os.getcwd()


# A data file is named with its folder, so that one knows which was read; the texts are the same everywhere.
def as_from_here(text):
    return text.replace(here + "/", "").replace(os.path.dirname(here) + "/", "../")


there = sorted(os.listdir("."))
files = [file for file in sorted(pathlib.Path(".").glob("*.yaml")) if not file.name.startswith("_")]
assert len(files) >= 30
for file in files:
    arguments = file.with_suffix(".args")
    overrides = arguments.read_text().splitlines() if arguments.exists() else []
    stdout, stderr = saddle("run", file, *overrides, expect=2, errors="surrogateescape")
    assert stdout == "" and as_from_here(stderr) == file.with_suffix(".txt").read_text(errors="surrogateescape"), (file, stdout, stderr)
    assert sorted(os.listdir(".")) == there, (file, os.listdir("."))
