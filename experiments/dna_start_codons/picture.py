"""Draws the letters' shares at each position of dna_start_codons.h5: python picture.py dna_start_codons.h5 OUT.png

Generated samples of seed 0 beside those of the control that resamples real windows; the start codon is from 20 on.
Needs h5py and matplotlib.
"""
import sys

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

SHOWN = [("real", ""), ("straight_through", "1"), ("relaxed", "1"), ("relaxed_conv", "1"), ("markov_1_own", ""), ("markov_2", "")]
COLOURS = {"A": "C2", "C": "C0", "G": "C1", "T": "C3"}


def main(path, out):
    fig, axes = plt.subplots(2, 3, figsize=(9.5, 4.4), sharex=True, sharey=True, layout="constrained")
    with h5py.File(path) as store:
        table = store["table"]
        columns = [table[name].asstr()[:] for name in ("id", "param.method", "param.temperature")]
        trials = {(m, t): i for i, m, t, seed in zip(*columns, table["seed"][:]) if seed == 0}
        for ax, key in zip(axes.flat, SHOWN):
            shares = store[f"trials/{trials[key]}/samples"][:].mean(0)  # [position, letter]
            bottom = np.zeros(len(shares))
            for letter, share in zip("ACGT", shares.T):
                ax.bar(np.arange(len(shares)) - 20, share, bottom=bottom, width=1, color=COLOURS[letter], label=letter)
                bottom += share
            ax.set(title=" ".join(key).strip(), ylim=(0, 1), xlim=(-20.5, 15.5))
    for ax in axes[1]:
        ax.set_xlabel("position from the start codon")
    for ax in axes[:, 0]:
        ax.set_ylabel("share of the letter")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside right center", frameon=False)
    fig.savefig(out, dpi=90)


if __name__ == "__main__":
    main(*sys.argv[1:3])
