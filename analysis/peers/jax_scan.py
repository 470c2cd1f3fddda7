"""The bench's trainings in JAX on one core or a GPU: jit and lax.scan over many steps, vmap over lanes, the state donated.

Compiling is not measured. Random numbers are drawn inside of the step, from a key a lane.
"""

from __future__ import annotations

import functools
import math
import os
import sys
import time
from collections.abc import Callable

import work
from work import Work

os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false"
os.environ["JAX_PLATFORMS"] = work.device()
os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # others are on the GPU too

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.nn import softplus

if work.device() == "cuda":
    jax.config.update("jax_default_matmul_precision", "float32")  # as the others: the default is TF32

Network = list[tuple[Array, Array]]
Adam = tuple[Network, Network]
State = tuple[Network, Network, Adam, Adam, Array, Array, Array]

ANGLES = jnp.arange(work.MODES) * (2 * math.pi / work.MODES)
MEANS = jnp.stack([jnp.cos(ANGLES), jnp.sin(ANGLES)], 1)
BANDWIDTHS = jnp.array(work.BANDWIDTHS)


def start_mlp(key: Array, width: int, outputs: int) -> Network:
    sizes = [2, width, width, outputs]
    network = []
    for inputs, units, key in zip(sizes, sizes[1:], jax.random.split(key, 3)):
        of_weights, of_biases = jax.random.split(key)
        bound = 1 / math.sqrt(inputs)
        network.append((jax.random.uniform(of_weights, (inputs, units), minval=-bound, maxval=bound),
                        jax.random.uniform(of_biases, (units,), minval=-bound, maxval=bound)))
    return network


def mlp(network: Network, x: Array) -> Array:
    for weights, biases in network[:-1]:
        x = jax.nn.relu(x @ weights + biases)
    weights, biases = network[-1]
    return x @ weights + biases


def score(critic: Network, x: Array) -> Array:
    return mlp(critic, x)[:, 0]


def gan_critic(critic: Network, real: Array, fake: Array, _: Array) -> Array:
    real_scores, fake_scores = jnp.split(score(critic, jnp.concatenate([real, fake])), 2)
    return softplus(-real_scores).mean() + softplus(fake_scores).mean()


def gan_generator(scores: Array) -> Array:
    return softplus(-scores).mean()


def wgan_gp_critic(critic: Network, real: Array, fake: Array, mix: Array) -> Array:
    real_scores, fake_scores = jnp.split(score(critic, jnp.concatenate([real, fake])), 2)
    slope = jax.grad(lambda x: score(critic, x).sum())(fake + mix * (real - fake))
    excess = jnp.linalg.norm(slope, axis=1) - 1
    return fake_scores.mean() - real_scores.mean() + work.PENALTY * jnp.square(excess).mean()


def wgan_generator(scores: Array) -> Array:
    return -scores.mean()


def squared_distances(x: Array, y: Array) -> Array:
    squares = jnp.square(x).sum(1)[:, None] + jnp.square(y).sum(1) - 2 * x @ y.T
    return jnp.maximum(squares, 0)


def lower_median(squares: Array) -> Array:
    """Of the pairs of two different samples, from the symmetric matrix of all.

    Bit by bit: not-negative floats are ordered as their bits are, and on a CPU 31 counts are faster than a sort.
    """
    n = squares.shape[0]
    bits = jnp.where(jnp.eye(n, dtype=bool), jnp.int32(2**31 - 1), lax.bitcast_convert_type(squares, jnp.int32))
    rank = 2 * ((n * (n - 1) // 2 - 1) // 2)  # every pair is there twice

    def with_bit(i: Array, found: Array) -> Array:
        candidate = found | (jnp.int32(1) << (30 - i))
        return jnp.where((bits < candidate).sum() > rank, found, candidate)

    return lax.bitcast_convert_type(lax.fori_loop(0, 31, with_bit, jnp.int32(0)), jnp.float32)


def mmd(real: Array, fake: Array) -> Array:
    """Unbiased MMD²; bandwidths are multiples of the median distance between two real samples."""
    n = real.shape[0]
    origin = real.mean(0)
    real, fake = real - origin, fake - origin
    among_real = squared_distances(real, real)
    factors = -0.5 / (jnp.square(BANDWIDTHS) * lower_median(among_real))

    def kernel_sum(squares: Array) -> Array:
        return sum(jnp.exp(squares * factor).sum() for factor in factors) / len(work.BANDWIDTHS)

    def within(squares: Array) -> Array:
        return (kernel_sum(squares) - n) / (n * (n - 1))

    return (within(among_real) + within(squared_distances(fake, fake))
            - 2 * kernel_sum(squared_distances(real, fake)) / n**2)


LOSSES = {"gan": (gan_critic, gan_generator), "wgan_gp": (wgan_gp_critic, wgan_generator), "mmd": (None, None)}


def start_adam(network: Network) -> Adam:
    return jax.tree.map(jnp.zeros_like, network), jax.tree.map(jnp.zeros_like, network)


def adam(network: Network, gradient: Network, memory: Adam, count: Array) -> tuple[Network, Adam]:
    """`count`: of updates, this one included."""
    mean = jax.tree.map(lambda m, g: work.BETA1 * m + (1 - work.BETA1) * g, memory[0], gradient)
    square = jax.tree.map(lambda v, g: work.BETA2 * v + (1 - work.BETA2) * g * g, memory[1], gradient)
    rate, scale = work.RATE / (1 - work.BETA1**count), 1 / jnp.sqrt(1 - work.BETA2**count)
    network = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) * scale + work.EPSILON), network, mean, square)
    return network, (mean, square)


def start(w: Work, key: Array) -> State:
    """Generator, critic, their optimizers' memories, updates of the generator, key, sums of both losses."""
    of_generator, of_critic, key = jax.random.split(key, 3)
    generator, critic = start_mlp(of_generator, w.width, 2), start_mlp(of_critic, w.width, 1)
    return generator, critic, start_adam(generator), start_adam(critic), jnp.float32(0), key, jnp.zeros(2)


def draw_real(key: Array, batch: int) -> Array:
    of_modes, of_noise = jax.random.split(key)
    modes = jax.random.randint(of_modes, (batch,), 0, work.MODES)
    return MEANS[modes] + work.STD * jax.random.normal(of_noise, (batch, 2))


def draw_latents(key: Array, batch: int) -> Array:
    return jax.random.normal(key, (batch, 2))


def step(w: Work, state: State) -> State:
    generator, critic, generator_memory, critic_memory, count, key, losses = state
    critic_loss, generator_loss = LOSSES[w.game]
    key, *keys = jax.random.split(key, 3 + w.critic_steps)
    sums = [losses[0], losses[1]]
    for k in range(w.critic_steps):
        of_real, of_latents, of_mix = jax.random.split(keys[2 + k], 3)
        real, fake = draw_real(of_real, w.batch), mlp(generator, draw_latents(of_latents, w.batch))
        mix = jax.random.uniform(of_mix, (w.batch, 1))
        loss, gradient = jax.value_and_grad(critic_loss)(critic, real, fake, mix)
        critic, critic_memory = adam(critic, gradient, critic_memory, count * w.critic_steps + k + 1)
        sums[0] += loss
    latents = draw_latents(keys[0], w.batch)
    if w.game == "mmd":
        real = draw_real(keys[1], w.batch)
        to_minimise = lambda g: mmd(real, mlp(g, latents))
    else:
        to_minimise = lambda g: generator_loss(score(critic, mlp(g, latents)))
    loss, gradient = jax.value_and_grad(to_minimise)(generator)
    generator, generator_memory = adam(generator, gradient, generator_memory, count + 1)
    sums[1] += loss
    return generator, critic, generator_memory, critic_memory, count + 1, key, jnp.stack(sums)


def prepare(w: Work) -> Callable[[float], float]:
    one_step, starts = lambda state: step(w, state), jax.random.key(0)
    if w.lanes == 1:
        state = jax.jit(lambda key: start(w, key))(starts)
    else:
        one_step = jax.vmap(one_step)
        state = jax.jit(jax.vmap(lambda key: start(w, key)))(jax.random.split(starts, w.lanes))
    # A call takes a tenth of a second, or a few of them.
    work_of_a_step = w.lanes * w.batch * (w.width**2 * (1 + 2 * w.critic_steps) + (500 * w.batch if w.game == "mmd" else 0))
    length = max(4, int(1e9 / work_of_a_step))
    run = jax.jit(lambda s: lax.scan(lambda s, _: (one_step(s), None), s, None, length=length)[0], donate_argnums=0)
    state = [jax.block_until_ready(run(state))]

    def measure(seconds: float) -> float:
        begin, steps = time.perf_counter(), 0
        while time.perf_counter() - begin < seconds:
            state[0] = jax.block_until_ready(run(state[0]))
            steps += length
        return steps * w.lanes / (time.perf_counter() - begin)

    return measure


def check() -> None:
    import reference

    def loss(player: str, game: str, critic, generator, real, latents, mix):
        critic, generator, real, latents, mix = jax.tree.map(
            lambda x: jnp.asarray(x, jnp.float32), (critic, generator, real, latents, mix))
        if player == "critic":
            of = lambda c: LOSSES[game][0](c, real, mlp(generator, latents), mix)
        elif game == "mmd":
            of = lambda g: mmd(real, mlp(g, latents))
        else:
            of = lambda g: LOSSES[game][1](score(critic, mlp(g, latents)))
        value, gradient = jax.jit(jax.value_and_grad(of))(critic if player == "critic" else generator)
        return float(value), jax.device_get(gradient)

    def adam_moves(start, gradients):
        parameter = jnp.asarray(start, jnp.float32)
        memory = start_adam(parameter)
        for t, gradient in enumerate(gradients, 1):
            parameter, memory = adam(parameter, jnp.asarray(gradient, jnp.float32), memory, jnp.float32(t))
        return jax.device_get(parameter)

    reference.check(functools.partial(loss, "critic"), functools.partial(loss, "generator"), adam_moves,
                    lambda batch: jax.device_get(draw_real(jax.random.key(0), batch)))


if __name__ == "__main__":
    check() if "--check" in sys.argv[1:] else work.serve(f"JAX {jax.__version__}, jit + scan + vmap", prepare)
