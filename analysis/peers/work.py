"""What every peer trains, and how Saddle talks to it: one request a line in, one answer a line out."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable

RATE, BETA1, BETA2, EPSILON = 1e-3, 0.5, 0.999, 1e-8  # Adam
MODES, STD = 8, 0.01  # the ring, of radius 1
PENALTY = 10.0
BANDWIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)  # multiples of the median distance


@dataclasses.dataclass(frozen=True)
class Work:
    """Networks 2-width-width-2 and 2-width-width-1 with ReLU; `lanes` independent trainings."""

    game: str  # gan, wgan_gp or mmd
    width: int
    batch: int
    lanes: int = 1

    @property
    def critic_steps(self) -> int:
        return {"gan": 1, "wgan_gp": 5, "mmd": 0}[self.game]


def device() -> str:
    """cpu or cuda: what follows --device on the command line."""
    words = sys.argv[1:]
    return words[words.index("--device") + 1] if "--device" in words else "cpu"


def serve(name: str, prepare: Callable[[Work], Callable[[float], float]]) -> None:
    """Answers requests from descriptor 3 on descriptor 4, or from the terminal.

    `prepare` compiles and warms up a work and returns what measures it: seconds -> steps of one lane a second.
    """
    called = os.environ.get("SADDLE_BENCH") is not None
    requests, answers = (os.fdopen(3), os.fdopen(4, "w")) if called else (sys.stdin, sys.stdout)
    prepared: dict[Work, Callable[[float], float]] = {}
    print(json.dumps({"name": name}), file=answers, flush=True)
    for line in requests:
        request = json.loads(line)
        seconds = request.pop("seconds")
        work = Work(**request)
        if work not in prepared:
            prepared[work] = prepare(work)
        answer = {"speed": prepared[work](seconds)} if seconds else {}
        print(json.dumps(answer), file=answers, flush=True)
