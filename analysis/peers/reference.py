"""What the peers are to compute, in NumPy and float64: losses as formulas, gradients as central differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy import ndarray

import work

Network = list[tuple[ndarray, ndarray]]  # (weights [inputs, outputs], biases [outputs]) a layer
# (game, critic, generator, real, latents, mix) -> the loss of the player and its gradient, by layer
Loss = Callable[[str, Network, Network, ndarray, ndarray, ndarray], tuple[float, Network]]


def mlp(network: Network, x: ndarray) -> ndarray:
    for weights, biases in network[:-1]:
        x = np.maximum(x @ weights + biases, 0)
    weights, biases = network[-1]
    return x @ weights + biases


def input_gradient(critic: Network, x: ndarray) -> ndarray:
    masks = []
    for weights, biases in critic[:-1]:
        x = np.maximum(x @ weights + biases, 0)
        masks.append(x > 0)
    slope = np.ones((len(x), 1)) @ critic[-1][0].T
    for (weights, _), mask in zip(reversed(critic[:-1]), reversed(masks)):
        slope = (slope * mask) @ weights.T
    return slope


def critic_loss(game: str, critic: Network, generator: Network, real: ndarray, latents: ndarray, mix: ndarray) -> float:
    fake = mlp(generator, latents)
    of_real, of_fake = mlp(critic, real), mlp(critic, fake)
    if game == "gan":
        return np.logaddexp(0, -of_real).mean() + np.logaddexp(0, of_fake).mean()
    norms = np.linalg.norm(input_gradient(critic, fake + mix * (real - fake)), axis=1)
    return of_fake.mean() - of_real.mean() + work.PENALTY * ((norms - 1) ** 2).mean()


def generator_loss(game: str, critic: Network, generator: Network, real: ndarray, latents: ndarray, _: ndarray) -> float:
    fake = mlp(generator, latents)
    if game == "mmd":
        return mmd(real, fake)
    scores = mlp(critic, fake)
    return np.logaddexp(0, -scores).mean() if game == "gan" else -scores.mean()


def mmd(real: ndarray, fake: ndarray) -> float:
    n = len(real)
    distances = lambda x, y: np.linalg.norm(x[:, None] - y[None], axis=2)
    pairs = np.sort(distances(real, real)[np.triu_indices(n, 1)])
    median = pairs[(len(pairs) - 1) // 2]
    kernel = lambda d: np.mean([np.exp(-((d / (m * median)) ** 2) / 2) for m in work.BANDWIDTHS], axis=0)
    within = lambda x: (kernel(distances(x, x)).sum() - n) / (n * (n - 1))
    return within(real) + within(fake) - 2 * kernel(distances(real, fake)).mean()


def adam(network: ndarray, gradients: list[ndarray]) -> ndarray:
    mean, square = np.zeros_like(network), np.zeros_like(network)
    for t, gradient in enumerate(gradients, 1):
        mean = work.BETA1 * mean + (1 - work.BETA1) * gradient
        square = work.BETA2 * square + (1 - work.BETA2) * gradient**2
        root = np.sqrt(square / (1 - work.BETA2**t))
        network = network - work.RATE * mean / (1 - work.BETA1**t) / (root + work.EPSILON)
    return network


def moved(network: Network, direction: Network, size: float) -> Network:
    return [(w + size * dw, b + size * db) for (w, b), (dw, db) in zip(network, direction)]


def random_mlp(random: np.random.Generator, width: int, outputs: int) -> Network:
    sizes = [2, width, width, outputs]
    return [(random.normal(size=(i, o)) / np.sqrt(i), 0.1 * random.normal(size=o)) for i, o in zip(sizes, sizes[1:])]


def check(of_critic: Loss, of_generator: Loss, adam_moves: Callable[[ndarray, list[ndarray]], ndarray],
          draw_real: Callable[[int], ndarray]) -> None:
    """Raises AssertionError where a peer's float32 differs from the reference by more than rounding."""
    random = np.random.default_rng(0)
    width, batch = 24, 48
    for game in ("gan", "wgan_gp", "mmd"):
        critic, generator = random_mlp(random, width, 1), random_mlp(random, width, 2)
        real, latents, mix = random.normal(size=(batch, 2)), random.normal(size=(batch, 2)), random.uniform(size=(batch, 1))
        for player, peer, loss in (("critic", of_critic, critic_loss), ("generator", of_generator, generator_loss)):
            if (game, player) == ("mmd", "critic"):
                continue
            value, gradient = peer(game, critic, generator, real, latents, mix)
            expected = loss(game, critic, generator, real, latents, mix)
            assert abs(value - expected) < 2e-5 * max(1, abs(expected)), f"{game}: the {player}'s loss is {value}, not {expected}"
            for _ in range(5):
                direction = random_mlp(random, width, 1 if player == "critic" else 2)
                slopes = []
                for sign in (1, -1):
                    nets = {"critic": critic, "generator": generator}
                    nets[player] = moved(nets[player], direction, sign * 1e-6)
                    slopes.append(loss(game, nets["critic"], nets["generator"], real, latents, mix))
                expected = (slopes[0] - slopes[1]) / 2e-6
                found = sum((g * d).sum() for gs, ds in zip(gradient, direction) for g, d in zip(gs, ds))
                assert abs(found - expected) < 1e-3 * max(1, abs(expected)), f"{game}: a slope of the {player} is {found}, not {expected}"
    start, gradients = random.normal(size=100), [random.normal(size=100) for _ in range(3)]
    assert np.abs(adam_moves(start, gradients) - adam(start, gradients)).max() < 1e-6, "Adam moves elsewhere"
    real = draw_real(100_000)
    modes = np.round(np.arctan2(real[:, 1], real[:, 0]) / (2 * np.pi / work.MODES)) % work.MODES
    counts = np.bincount(modes.astype(int), minlength=work.MODES)
    assert np.abs(counts - 12_500).max() < 5 * np.sqrt(12_500), f"the ring's modes are drawn {counts} times"
    angles = modes * (2 * np.pi / work.MODES)
    off = real - np.stack([np.cos(angles), np.sin(angles)], 1)
    assert abs(off.std() / work.STD - 1) < 5 / np.sqrt(2 * off.size), f"the ring's std is {off.std()}"
