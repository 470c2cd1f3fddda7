#!/usr/bin/env python3
# Loops that are marked SADDLE_VECTORIZE are vectorised for every kind of x86-64 processor, not for AVX-512 alone: a
# choice between two numbers, or a conversion that the others have no instruction for, makes the compiler give up silently.
import collections
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

library = pathlib.Path(os.environ["SADDLE_BUILD"], "lib/libsaddle.so")
if platform.machine() != "x86_64" or shutil.which("objdump") is None:
    sys.exit(77)
text = subprocess.run(["objdump", "-dC", "--no-show-raw-insn", library], check=True, capture_output=True, text=True).stdout
packed, all_of = collections.Counter(), set()
name = None
for line in text.splitlines():
    if start := re.fullmatch(r"[0-9a-f]+ <(.*)>:", line):
        name = start[1] if "[clone .arch_x86_64_" in start[1] else None
        all_of |= {name} - {None}
    elif name and re.search(r"\t\s*v(mul|add|sub|div|max|min|or|and|blend|xor)\w*p[sd]\b", line):
        packed[name] += 1
if not all_of:
    sys.exit(77)  # built by a compiler, or for a tool, that has no versions of functions

# Calls of SLEEF's functions, one number each.
of_library = re.compile(r"kernels::(softplus|sigmoid|expm1|tanh|scaled_exp|softplus_gradient)\(double")
wanted = [name for name in all_of if re.search("kernels::|philox::normals", name) and not of_library.search(name)]
assert len(wanted) > 40, sorted(all_of)
plain = [name for name in wanted if packed[name] == 0 and "all_finite" not in name]
assert not plain, "not vectorised:\n" + "\n".join(sorted(plain))
for version in ("v3", "v4"):
    assert any(version in name for name in wanted), version
print(f"{len(wanted)} versions of loops are vectorised")
