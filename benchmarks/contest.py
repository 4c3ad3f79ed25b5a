"""What a benchmark is: one question, the same data for everyone, several ways to the same answer.

A contest lies in `contests/` and names its jobs. Standard library only: the pythons of peers import it, too.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

HERE = Path(__file__).resolve().parent
Answer = Mapping[str, float]
Work = Callable[[Path], Answer]
Role = Literal["ours", "sql", "peer"]
Clock = Literal["processor", "wall"]
OWN = "own"  # the python that runs the benchmarks
MILLION = 1_000_000
JUDGED = 10 * MILLION


def everything(_key: str) -> bool:
    """The part of an answer that most jobs give: all of it."""
    return True


@dataclass(frozen=True)
class Job:
    """One way to the answer.

    Args:
        name: as people call it.
        work: works it out from the data in a folder; imports what it needs by itself.
        role: "ours"; "sql" for the best that is written by hand for the same engine; "peer" for other libraries.
        environment: which python runs it: `OWN`, or one of `environments.PEERS`.
        largest: rows beyond which it is not run, for the `reason`.
        part: which keys of the answer it gives, where it does not give all.
        rounds: how often it is measured at most; None: as the others.
        note: what has to be known when the figures are read.
    """

    name: str
    work: Work
    role: Role
    environment: str = OWN
    largest: float = math.inf
    reason: str = ""
    part: Callable[[str], bool] = everything
    rounds: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Contest:
    """One question, its data and its jobs.

    Args:
        name: of its module in `contests/`.
        title: a heading.
        question: what is worked out, in a sentence.
        unit: what is counted by rows, in the plural.
        make: writes data of so many rows below a folder; the same each time.
        jobs: the ways to the answer; the first one is ours and gives the whole answer.
        same: whether all jobs have one answer; False: they are several of our own questions.
        sizes: rows.
        clock: which time is compared: that of processors, which a busy machine changes little, or that of the wall.
        goal: what ours may take at most of the best "sql" job; None: there is no such goal.
        judged: rows at which goals of ratios are judged; at other sizes they are only told.
        growth: the largest exponent of time over rows that is accepted; None: not judged.
        memory: bytes that our jobs may take at a size.
        warm_rows: rows of the data on which each job is tried first, so that imports do not count; 0: not at all.
        other_goals: job -> what it may take at most of another job, by name.
    """

    name: str
    title: str
    question: str
    unit: str
    make: Callable[[Path, int], None]
    jobs: tuple[Job, ...]
    same: bool = True
    sizes: tuple[int, ...] = (MILLION, 10 * MILLION, 50 * MILLION)
    clock: Clock = "processor"
    goal: float | None = 1.1
    judged: int = JUDGED
    growth: float | None = 1.1
    memory: Mapping[int, int] = field(default_factory=dict)
    warm_rows: int = 5_000
    other_goals: Mapping[str, tuple[str, float]] = field(default_factory=dict)

    def job(self, name: str) -> Job:
        """The job of this name."""
        return next(job for job in self.jobs if job.name == name)


def contest(name: str) -> Contest:
    """The contest of the module `contests/<name>.py`."""
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    found: Contest = importlib.import_module(f"contests.{name}").CONTEST
    return found


def contest_names() -> list[str]:
    """The contests that there are."""
    return sorted(path.stem for path in (HERE / "contests").glob("[!_]*.py"))
