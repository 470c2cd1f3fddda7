#!/usr/bin/env python3
# `saddle check` of what is broken: exit code 3 and a sentence that says what to do, also where the plugin crashes.
import os
import pathlib
import sys

build = pathlib.Path(os.environ["SADDLE_BUILD"])
sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import crashes_are_signals, saddle

crashes_are_signals()


def specimen(name):
    return build / f"specimens/{name}/divergence.{name}.so"


def refused(library, says, *words):
    stdout, stderr = saddle("check", library, *words, expect=3)
    assert says in stdout + stderr, (library, stdout + stderr)
    return stdout


pathlib.Path("text.so").write_text("hello")
pathlib.Path("half.so").write_bytes(specimen("good").read_bytes()[:20000])
refused("text.so", "no shared library")
refused("half.so", "it is truncated; copy or build it again")
refused(specimen("no_manifest"), "no Saddle plugin")
refused(specimen("wrong_api"), "rebuild it")
refused(specimen("wrong_headers"), "rebuild it")
refused(specimen("missing_symbol"), "undefined symbol")
refused(specimen("throws_in_training"), "it threw: ")
# Its checks run apart: the other ones are still made.
stdout = refused(specimen("crashes_in_training"), "FAILED   lanes        it crashed: Segmentation fault", "--set", "weight=2")
assert "  ok       schema" in stdout and "  ok       leaks" in stdout, stdout
