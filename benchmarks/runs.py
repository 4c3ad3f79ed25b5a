"""Running contests: the data made, every job in turns in processes of their own, answers compared before times."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from contest import HERE, Answer, Contest, Job
from environments import NotInstalled, python_of, version_of
from measure import SMALL

SAME = 1e-9  # relative difference of two answers that counts as none
PACKAGE = HERE.parent / "{{cookiecutter.project_slug}}" / "src"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Figure:
    """What a job took at one size: medians of its rounds. `trouble`: why there is no figure, or what is wrong."""

    contest: str
    job: str
    role: str
    rows: int
    rounds: int = 0
    wall: float = math.nan
    processor: float = math.nan
    memory: float = math.nan
    note: str = ""
    trouble: str = ""

    @property
    def measured(self) -> bool:
        """Whether it came to an answer, and to the right one."""
        return self.rounds > 0 and not self.trouble

    def as_dict(self) -> dict[str, Any]:
        """For the file of results: what is not known is null."""
        return {key: None if value != value else value for key, value in asdict(self).items()}


@dataclass
class Turns:
    """The rounds of the jobs at one size."""

    runs: dict[str, list[Mapping[str, float]]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)


def measure_contest(contest: Contest, sizes: Sequence[int], rounds: int, say: Say) -> Iterator[Figure]:
    """The figures of a contest, size by size."""
    for rows in sizes:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
            folder = Path(temporary)
            _make(contest, folder, rows)
            if contest.warm_rows:
                _make(contest, folder / SMALL, contest.warm_rows)
            turns = _take_turns(contest, folder, rows, rounds if rows <= 10_000_000 else 1)
        for job in contest.jobs:
            figure = _figure(contest, job, rows, turns)
            say(describe(figure, contest.unit))
            yield figure


def describe(figure: Figure, unit: str) -> str:
    """One line about a figure."""
    head = f"{figure.contest:14} {figure.rows:>11,} {unit:8} {figure.job:28}"
    if not figure.rounds:
        return f"{head} {figure.trouble}"
    times = f"{figure.processor:8.2f} processor s {figure.wall:8.2f} s {figure.memory / 1e9:6.2f} GB"
    return f"{head} {times} {figure.trouble}".rstrip()


def _take_turns(contest: Contest, folder: Path, rows: int, rounds: int) -> Turns:
    """Each job once, then each a second time, and so on: what slows the machine slows all."""
    turns, pythons = Turns(), _pythons(contest)
    for turn in range(rounds):
        for job in contest.jobs:
            python = pythons[job.environment]
            if rows > job.largest:
                turns.troubles[job.name] = f"not run at this size: {job.reason}"
            elif isinstance(python, NotInstalled):
                turns.troubles[job.name] = str(python)
            elif job.name not in turns.troubles and turn < (job.rounds or rounds):
                _measure(contest, job, python, folder, turns)
    ours = contest.jobs[0]
    if contest.same and ours.name in turns.answers:
        for job in contest.jobs[1:]:
            if job.name in turns.answers and (wrong := differs(turns.answers[ours.name], turns.answers[job.name], job)):
                turns.troubles[job.name] = wrong
    return turns


def _pythons(contest: Contest) -> dict[str, Path | NotInstalled]:
    found: dict[str, Path | NotInstalled] = {}
    for environment in dict.fromkeys(job.environment for job in contest.jobs):
        try:
            found[environment] = python_of(environment)
        except NotInstalled as error:
            found[environment] = error
    return found


def _measure(contest: Contest, job: Job, python: Path, folder: Path, turns: Turns) -> None:
    command = [str(python), str(HERE / "measure.py"), contest.name, job.name, str(folder)]
    done = subprocess.run(
        command, env=environment_of_jobs(), capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        turns.troubles[job.name] = f"failed with exit code {done.returncode}: {last[:200]}"
        return
    told = json.loads(done.stdout.strip().splitlines()[-1])
    turns.answers[job.name] = told.pop("answer")
    turns.runs.setdefault(job.name, []).append(told)


def environment_of_jobs() -> dict[str, str]:
    """What all jobs start with: the package where it lies, nothing sent anywhere."""
    path = os.pathsep.join([str(PACKAGE), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", "RETENTIONEERING_NO_TRACK": "1"}


def _figure(contest: Contest, job: Job, rows: int, turns: Turns) -> Figure:
    runs = turns.runs.get(job.name, [])
    note = " · ".join(filter(None, [version_of(job.environment), job.note]))
    trouble = turns.troubles.get(job.name, "")
    if not runs:
        return Figure(contest.name, job.name, job.role, rows, note=note, trouble=trouble)
    medians = {key: statistics.median(run[key] for run in runs) for key in ("wall", "processor")}
    memory = max(run["memory"] for run in runs)
    return Figure(
        contest.name, job.name, job.role, rows, len(runs), **medians, memory=memory, note=note, trouble=trouble
    )


def differs(ours: Answer, other: Answer, job: Job) -> str:
    """How an answer differs from ours, in the part of it that the job gives; empty: not at all."""
    asked = {key: value for key, value in ours.items() if job.part(key)}
    wrong = [
        key
        for key in asked.keys() | other.keys()
        if key not in asked or key not in other or not math.isclose(asked[key], other[key], rel_tol=SAME, abs_tol=SAME)
    ]
    if not wrong:
        return ""
    key = sorted(wrong)[0]
    return f"another answer: {len(wrong)} of {len(asked)} differ, e.g. {key}: {asked.get(key)} and {other.get(key)}"


def _make(contest: Contest, folder: Path, rows: int) -> None:
    """In a process of its own, so that this one stays small."""
    folder.mkdir(exist_ok=True)
    code = "import sys; from pathlib import Path; from contest import contest; "
    code += "contest(sys.argv[1]).make(Path(sys.argv[2]), int(sys.argv[3]))"
    command = [sys.executable, "-c", code, contest.name, str(folder), str(rows)]
    subprocess.run(command, env=environment_of_jobs(), cwd=HERE, check=True)
