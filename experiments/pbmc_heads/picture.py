"""Draws pbmc_counts.h5 gene by gene, the mean count against variance and share of zeros: python picture.py STORE OUT.png

Generated samples of seed 0 beside those of the control that resamples real cells. Needs h5py and matplotlib.
"""
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

SHOWN = [("wasserstein", "nb"), ("wasserstein", "zinb"), ("zinb_fit", ""), ("scvi", "")]


def curves(cells):
    """Mean, variance and share of zeros of each gene."""
    return cells.mean(0), cells.var(0, ddof=1), (cells == 0).mean(0)


def main(path, out):
    fig, axes = plt.subplots(2, len(SHOWN), figsize=(9.5, 5), sharex=True, sharey="row", layout="constrained")
    with h5py.File(path) as store:
        table = store["table"]
        columns = [table[name].asstr()[:] for name in ("id", "param.method", "param.counts")]
        trials = {(m, c): t for t, m, c, seed in zip(*columns, table["seed"][:]) if seed == 0}
        samples = {key: store[f"trials/{trial}/samples"][:] for key, trial in trials.items()}
    real = curves(samples["real", ""])
    for column, key in enumerate(SHOWN):
        made = curves(samples[key])
        for row, statistic in enumerate((1, 2)):
            ax = axes[row, column]
            ax.scatter(real[0], real[statistic], s=5, color="0.7", label="real")
            ax.scatter(made[0], made[statistic], s=5, color="C0", label="generated")
            ax.set_xscale("log")
        axes[0, column].set(title=" ".join(key).strip(), yscale="log")
        axes[1, column].set_xlabel("mean count")
    x = np.geomspace(0.01, 100, 50)
    for ax in axes[0]:
        ax.plot(x, x, color="0.4", lw=0.8, label="Poisson")
    for ax in axes[1]:
        ax.plot(x, np.exp(-x), color="0.4", lw=0.8)
    axes[0, 0].set_ylabel("variance")
    axes[1, 0].set_ylabel("share of zeros")
    axes[0, 0].legend(frameon=False, fontsize=8)
    fig.savefig(out, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:3])
