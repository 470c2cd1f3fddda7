"""Draws the gradient norms of heavy_tails.h5 over the training: python picture.py heavy_tails.h5 OUT.png

A line a seed, cut where a training diverged. Needs h5py and matplotlib.
"""
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

METHODS = {"hellinger": "C0", "kl": "C1", "pearson": "C3"}


def main(path, out):
    with h5py.File(path) as store:
        table = store["table"]
        shares, methods = table["param.data.share"][:], table["param.method"].asstr()[:]
        ids, statuses = table["id"].asstr()[:], table["status"].asstr()[:]
        fig, axes = plt.subplots(1, 3, figsize=(9, 3), sharey=True, layout="constrained")
        for ax, share in zip(axes, sorted(set(shares))):
            for method, colour in METHODS.items():
                rows = [i for i in range(len(ids)) if shares[i] == share and methods[i] == method]
                for n, i in enumerate(rows):
                    series = store[f"trials/{ids[i]}/series/gradient_norms.critic"]
                    label = method if n == 0 else None
                    ax.semilogy(series["step"][:], series["value"][:], color=colour, lw=0.8, label=label)
                    if statuses[i] == "diverged" and len(series["step"]):
                        ax.semilogy(series["step"][-1], series["value"][-1], "x", color=colour)
            ax.set(title=f"{share:.0%} outliers", xlabel="step")
        axes[0].set_ylabel("critic's gradient norm")
        axes[0].legend(frameon=False)
    fig.savefig(out, dpi=90)


if __name__ == "__main__":
    main(*sys.argv[1:3])
