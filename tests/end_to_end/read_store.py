"""Reads a store with h5py, pandas and xarray as a user would, and checks the layout, version 1.

usage: read_store.py PATH.h5 [h5py] [pandas] [xarray]    (default: all three)
Works on any store that holds at least one finished trial with a series. Without arguments it makes one: it runs a
small experiment with $SADDLE in the current folder. Where a module is missing it exits with 77: skipped.
"""
import os
import subprocess
import sys

EXPERIMENT = """
experiment: read-me
base:
  data: {use: ring}
  prior: {use: normal, dim: 2}
  generator: {use: mlp, widths: [16]}
  critic: {use: mlp, widths: [16]}
  train: {steps: 40, batch: 32}
  metrics: [modes, mmd]
  measure: {every: 20, samples: 200}
grid:
  divergence: [gan, hellinger]
  train.critic_steps: [1, 2]
  seed: 0..1
"""

TABLE = ["id", "status", "seed", "steps", "seconds", "result_sha256"]
STATUSES = {"planned", "running", "skipped", "done", "collapsed", "diverged", "dead_critic", "stalled", "failed",
            "timed_out", "interrupted"}
RESULTS = {"done", "collapsed", "diverged", "dead_critic", "stalled"}


def with_h5py(path):
    # A user's three lines.
    import h5py
    store = h5py.File(path, "r")
    statuses = store["table/status"].asstr()[:]

    import numpy as np
    assert store.attrs["saddle_format"] == 1 and np.issubdtype(store.attrs["saddle_format"].dtype, np.integer)
    assert all(isinstance(store.attrs[name], str) for name in ("experiment", "created", "plan_sha256"))
    assert store.attrs["created"].endswith("Z")
    assert set(store) == {"plan", "table", "trials"}
    assert store["plan/experiment"].shape == () and store["plan/experiment"].asstr()[()]
    table, rows = store["table"], len(statuses)
    assert store["plan/trials"].shape == (rows,) and all("\n" not in line for line in store["plan/trials"].asstr()[:])
    assert all(isinstance(override, str) for override in store["plan/overrides"].asstr()[:])
    assert store["plan/extends/name"].shape == store["plan/extends/text"].shape
    planned = [line.split() for line in store["plan/metrics"].asstr()[:]]
    assert len(planned) == rows
    assert set(TABLE) <= set(table) and set(statuses) <= STATUSES
    for name, column in table.items():
        assert column.shape == (rows,), name
        assert name in TABLE or name.startswith(("param.", "metric.")), name
        if name.startswith("metric.") or name == "seconds":
            assert column.dtype == np.float64, name
        text = h5py.check_string_dtype(column.dtype)
        assert text is None or (text.encoding == "utf-8" and text.length is None), name
    assert np.issubdtype(table["seed"].dtype, np.integer) and np.issubdtype(table["steps"].dtype, np.integer)

    checked = 0
    for row, id in enumerate(table["id"].asstr()[:]):
        if id not in store["trials"]:
            assert statuses[row] == "planned"
            continue
        trial = store["trials"][id]
        assert {"status", "reason", "reason_step", "seed", "steps", "seconds", "result_sha256"} <= set(trial.attrs)
        assert trial.attrs["status"] == statuses[row] and trial.attrs["seed"] == table["seed"][row]
        assert trial.attrs["result_sha256"] == table["result_sha256"].asstr()[row]
        assert isinstance(trial["config"].asstr()[()], str)
        for name, series in trial["series"].items():
            assert set(series) == {"step", "value"}, name
            assert series["value"].dims[0][0] == series["step"] and series["step"].is_scale, name
        for name, metric in trial["metrics"].items():
            assert metric.shape == ()
            if name.split(".")[0] not in planned[row]:
                continue
            assert np.array_equal(metric[()], table["metric." + name][row], equal_nan=True), name
        assert set(trial["weights"]) <= {"final", "averaged"}
        if "samples" in trial:
            assert trial["samples"].chunks and trial["samples"].compression == "gzip" and trial["samples"].shuffle
        assert all(isinstance(value, str) for value in trial["provenance"].attrs.values())
        checked += 1
    assert checked, "no trial has a record"


def with_pandas(path):
    # A user's three lines.
    import h5py, pandas
    with h5py.File(path, "r") as store:
        table = pandas.DataFrame({name: c.asstr()[:] if c.dtype.kind == "O" else c[:] for name, c in store["table"].items()})

    assert set(TABLE) <= set(table.columns) and len(table) and table["id"].is_unique
    metrics = [name for name in table.columns if name.startswith("metric.")]
    assert metrics and table.groupby("status")[metrics].mean().shape[1] == len(metrics)
    assert set(table["status"]) <= STATUSES


def with_xarray(path):
    import h5py
    with h5py.File(path, "r") as store:
        id, name = next((id, name) for id, trial in store["trials"].items() for name in trial["series"])
        steps, values = (store["trials"][id]["series"][name][part][:] for part in ("step", "value"))
    for engine in ("h5netcdf", "netcdf4"):
        # A user's three lines.
        import xarray
        series = xarray.open_dataset(path, group=f"trials/{id}/series/{name}", engine=engine)
        final = series["value"].sel(step=steps[-1])

        assert float(final) == values[-1] or values[-1] != values[-1]
        assert series["value"].dims == ("step",) and list(series["step"]) == list(steps)
        series.close()
        table = xarray.open_dataset(path, group="table", engine=engine)
        assert table["status"].dims == ("id",) and set(TABLE) <= set(table.variables)
        assert set(table["status"].values) <= STATUSES
        table.close()


def make_store():
    with open("read-me.yaml", "w") as file:
        file.write(EXPERIMENT)
    subprocess.run([os.environ["SADDLE"], "run", "read-me.yaml", "--out", "read-me"], check=True)
    return "read-me.h5"


if __name__ == "__main__":
    readers = {"h5py": with_h5py, "pandas": with_pandas, "xarray": with_xarray}
    try:
        import h5netcdf, netCDF4
        for name in readers:
            __import__(name)
    except ImportError as error:
        print(f"skipped: {error}")
        sys.exit(77)
    path = sys.argv[1] if len(sys.argv) > 1 else make_store()
    for name in sys.argv[2:] or readers:
        readers[name](path)
        print(f"{name}: ok")
