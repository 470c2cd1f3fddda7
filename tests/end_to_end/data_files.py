#!/usr/bin/env python3
# A data file counts by what it holds: when that changes, trials are others, and none is trained on what it was not
# planned for.
import os
import pathlib
import shutil
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import saddle, shards, table


def numbers(shift):
    return "".join(f"{(i * 7 % 11) / 11 + shift},{(i * 5 % 13) / 13}\n" for i in range(60))


def statuses(store):
    return [row["status"] for row in table(store).values()]


data = pathlib.Path("x.csv")
data.write_text(numbers(0))
pathlib.Path("e.yaml").write_text(
    "experiment: e\nbase: {data: {use: csv, path: x.csv}, generator: {widths: [8]}, critic: {widths: [8]}, "
    "train: {steps: 3, batch: 9}, metrics: [mmd], measure: {every: 0, samples: 9}}\ngrid: {seed: 0..1}\n")
saddle("run", "e.yaml")
before = table("e")
_, stderr = saddle("run", "e.yaml")
assert "2 done already" in stderr, stderr

# Another content: other trials, and both are kept.
data.write_text(numbers(1))
_, stderr = saddle("run", "e.yaml")
assert "2 to train" in stderr, stderr
assert not set(table("e")) & set(before)
data.write_text(numbers(0))
_, stderr = saddle("run", "e.yaml")
assert "2 done already" in stderr and table("e").keys() == before.keys(), stderr

# A store goes on as it was planned: what is done stays, whatever became of the file …
data.write_text(numbers(2))
_, stderr = saddle("run", "e.h5")
assert "2 done already" in stderr and statuses("e") == ["done"] * 2, stderr
# … and what is still to train is not trained on other data.
for shard in shards("e"):
    os.remove(f"e.study/trials/{shard}.h5")
os.remove("e.h5")
_, stderr = saddle("run", "e.study", expect=4)
assert "data.path: " in stderr and "is not what it was when the trial was planned" in stderr, stderr
assert statuses("e") == ["failed"] * 2
_, stderr = saddle("run", "e.h5", expect=4)  # again, and not "done"
data.write_text(numbers(0))
saddle("run", "e.h5")
assert statuses("e") == ["done"] * 2
assert {t: row["result_sha256"] for t, row in table("e").items()} == {t: row["result_sha256"] for t, row in before.items()}

# A file that is gone is named.
data.unlink()
saddle("run", "e.h5")
_, stderr = saddle("run", "e.h5", "--retry", "done", expect=4)
assert "can't read" in stderr and "x.csv" in stderr, stderr
_, stderr = saddle("run", "e.yaml", expect=2)
assert "e.yaml:2:31: data.path: can't read" in stderr, stderr

# An experiment that moves with its data keeps its trials.
data.write_text(numbers(0))
saddle("run", "e.h5")
os.mkdir("moved")
for name in ("e.yaml", "x.csv", "e.h5"):
    shutil.copy(name, "moved")
_, stderr = saddle("run", "e.yaml", cwd="moved")
assert "2 done already" in stderr, stderr

# Further metrics need the same data.
data.write_text(numbers(3))
_, stderr = saddle("measure", "e", "sliced_wasserstein", expect=4)
assert "is not what it was" in stderr, stderr

# What is no file is a mistake of the user, and nothing is written.
pathlib.Path("zero.yaml").write_text("experiment: zero\nbase: {data: {use: csv, path: /dev/zero}}\n")
_, stderr = saddle("run", "zero.yaml", expect=2)
assert "zero.yaml:2:31: data.path: /dev/zero is not a regular file" in stderr, stderr
_, stderr = saddle("run", "zero.yaml", "data.path=.", expect=2)
assert "is a folder" in stderr and not pathlib.Path("zero.study").exists(), stderr

# Data that are looked for in folders count by what they hold, wherever they lie: two machines that have the same
# files have the same trials.
import gzip

pathlib.Path("found.yaml").write_text(
    "experiment: found\nbase: {data: digits, generator: {widths: [8]}, critic: {widths: [8]}, "
    "train: {steps: 3, batch: 9}, metrics: [mmd], measure: {every: 0, samples: 9}}\n")


def digits(folder, shift):
    os.makedirs(folder, exist_ok=True)
    rows = "".join(",".join([str((i * 7 + j + shift) % 17) for j in range(64)] + [str(i % 10)]) + "\n" for i in range(60))
    with gzip.GzipFile(f"{folder}/digits.csv.gz", "wb", mtime=0) as file:
        file.write(rows.encode())
    return {**os.environ, "SADDLE_DATA": folder}


here = digits("here", 0)
saddle("run", "found.yaml", env=here)
first = set(table("found"))
_, stderr = saddle("run", "found.yaml", env=digits("there/below", 0))
assert "1 done already" in stderr, stderr
_, stderr = saddle("run", "found.yaml", env=digits("here", 1))
assert "1 to train" in stderr and not set(table("found")) & first, stderr
digits("here", 2)
_, stderr = saddle("run", "found", "--retry", "done", expect=4, env=here)
assert "digits.csv.gz is not what it was when the trial was planned" in stderr, stderr
