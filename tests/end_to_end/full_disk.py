#!/usr/bin/env python3
# Where results can't be written the sweep stops with a sentence, loses nothing and leaves nothing behind; with room
# again the same command goes on.
import os
import pathlib
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SADDLE_SOURCE"], "tests/end_to_end/lib"))
from runs import experiment, hashes, saddle, shards

file = experiment(last_seed=0).absolute()
saddle("run", file, "--out", "whole", "--quiet")
shard = max(path.stat().st_size for path in pathlib.Path("whole.study/trials").iterdir())


def check_left(store):
    """Every shard can be read, and no temporary is there."""
    shards(store)
    folder = pathlib.Path(store).absolute().parent
    left = [p for p in [*folder.glob(".*.tmp"), *folder.glob(f"{pathlib.Path(store).name}.study/**/.*.tmp")]]
    assert not left, left


# A limit on the size of files, which every machine has: what is too large for it is refused as on a full disk.
def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (shard // 2, shard // 2))


_, stderr = saddle("run", file, "--jobs", 2, "--lanes", 1, "--out", "limited", expect=4, preexec_fn=limit)
assert "failed: " in stderr and "cannot write: File too large" in stderr, stderr
assert "further trials were not begun; make room, and the same command goes on with them" in stderr, stderr
check_left("limited")
stdout, _ = saddle("status", "limited")
assert "failed" in stdout and "planned" in stdout, stdout
saddle("run", file, "--out", "limited", "--quiet")
assert hashes("limited") == hashes("whole")
check_left("limited")

# Measuring again is a write as well: the numbers of before stay.
before = hashes("whole")
_, stderr = saddle("measure", "whole", "high_quality", expect=4, preexec_fn=limit)
assert "cannot write: File too large" in stderr, stderr
check_left("whole")
_, stderr = saddle("measure", "whole", "high_quality")
assert f"{len(before)} trials measured" in stderr, stderr

# A file system that is full at any moment of a sweep, where one can be made.
os.mkdir("small")
sizes = [200, 300, 400, 500, 700]
if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={sizes[0]}k", "none", "small"], capture_output=True).returncode != 0:
    print("no small file system could be mounted: only the limit was checked")
    sys.exit(0)
try:
    for size in sizes:
        subprocess.run(["mount", "-o", f"remount,size={size}k", "small"], check=True)
        done = subprocess.run([os.environ["SADDLE"], "run", str(file), "--jobs", "2", "--lanes", "1", "--out", "small/study"],
                              capture_output=True, text=True)
        assert done.returncode in (2, 4), (size, done.returncode, done.stderr)
        assert "No space left on device" in done.stderr and "free space" in done.stderr, done.stderr
        check_left("small/study")
    subprocess.run(["mount", "-o", "remount,size=50m", "small"], check=True)
    saddle("run", file, "--out", "small/study", "--quiet")
    assert hashes("small/study") == {trial: value for trial, value in before.items()}
finally:
    subprocess.run(["umount", "small"], check=True)
