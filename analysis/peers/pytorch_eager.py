"""The bench's trainings in PyTorch eager, on one thread or a GPU; lanes train one after the other.

What costs time and is not needed is left out: fused Adam, no synchronisation, one pass of the critic over real and
generated samples, gradients for the player that moves alone.
"""

from __future__ import annotations

import functools
import math
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

import work
from work import Work

torch.set_num_threads(1)
DEVICE = work.device()

ANGLES = torch.arange(work.MODES, device=DEVICE) * (2 * math.pi / work.MODES)
MEANS = torch.stack([ANGLES.cos(), ANGLES.sin()], 1)
BANDWIDTHS = torch.tensor(work.BANDWIDTHS, device=DEVICE)


def mlp(width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs)).to(DEVICE)


def gan_critic(critic: nn.Module, real: Tensor, fake: Tensor, _: Tensor) -> Tensor:
    real_scores, fake_scores = critic(torch.cat([real, fake])).chunk(2)
    return softplus(-real_scores).mean() + softplus(fake_scores).mean()


def gan_generator(scores: Tensor) -> Tensor:
    return softplus(-scores).mean()


def wgan_gp_critic(critic: nn.Module, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    real_scores, fake_scores = critic(torch.cat([real, fake])).chunk(2)
    between = torch.lerp(fake, real, mix).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    excess = slope.norm(dim=1) - 1
    return fake_scores.mean() - real_scores.mean() + work.PENALTY * excess.square().mean()


def wgan_generator(scores: Tensor) -> Tensor:
    return -scores.mean()


def squared_distances(x: Tensor, y: Tensor) -> Tensor:
    squares = torch.addmm(y.square().sum(1), x, y.T, alpha=-2) + x.square().sum(1, keepdim=True)
    return squares.clamp_min(0)


def mmd(real: Tensor, fake: Tensor) -> Tensor:
    """Unbiased MMD²; bandwidths are multiples of the median distance between two real samples."""
    n = real.size(0)
    with torch.no_grad():
        origin = real.mean(0)
        median = torch.pdist(real).median()  # the lower one
        factors = (-0.5 / (BANDWIDTHS * median).square())[:, None, None]
    real, fake = real - origin, fake - origin

    def kernel_sum(squares: Tensor) -> Tensor:
        return (squares * factors).exp().sum() / len(BANDWIDTHS)

    def within(x: Tensor) -> Tensor:
        return (kernel_sum(squared_distances(x, x)) - n) / (n * (n - 1))

    return within(real) + within(fake) - 2 * kernel_sum(squared_distances(real, fake)) / n**2


LOSSES = {"gan": (gan_critic, gan_generator), "wgan_gp": (wgan_gp_critic, wgan_generator), "mmd": (None, None)}


def draw_real(batch: int) -> Tensor:
    return MEANS[torch.randint(work.MODES, (batch,), device=DEVICE)] + work.STD * torch.randn(batch, 2, device=DEVICE)


def adam(network: nn.Module | list[Tensor]) -> torch.optim.Adam:
    parameters = network.parameters() if isinstance(network, nn.Module) else network
    return torch.optim.Adam(parameters, lr=work.RATE, betas=(work.BETA1, work.BETA2), eps=work.EPSILON, fused=True)


class Training:
    """One lane."""

    def __init__(self, w: Work):
        self.work = w
        self.generator, self.critic = mlp(w.width, 2), mlp(w.width, 1)
        self.generator_loss, self.critic_loss = torch.zeros((), device=DEVICE), torch.zeros((), device=DEVICE)
        self.optimizers = [adam(self.generator), adam(self.critic)]

    def latents(self) -> Tensor:
        return torch.randn(self.work.batch, 2, device=DEVICE)

    @staticmethod
    def move(network: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
        optimizer.zero_grad()
        loss.backward(inputs=list(network.parameters()))
        optimizer.step()

    def step(self) -> None:
        w = self.work
        critic_loss, generator_loss = LOSSES[w.game]
        for _ in range(w.critic_steps):
            with torch.no_grad():
                fake = self.generator(self.latents())
            loss = critic_loss(self.critic, draw_real(w.batch), fake, torch.rand(w.batch, 1, device=DEVICE) if w.game == "wgan_gp" else None)
            self.move(self.critic, self.optimizers[1], loss)
            self.critic_loss += loss.detach()
        fake = self.generator(self.latents())
        loss = mmd(draw_real(w.batch), fake) if w.game == "mmd" else generator_loss(self.critic(fake))
        self.move(self.generator, self.optimizers[0], loss)
        self.generator_loss += loss.detach()


def prepare(w: Work) -> Callable[[float], float]:
    torch.manual_seed(0)
    lane = Training(w)
    for _ in range(20):
        lane.step()

    def measure(seconds: float) -> float:
        start, steps = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            lane.step()
            steps += 1
        if DEVICE == "cuda":
            torch.cuda.synchronize()
        return steps / (time.perf_counter() - start)

    return measure


def check() -> None:
    import reference  # needs NumPy, which a Python with PyTorch may lack

    def network(layers) -> nn.Sequential:
        made = mlp(layers[0][0].shape[1], layers[-1][0].shape[1])
        for linear, (weights, biases) in zip(made[::2], layers):
            linear.weight.data, linear.bias.data = torch.tensor(weights.T).float(), torch.tensor(biases).float()
        return made

    def loss(player: str, game: str, critic_layers, generator_layers, real, latents, mix):
        critic, generator = network(critic_layers), network(generator_layers)
        real, fake, mix = torch.tensor(real).float(), generator(torch.tensor(latents).float()), torch.tensor(mix).float()
        if player == "critic":
            value = LOSSES[game][0](critic, real, fake.detach(), mix)
        else:
            value = mmd(real, fake) if game == "mmd" else LOSSES[game][1](critic(fake))
        moves = critic if player == "critic" else generator
        value.backward(inputs=list(moves.parameters()))
        return value.item(), [(linear.weight.grad.T.numpy(), linear.bias.grad.numpy()) for linear in moves[::2]]

    def adam_moves(start, gradients):
        parameter = nn.Parameter(torch.tensor(start).float())
        optimizer = adam([parameter])
        for gradient in gradients:
            parameter.grad = torch.tensor(gradient).float()
            optimizer.step()
        return parameter.detach().numpy()

    torch.manual_seed(0)
    reference.check(functools.partial(loss, "critic"), functools.partial(loss, "generator"), adam_moves,
                    lambda batch: draw_real(batch).numpy())


if __name__ == "__main__":
    check() if "--check" in sys.argv[1:] else work.serve(f"PyTorch {torch.__version__} eager", prepare)
