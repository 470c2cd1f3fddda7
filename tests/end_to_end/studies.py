#!/usr/bin/env python3
# label: slow
# The commands of the studies' pages do what the pages say, here for a few steps; where the real data are not on this
# machine, the plan says how to get them.
import os
import pathlib
import re
import shlex
import subprocess
import sys

source = pathlib.Path(os.environ["SADDLE_SOURCE"])
sys.path.insert(0, str(source / "tests/end_to_end/lib"))
from runs import SADDLE, saddle

fetchable = dict(line.split()[:2] for line in
                 subprocess.run([source / "saddle", "fetch"], capture_output=True, text=True, check=True).stdout.splitlines())
pathlib.Path("empty").mkdir()
WITHOUT = {**os.environ, "SADDLE_DATA": "", "SADDLE_HOME": str(pathlib.Path("empty").resolve())}


def says_how_to_get(experiment, environment):
    """Whether a data set that can be fetched is missing; then the plan says so."""
    done = subprocess.run([SADDLE, "plan", experiment], capture_output=True, text=True, env=environment)
    if done.returncode == 0:
        return False
    names = [name for name, files in fetchable.items() if any(file in experiment.read_text() for file in files.split(","))]
    assert done.returncode == 2 and names and f"`./saddle fetch {names[0]}` gets it" in done.stderr, done.stderr
    return True


def commands(page):
    for block in re.findall(r"^```sh\n(.*?)^```", page, re.S | re.M):
        for line in block.splitlines():
            words = shlex.split(line)
            assert words[0] == "./saddle", line
            yield words[1:]


def draws(page):
    """The page's picture, where there is something to draw with."""
    script, store, picture = re.search(r"^The picture: `python (\S+) (\S+) (\S+)`", page, re.M).groups()
    done = subprocess.run([sys.executable, source / script, store, picture], capture_output=True, text=True)
    if "No module named 'matplotlib'" in done.stderr:
        return
    assert done.returncode == 0 and pathlib.Path(picture).stat().st_size > 10000, done.stderr


STUDIES = {  # the rows of what each compares
    "disconnected_support": {"one", "category", "mixture", "mixture_fixed", "real"},
    "heavy_tails": {"pearson", "kl", "hellinger", "real"},
    "dna_start_codons": {"relaxed", "straight_through", "relaxed_conv", "straight_through_conv", "real", "shuffled",
                         "position_weights", "markov_1", "markov_2", "markov_1_own"},
    "pbmc_heads": {"linear", "softmax", "alr", "jsd", "reverse_kl", "kl", "hellinger", "wasserstein", "real", "shuffled",
                   "zinb_fit", "zinb_fit_depth", "scvi"},
}
NEED_DATA = {"dna_start_codons", "pbmc_heads"}

for study, rows in STUDIES.items():
    page = (source / "experiments" / study / "README.md").read_text()
    shown, here = set(), True
    for verb, what, *rest in commands(page):
        if verb == "fetch":
            assert what in fetchable, what
        elif verb == "run":
            experiment = source / what
            assert says_how_to_get(experiment, WITHOUT) == (study in NEED_DATA), what
            if says_how_to_get(experiment, os.environ):
                here = False
            else:
                saddle("run", experiment, *rest, "train.steps=4", "seed=0", "--quiet")
        elif verb == "compare" and here:
            table, _ = saddle("compare", what, *rest, "--format", "csv")
            shown |= {line.split(",")[0] for line in table.splitlines()[1:]}
    if here:
        assert shown == rows, (study, shown ^ rows)
        draws(page)

# What heavy_tails takes for the best Gaussians is what quadrature gives.
subprocess.run([sys.executable, source / "experiments/heavy_tails/optimum.py", "--check"], check=True)
