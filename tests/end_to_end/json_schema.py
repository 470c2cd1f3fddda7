#!/usr/bin/env python3
# `saddle schema` against every experiment of this tree, which it must admit, and against the wrong files of tests/mistakes:
# it refuses those whose mistake is one of structure, and no experiment. As editors do, YAML is read as version 1.2.
import json
import os
import pathlib
import re
import sys

source = pathlib.Path(os.environ["SADDLE_SOURCE"])
sys.path.insert(0, str(source / "tests/end_to_end/lib"))
from runs import saddle

try:
    import jsonschema
    import ruamel.yaml
except ImportError:
    print("jsonschema and ruamel.yaml are not there; ./test --all installs them")
    sys.exit(77)

stdout, _ = saddle("schema")
schema = json.loads(stdout)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)


def read(file):
    return ruamel.yaml.YAML(typ="safe", pure=True).load(file.read_bytes())


def complaint(content):
    """The first of what an editor underlines."""
    return next((f"{list(error.path)}: {error.message:.200}" for error in validator.iter_errors(content)), None)


experiments = [path for path in (source / "experiments").rglob("*.yaml") if "recipe" not in read(path)]
assert len(experiments) >= 5, experiments
for path in experiments:
    assert complaint(read(path)) is None, (path, complaint(read(path)))
for document in ("README.md", "experiments/README.md"):
    for block in re.findall(r"^```yaml\n(experiment:.*?)^```", (source / document).read_text(), re.DOTALL | re.MULTILINE):
        content = ruamel.yaml.YAML(typ="safe", pure=True).load(block)
        assert complaint(content) is None, (document, complaint(content))

# What a schema can know is said in these words; the rest is how one place fits another, or what is in other files.
structure = re.compile(r"has no such (parameter|key)|is no path of base|is not one of|: expected |there is no \w+ named|"
                       r"the experiment needs|the trial needs|is not (at least|above|between|below)|can't hold|"
                       r"both ends must be|is here twice|an axis without values")
# But for numbers that are generated, and an axis of a block and of its zip.
beyond = {"generated_out_of_range", "axis_twice"}
admitted, refused = set(), 0
for path in (source / "tests/mistakes").glob("*.yaml"):
    if path.name.startswith("_") or path.with_suffix(".args").exists():
        continue  # part of another file; a mistake of the command line
    try:
        found = complaint(read(path))
    except (ruamel.yaml.error.YAMLError, UnicodeDecodeError):
        continue  # no YAML 1.2, which editors underline by themselves
    refused += found is not None
    if found is None and structure.search(path.with_suffix(".txt").read_text(errors="replace").splitlines()[0]):
        admitted.add(path.stem)
assert admitted == beyond, (sorted(admitted - beyond), sorted(beyond - admitted))
assert refused >= 40, refused
