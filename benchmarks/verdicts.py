"""What the figures say: ratios to the hand-written SQL and to peers, growth, memory; and whether the goals are met."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contest import Contest
from runs import Figure


@dataclass(frozen=True)
class Verdict:
    """One comparison. `met` is None where nothing was promised."""

    contest: str
    text: str
    value: float
    goal: float | None
    met: bool | None


def verdicts(contest: Contest, figures: Sequence[Figure]) -> Iterator[Verdict]:
    """All comparisons of a contest."""
    sizes = sorted({figure.rows for figure in figures})
    for rows in sizes:
        yield from _at_size(contest, {figure.job: figure for figure in figures if figure.rows == rows}, rows)
    yield from _growth(contest, figures)


def seconds(contest: Contest, figure: Figure) -> float:
    """The time that is compared."""
    return figure.wall if contest.clock == "wall" else figure.processor


def _at_size(contest: Contest, found: dict[str, Figure], rows: int) -> Iterator[Verdict]:
    ours = found[contest.jobs[0].name]
    by_hand = [figure for figure in found.values() if figure.role == "sql" and figure.measured]
    if ours.measured and by_hand:
        best = min(by_hand, key=lambda figure: seconds(contest, figure))
        yield _ratio(contest, ours, best, rows, contest.goal)
    for figure in found.values():
        if ours.measured and figure.role == "peer" and figure.measured:
            yield _ratio(contest, ours, figure, rows, 1.0)
    for job, (other, goal) in contest.other_goals.items():
        if found[job].measured and found[other].measured:
            yield _ratio(contest, found[job], found[other], rows, goal)
    limit = contest.memory.get(rows)
    for figure in found.values():
        if limit is not None and figure.role == "ours" and figure.measured:
            text = f"{figure.job}: memory of the {limit / 1e9:g} GB allowed, {rows:,} {contest.unit}"
            yield Verdict(contest.name, text, figure.memory / limit, 1.0, figure.memory <= limit)


def _ratio(contest: Contest, one: Figure, other: Figure, rows: int, goal: float | None) -> Verdict:
    ratio = seconds(contest, one) / seconds(contest, other)
    if rows != contest.judged:
        goal = None
    text = f"{one.job} takes of {other.job}, {rows:,} {contest.unit}"
    return Verdict(contest.name, text, ratio, goal, None if goal is None else ratio <= goal)


def _growth(contest: Contest, figures: Sequence[Figure]) -> Iterator[Verdict]:
    """The exponent of time over rows, between the smallest and the largest size."""
    for job in contest.jobs:
        own = sorted((figure for figure in figures if figure.job == job.name and figure.measured), key=lambda f: f.rows)
        if len(own) < 2:
            continue
        first, last = own[0], own[-1]
        exponent = math.log(seconds(contest, last) / seconds(contest, first)) / math.log(last.rows / first.rows)
        goal = contest.growth if job.role == "ours" else None
        text = f"{job.name}: time grows with rows to the power of, {first.rows:,} to {last.rows:,} {contest.unit}"
        yield Verdict(contest.name, text, exponent, goal, None if goal is None else exponent <= goal)
