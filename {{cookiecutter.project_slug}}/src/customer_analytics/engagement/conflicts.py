"""Conflicts that an update of the project left in a file: both versions stand there, and nobody has chosen yet."""

from __future__ import annotations

import re

from customer_analytics.engagement.errors import Problem

_MARKS = re.compile(r"^(<{7}|={7}|>{7})(?: .*)?\r?$", re.MULTILINE)
_MEND = "Keep one of the two, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>."


def conflicts(text: str, name: str) -> list[Problem]:
    """A problem for each whole conflict in a file, with the line that it begins in."""
    found = []
    begun = parted = 0
    for mark in _MARKS.finditer(text):
        line = text.count("\n", 0, mark.start()) + 1
        if mark[1] == "<<<<<<<":
            begun, parted = line, 0
        elif mark[1] == "=======":
            parted = line
        elif begun and parted:
            what = f"an update left two versions of the same lines, down to line {line}."
            found.append(Problem(f"{name}, line {begun}", what, _MEND))
            begun = 0
    return found
