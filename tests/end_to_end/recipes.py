#!/usr/bin/env python3
# Recipes: the Dirac-GAN reproduces, a number that is off fails, wrong recipes are named, and the exact optima that the
# f-GAN study expects are what quadrature gives.
import os
import pathlib
import shutil
import subprocess
import sys

source = pathlib.Path(os.environ["SADDLE_SOURCE"])
sys.path.insert(0, str(source / "tests/end_to_end/lib"))
from runs import saddle

stdout, _ = saddle("reproduce", "--plugins", ".")
assert "dirac_gan" in stdout and "fgan_gaussian_fit" in stdout, stdout

stdout, _ = saddle("reproduce", "dirac_gan", "--quiet", "--out", "here")
assert "dirac_gan: PASS, 55 of 55" in stdout and "FAIL" not in stdout, stdout
assert pathlib.Path("here/dirac_gan/trajectories.h5").exists()

# The page's own code reads the trajectories.
page = (source / "experiments/dirac_gan/README.md").read_text()
code = page.split("```python\n")[1].split("```")[0]
printed = subprocess.run([sys.executable, "-c", code], cwd="here", check=True, capture_output=True, text=True).stdout
assert len(printed.splitlines()) == 36 and "gan simultaneous -2.1616" in printed, printed

# A published number that we do not meet is a FAIL with exit code 1, and what was trained is not trained again.
shutil.copytree(source / "experiments/dirac_gan", "dirac_gan")
recipe = pathlib.Path("dirac_gan/recipe.yaml")
right = recipe.read_text()
recipe.write_text(right.replace("simultaneous: 3.096949", "simultaneous: 3.096960"))
stdout, stderr = saddle("reproduce", recipe, "--out", "here", expect=1)
assert "dirac_gan: FAIL, 54 of 55" in stdout and "36 done already" in stderr, stdout + stderr

# Every mistake of a recipe at once, with its place.
recipe.write_text(right.replace("verdict: false", "verdikt: false").replace("within: {relative: 1.0e-6}", "within: {}", 1))
_, stderr = saddle("reproduce", recipe, expect=2)
assert "did you mean 'verdict'?" in stderr and "how near is near enough for gan?" in stderr, stderr
recipe.write_text(right.replace("      gan: {simultaneous: 3.096949,", "      gun: {simultaneous: 3.096949,"))
_, stderr = saddle("reproduce", recipe, "--out", "here", expect=2)
assert "method = gun, which no trial has; did you mean 'gan'?" in stderr, stderr

subprocess.run([sys.executable, source / "experiments/fgan_gaussian_fit/optimum.py", "--check"], check=True)
