"""Puts the bench's Markdown, from standard input, between the marks in README.md.

./saddle bench --only training,workers --peers PYTHON --format markdown | python3 analysis/peers/readme.py
"""

import pathlib
import re
import sys

readme = pathlib.Path(__file__).parents[2] / "README.md"
table = sys.stdin.read().strip()
if not table.startswith("| measured"):
    sys.exit("standard input is not what saddle bench --format markdown prints")
text, count = re.subn(r"(<!-- bench -->\n).*?(<!-- end of bench -->)", lambda marks: f"{marks[1]}{table}\n{marks[2]}",
                      readme.read_text(), flags=re.S)
if count != 1:
    sys.exit(f"{readme} has no marks <!-- bench --> and <!-- end of bench -->")
readme.write_text(text)
