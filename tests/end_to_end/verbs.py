#!/usr/bin/env python3
# Every verb that shows something, in every format that it offers; what it is asked wrongly is exit code 2.
import csv
import io
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import experiment, saddle, table

file = experiment(steps=5, last_seed=1)
stdout, _ = saddle("--version")
assert re.fullmatch(r"saddle \d+\.\d+\.\d+\n", stdout), stdout

# The verbs of --help are all there, and each has help of its own.
listed = saddle("--help")[0].split("Subcommands:")[1]
verbs = re.findall(r"^  (\w+) ", listed, re.M)
assert {"run", "plan", "status", "compare", "show", "measure", "plugins", "new", "check", "schema", "bench"} <= set(verbs)
for verb in verbs:
    assert "Usage: saddle " + verb in saddle(verb, "--help")[0]
_, stderr = saddle("rnu", file, expect=2)

# plugins: kinds and names in brief; a kind; a plugin; as Markdown and as JSON.
brief, _ = saddle("plugins")
everything = json.loads(saddle("plugins", "--json")[0])
assert {p["kind"] for p in everything} >= {"data", "prior", "generator", "head", "critic", "encoder", "divergence",
                                           "penalty", "constraint", "optimizer", "metric", "objective"}
for plugin in everything:
    assert re.search(rf"^  {plugin['name']} +\S", brief, re.M), plugin["name"]
    assert plugin["summary"] and plugin["library"].endswith(".so") and plugin["version"] >= 1
    assert all(p["doc"] and p["type"] for p in plugin["params"]), plugin["name"]
text, _ = saddle("plugins", "objective", "vae")
assert "std: real, per lane, default 1, above 0, only with likelihood: gaussian. " in text, text
vae, = json.loads(saddle("plugins", "objective", "vae", "--json")[0])
assert [p.get("only_when") for p in vae["params"] if p["name"] == "std"] == [{"likelihood": ["gaussian"]}], vae
markdown, _ = saddle("plugins", "objective", "vae", "--format", "markdown")
assert "| `std` | real | `1` |" in markdown and "(only with likelihood: gaussian)" in markdown, markdown
assert len(json.loads(saddle("plugins", "divergence", "--json")[0])) < len(everything)
_, stderr = saddle("plugins", "divergense", expect=2)
assert "did you mean 'divergence'?" in stderr, stderr
_, stderr = saddle("plugins", "divergence", "helinger", expect=2)
assert "did you mean 'hellinger'?" in stderr, stderr
saddle("plugins", "--format", "csv", expect=2)

# plan: how many, groups; as JSON.
text, _ = saddle("plan", file)
assert "16" in text, text
plan = json.loads(saddle("plan", file, "--json")[0])
assert len(plan["trials"]) == 16, plan.keys()

saddle("run", file, "--quiet")
rows = table("study")

# status, in every format and by every name of the store.
for name in ("study", "study.h5", "study.study", "study.study/"):
    text, _ = saddle("status", name)
    assert re.search(r"done +16", text), text
assert json.loads(saddle("status", "study", "--json")[0])["rows"][0]["trials"] == 16
listed = list(csv.DictReader(io.StringIO(saddle("status", "study", "--trials", "--format", "csv")[0])))
assert {row["id"] for row in listed} == set(rows) and {row["status"] for row in listed} == {"done"}

# show: the experiment; a trial by the first digits of its id, with everything that is kept of it.
assert "experiment study" in saddle("show", "study")[0]
trial = next(iter(rows))
text, _ = saddle("show", "study", trial[:6])
for part in ("config", "metrics", "series", "weights", "provenance", rows[trial]["result_sha256"]):
    assert part in text, text
shown = json.loads(saddle("show", "study", trial, "--json")[0])
assert shown["metrics"]["mmd"] == rows[trial]["metric.mmd"] and shown["result_sha256"] == rows[trial]["result_sha256"]
assert shown["series"]["mmd"]["step"] == [0, 5] and shown["weights"] and shown["provenance"]["kernels"] == "native"
saddle("show", "study", "zzzz", expect=2)
saddle("show", "study", trial, "--format", "latex", expect=2)

# compare: the same numbers in every format.
words = ["compare", "study", "--rows", "method", "--cols", "train.generator_optimizer.rate", "--metric", "mmd,modes"]
text, _ = saddle(*words)
assert "±" in text and re.search(r"^wgan_gp ", text, re.M), text
cells = json.loads(saddle(*words, "--json")[0])["cells"]
lines = list(csv.DictReader(io.StringIO(saddle(*words, "--format", "csv")[0])))
assert len(cells) == len(lines) == 2 * 8, lines[0]
for cell, line in zip(cells, lines):
    assert cell["metric"] == line["metric"] and cell["mean"] == float(line["mean"]) and cell["low"] == float(line["low"])
    own = [row[f"metric.{cell['metric']}"] for row in rows.values() if row["param.method"] == cell["row"]["method"] and
           row["param.train.generator_optimizer.rate"] == cell["col"]["train.generator_optimizer.rate"]]
    assert len(own) == cell["n"] == cell["planned"] == 2 and abs(sum(own) / 2 - cell["mean"]) < 1e-12, (own, cell)
    assert cell["statuses"] == {"done": 2}
assert saddle(*words, "--format", "markdown")[0].count("|") > 20
assert "\\begin{tabular}" in saddle(*words, "--format", "latex")[0]
saddle("compare", "study", "--metric", "mmmd", expect=2)
saddle("compare", "study", "--rows", "methd", expect=2)
saddle("compare", "nothing", expect=2)

json.loads(saddle("schema")[0])
