#!/usr/bin/env python3
# label: slow
# Every registered plugin gives the same bits by one worker and by two, alone and beside others.
import collections
import json
import math
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import has_digits, hashes, saddle, table

if not has_digits():
    print("not tested: the digits are not there; ./saddle fetches them")
    sys.exit(77)

FIXTURES = pathlib.Path(os.environ["SADDLE_SOURCE"]) / "tests/fixtures"
# What must be given, by plugin.
GIVEN = {"means": [[0.1, 0.2, 0.3], [0.5, 0.6, 0.7]], "stds": [0.1], "dataset": "points", "length": 5}
BOXES = {  # data of every kind that some head makes, and of as many dimensions as the prior
    "reals": {"use": "gaussian_mixture", "means": GIVEN["means"], "stds": [0.1]},
    "compositions": {"use": "dirichlet", "alpha": [1, 2, 3]},
    "counts": {"use": "zinb_cells", "genes": 5},
    "letters": {"use": "coding_sequences", "codons": 1},
    "images": {"use": "digits"},
    "plane": {"use": "ring"},
}
# Where a plugin of a kind stands.
PLACES = {"prior": "prior", "generator": "generator", "critic": "critic", "divergence": "divergence", "penalty": "penalties", "constraint": "constraints",
          "optimizer": "train.critic_optimizer", "dynamics": "train.dynamics", "schedule": "train.generator_schedule", "average": "train.average",
          "objective": "objective", "head": "head", "encoder": "encoder", "metric": "metrics", "data": "data"}
LISTS = {"penalties", "constraints", "metrics"}

pathlib.Path("clothes.yaml").write_text("experiment: clothes\nbase: {data: fashion_mnist}\n")
has_clothes = subprocess.run([os.environ["SADDLE"], "plan", "clothes.yaml"], capture_output=True).returncode == 0

use = collections.defaultdict(list)
for plugin in json.loads(saddle("plugins", "--format", "json")[0]):
    settings = {"use": plugin["name"]}
    for param in plugin["params"]:
        if param["required"]:
            settings[param["name"]] = str(FIXTURES / f"points.{plugin['name']}") if param["name"] == "path" else GIVEN[param["name"]]
    if plugin["name"] == "words":
        pathlib.Path("words.txt").write_text("".join(f"{a}{b}{c}de\n" for a in "abc" for b in "abcd" for c in "ab"))
        settings["path"] = "words.txt"
    if plugin["name"] != "fashion_mnist" or has_clothes:
        use[plugin["kind"]].append(settings)
assert set(use) == set(PLACES), set(use) ^ set(PLACES)

blocks = []
for kind, place in PLACES.items():
    block = {place: [[one] if place in LISTS else one for one in use[kind]], "seed": [0, 1, 2]}
    if kind in ("head", "generator", "critic", "metric", "objective"):
        block["data"] = {name: {"data": box} for name, box in BOXES.items()}
        block["box"] = block.pop("data")
    if kind == "objective":  # one of them fits a distribution without a network
        block |= {"generator": ["mlp", "point"], "head": ["linear", "poisson"]}
    if kind == "encoder":
        block["objective"] = ["vae"]
    blocks.append(block)
blocks.append({"head": ["resample"], "objective": ["none"], "seed": [0, 1, 2]})
blocks.append({"metrics": [["game_jacobian"]], "data": ["ring"], "generator": ["affine"], "critic": ["linear"], "seed": [0, 1, 2]})
pathlib.Path("every.yaml").write_text(json.dumps({
    "experiment": "every", "on_illegal": "skip",
    "base": {"data": BOXES["reals"], "generator": {"use": "mlp", "widths": [37, 30]}, "critic": {"use": "mlp", "widths": [30, 37]},
             "train": {"steps": 14, "batch": 77}, "metrics": ["moments"], "measure": {"every": 0, "samples": 53}, "keep": {"samples": 5}},
    "grid": blocks}))
saddle("run", "every.yaml", "--out", "one", "--jobs", 1, "--lanes", 1, "--quiet")
saddle("run", "every.yaml", "--out", "two", "--jobs", 2, "--lanes", 3, "--quiet")
one, two = hashes("one"), hashes("two")
assert one == two, [trial for trial in one if one[trial] != two.get(trial)]

# All of them have trained.
rows = [row for row in table("one").values() if row["status"] != "skipped"]
assert all(row["status"] in ("done", "collapsed") for row in rows), collections.Counter(row["status"] for row in rows)
for kind, place in PLACES.items():
    if kind == "metric":
        seen = {column.split(".")[1] for row in rows for column, value in row.items() if column.startswith("metric.") and math.isfinite(value)}
    else:
        seen = {word for row in rows for word in re.findall(r"\w+", str(row[f"param.{place}"]))}
    missing = {one["use"] for one in use[kind]} - seen
    assert not missing, f"{kind}: {missing}"
