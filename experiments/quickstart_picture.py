"""Draws generated samples of quickstart.h5 beside the real ones: python quickstart_picture.py quickstart.h5 OUT.png

Needs h5py and matplotlib.
"""
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

METHODS = ["gan", "hellinger", "wgan_gp", "mmd"]


def rows_of(store, **wanted):
    """Positions in the table of the trials at these places of the grid."""
    table = store["table"]
    found = np.ones(len(table["id"]), bool)
    for axis, value in wanted.items():
        column = table["seed" if axis == "seed" else f"param.{axis}"].asstr()[:] if axis != "seed" else table["seed"][:]
        found &= column == value
    return np.flatnonzero(found)


def samples_of(store, row):
    return store[f"trials/{store['table/id'].asstr()[row]}/samples"][:]


def main(path, out):
    ring = np.array([[np.cos(a), np.sin(a)] for a in 2 * np.pi * np.arange(8) / 8])
    fig, axes = plt.subplots(2, len(METHODS), figsize=(8, 4.1), layout="constrained")
    with h5py.File(path) as store:
        for column, method in enumerate(METHODS):
            row = rows_of(store, method=method, dataset="ring", width="128", seed=0)[0]
            x = samples_of(store, row)
            ax = axes[0, column]
            ax.scatter(*ring.T, s=60, facecolors="none", edgecolors="0.6", linewidths=1)
            ax.scatter(*x.T, s=4, color="C0")
            ax.set(title=method, xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal", xticks=[], yticks=[])
            row = rows_of(store, method=method, dataset="digits", width="128", seed=0)[0]
            tiles = np.pad(samples_of(store, row)[:24].reshape(24, 8, 8), ((0, 0), (1, 1), (1, 1)), constant_values=0.4)
            ax = axes[1, column]
            ax.imshow(np.block([[tiles[6 * i + j] for j in range(6)] for i in range(4)]), cmap="gray_r")
            ax.set(xticks=[], yticks=[])
    axes[0, 0].set_ylabel("ring of 8")
    axes[1, 0].set_ylabel("8×8 digits")
    fig.savefig(out, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:3])
