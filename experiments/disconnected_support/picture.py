"""Draws the samples that modes.h5 keeps: python picture.py modes.h5 OUT.png

A row a game, a column a generator, seed 0. Needs h5py and matplotlib.
"""
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

GENERATORS = ["one", "category", "mixture", "mixture_fixed"]
GAMES = ["gan", "wgan_gp"]


def main(path, out):
    fig, axes = plt.subplots(len(GAMES), len(GENERATORS), figsize=(8.5, 4.4), layout="constrained")
    with h5py.File(path) as store:
        table = store["table"]
        columns = (table[name].asstr()[:] for name in ("id", "param.generators", "param.game"))
        for trial, generators, game, seed in zip(*columns, table["seed"][:]):
            if generators not in GENERATORS or seed != 0:
                continue
            ax = axes[GAMES.index(game), GENERATORS.index(generators)]
            x = store[f"trials/{trial}/samples"][:]
            ax.scatter(*x.T, s=2, color="C0", linewidths=0)
            ax.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), xticks=[], yticks=[], aspect="equal")
            ax.set_title(f"{generators}, {game}", fontsize=9)
    fig.savefig(out, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:3])
