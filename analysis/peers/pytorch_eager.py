"""The ring-8 GAN in PyTorch eager, one thread, as its users write it; prints training steps a second."""

import argparse
import math
import time

import torch
from torch import nn
from torch.nn.functional import softplus

parser = argparse.ArgumentParser()
parser.add_argument("--width", type=int, default=128)
parser.add_argument("--batch", type=int, default=256)
parser.add_argument("--seconds", type=float, default=2)
args = parser.parse_args()

torch.set_num_threads(1)
torch.manual_seed(0)


def mlp(outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Linear(2, args.width), nn.ReLU(), nn.Linear(args.width, args.width), nn.ReLU(),
        nn.Linear(args.width, outputs))


generator, critic = mlp(2), mlp(1)
generator_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
critic_optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.999))


def real_batch() -> torch.Tensor:
    angle = torch.randint(0, 8, (args.batch,)) * (2 * math.pi / 8)
    return torch.stack([angle.cos(), angle.sin()], 1) + 0.01 * torch.randn(args.batch, 2)


def step() -> None:
    real = real_batch()
    with torch.no_grad():
        fake = generator(torch.randn(args.batch, 2))
    critic_optimizer.zero_grad(set_to_none=True)
    (softplus(-critic(real)).mean() + softplus(critic(fake)).mean()).backward()
    critic_optimizer.step()
    generator_optimizer.zero_grad(set_to_none=True)
    softplus(-critic(generator(torch.randn(args.batch, 2)))).mean().backward()
    generator_optimizer.step()


for _ in range(50):
    step()
start, steps = time.perf_counter(), 0
while time.perf_counter() - start < args.seconds:
    for _ in range(20):
        step()
    steps += 20
print(steps / (time.perf_counter() - start))
