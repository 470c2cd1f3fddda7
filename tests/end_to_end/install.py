#!/usr/bin/env python3
# label: slow
# An installation stands alone: its program runs, plugins build against it, and it may be moved.
import os
import pathlib
import re
import shutil
import subprocess
import sys

source, build = pathlib.Path(os.environ["SADDLE_SOURCE"]), pathlib.Path(os.environ["SADDLE_BUILD"])
sys.path.insert(0, str(source / "tests/end_to_end/lib"))
from runs import table

home = {key: value for key, value in os.environ.items()
        if key not in ("LD_LIBRARY_PATH", "SADDLE_PLUGIN_PATH", "CMAKE_PREFIX_PATH", "Torch_DIR", "Saddle_DIR")}


def run(*words, expect=0):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, env=home)
    assert done.returncode == expect, f"{words}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


prefix = pathlib.Path("prefix").absolute()
run("cmake", "--install", build, "--prefix", prefix)
program = prefix / "bin/saddle"
installed = {path.name for path in (prefix / "lib/saddle/plugins").glob("*.so")}
assert installed == {path.name for path in (build / "plugins").glob("*.so")}, installed
assert (prefix / "share/saddle/experiments/quickstart.yaml").exists()
maps = run("ldd", program)
found = re.search(r"libsaddle\.so\.0 => (\S+)", maps)
assert found and pathlib.Path(found[1]).resolve().is_relative_to(prefix / "lib") and "not found" not in maps, maps

# A plugin, by CMAKE_PREFIX_PATH alone.
printed = run(program, "new", "critic", "my_critic")
assert f"-DSaddle_DIR={prefix}/lib/cmake/Saddle" in printed, printed
run("cmake", "-S", "my_critic", "-B", "my_critic/build", f"-DCMAKE_PREFIX_PATH={prefix}")
run("cmake", "--build", "my_critic/build")
assert str(build) not in (pathlib.Path("my_critic/build/CMakeCache.txt").read_text())
run(program, "check", "my_critic/build/plugins/critic.my_critic.so")

# Moved to another place, it still finds what belongs to it, and takes the plugin.
elsewhere = pathlib.Path("else where/prefix").absolute()
elsewhere.parent.mkdir()
shutil.move(prefix, elsewhere)
run(elsewhere / "bin/saddle", "run", "my_critic/experiment.yaml", "train.steps=4", "seed=0", "measure.samples=50", "--plugins",
    "my_critic/build/plugins", "--jobs", "2")
assert {row["status"] for row in table("my_critic").values()} == {"done"}

# Another compiler is refused before it compiles anything.
other = pathlib.Path("other")
other.mkdir()
(other / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(other NONE)\nset(CMAKE_CXX_COMPILER_ID Borland)\n"
                                      "set(CMAKE_CXX_COMPILER_VERSION 5.5)\nfind_package(Saddle CONFIG REQUIRED)\n")
message = " ".join(run("cmake", "-S", other, "-B", other / "build", f"-DSaddle_DIR={elsewhere}/lib/cmake/Saddle", expect=1).split())
assert "takes only plugins of that compiler; this build has Borland 5.5" in message and "-DCMAKE_CXX_COMPILER=" in message, message
