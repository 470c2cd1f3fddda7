"""What the end-to-end tests share: running the program, and reading what it stored."""

import json
import os
import pathlib
import subprocess
import sys

try:
    import h5py
except ImportError:
    print("h5py is not there; ./test --all installs it")
    sys.exit(77)

SADDLE = os.environ["SADDLE"]


def saddle(*words, expect=0, **options):
    """Runs the program and checks its exit code; returns standard output and standard error."""
    done = subprocess.run([SADDLE, *map(str, words)], capture_output=True, text=True, **options)
    assert done.returncode == expect, f"{words}: exit code {done.returncode}, not {expect}\n{done.stdout}\n{done.stderr}"
    return done.stdout, done.stderr


def has_digits():
    """Whether the launcher could fetch them."""
    home = os.environ.get("SADDLE_HOME", os.path.expanduser("~/.cache/saddle"))
    return (pathlib.Path(home) / "data/digits.csv.gz").exists()


def crashes_are_signals():
    """Also under AddressSanitizer, which would make an exit code of them."""
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":handle_segv=0"


def table(store):
    """The rows of /table by trial id."""
    with h5py.File(f"{store}.h5") as file:
        columns = {name: data.asstr()[:] if data.dtype.kind == "O" else data[:] for name, data in file["table"].items()}
    return {columns["id"][i]: {name: values[i] for name, values in columns.items()} for i in range(len(columns["id"]))}


def trained(name, text):
    """Runs an experiment of that name; the rows of its table, all of them done."""
    pathlib.Path(f"{name}.yaml").write_text(text)
    saddle("run", f"{name}.yaml", "--quiet")
    found = list(table(name).values())
    assert all(row["status"] == "done" for row in found), [row["status"] for row in found]
    return found


def first_values(store, rows, series):
    """What those trials of a store measured before the first step."""
    with h5py.File(f"{store}.h5") as file:
        found = [file[f"trials/{row['id']}/series/{series}"] for row in rows]
        assert all(one["step"][0] == 0 for one in found), series
        return [float(one["value"][0]) for one in found]


def hashes(store):
    return {trial: row["result_sha256"] for trial, row in table(store).items()}


def shown(store, trial):
    """What `saddle show` says of a trial."""
    return json.loads(saddle("show", store, trial, "--json")[0])


def shards(store):
    """Finished trials of a study, each opened and read through."""
    found = []
    for path in sorted(pathlib.Path(f"{store}.study/trials").glob("*.h5")):
        with h5py.File(path) as file:
            file["trials"][path.stem].visititems(lambda _, item: item[()] if isinstance(item, h5py.Dataset) else None)
        found.append(path.stem)
    return found


EXPERIMENT = """\
experiment: {name}
base:
  data: ring
  generator: {{use: mlp, widths: [{widths[0]}, {widths[1]}]}}
  critic: {{use: mlp, widths: [{widths[1]}, {widths[0]}]}}
  train: {{steps: {steps}, batch: 77}}
  metrics: [modes, mmd]
  measure: {{every: 20, samples: 101}}
grid:
  method:
    gan: {{divergence: gan}}
    kl: {{divergence: kl}}
    wgan_gp: {{divergence: wasserstein, penalties: [gradient_penalty], train.critic_steps: 2}}
    mmd: {{divergence: mmd}}
  train.generator_optimizer.rate: [1e-3, 3e-4]
  seed: 0..{last_seed}
"""


def experiment(name="study", steps=40, last_seed=2, widths=(37, 30)):
    """Writes an experiment file into the current folder."""
    path = pathlib.Path(f"{name}.yaml")
    path.write_text(EXPERIMENT.format(name=name, steps=steps, last_seed=last_seed, widths=widths))
    return path
