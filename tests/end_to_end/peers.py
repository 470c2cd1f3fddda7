#!/usr/bin/env python3
# label: slow
# The peers of the bench compute what NumPy computes, and their check would notice if they did not.
#
# SADDLE_PEERS names a Python with NumPy and JAX or PyTorch; without it, this one is looked at.
import os
import pathlib
import shutil
import subprocess
import sys

source = pathlib.Path(os.environ["SADDLE_SOURCE"]) / "analysis/peers"
python = os.environ.get("SADDLE_PEERS", sys.executable)
CHANGES = {
    "jax_scan.py": ("jax", [("softplus(fake_scores)", "softplus(-fake_scores)"), ("excess = jnp.linalg.norm(slope, axis=1) - 1", "excess = jnp.linalg.norm(slope, axis=1)"),
                            ("rank = 2 * (", "rank = 20 + 2 * ("), ("(kernel_sum(squares) - n)", "kernel_sum(squares)"),
                            ("1 - work.BETA2**count", "1 - work.BETA1**count"), ("work.STD *", "2 * work.STD *")]),
    "pytorch_eager.py": ("torch", [("softplus(fake_scores)", "softplus(-fake_scores)"), ("excess = slope.norm(dim=1) - 1", "excess = slope.norm(dim=1)"),
                                   (".median()", ".mean()"), ("create_graph=True", "create_graph=False"),
                                   ("betas=(work.BETA1, work.BETA2)", "betas=(work.BETA2, work.BETA1)"), ("work.STD *", "2 * work.STD *")]),
}


def check(folder, script):
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([python, folder / script, "--check"], capture_output=True, text=True, env=environment)


missing = 0
for script, (module, changes) in CHANGES.items():
    if subprocess.run([python, "-c", f"import numpy, {module}"], capture_output=True).returncode != 0:
        print(f"{script} is not checked: {python} has no NumPy or no {module} (SADDLE_PEERS may name a Python that has)")
        missing += 1
        continue
    done = check(source, script)
    assert done.returncode == 0, done.stderr
    changed = pathlib.Path(module)
    shutil.copytree(source, changed)
    text = (source / script).read_text()
    for old, new in changes:
        assert text.count(old) >= 1, f"{script} has no {old}"
        (changed / script).write_text(text.replace(old, new, 1))
        assert check(changed, script).returncode != 0, f"{script}: nothing notices {new} in the place of {old}"
sys.exit(77 if missing == len(CHANGES) else 0)
