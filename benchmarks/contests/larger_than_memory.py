"""A hundred million events with four gigabytes: the engine spills to disk, and the process may not hold more.

On Linux the limit is the system's own (RLIMIT_DATA, all that a process keeps for itself); elsewhere it is measured.
"""

from __future__ import annotations

import sys
from pathlib import Path

from contest import MILLION, Answer, Contest, Job

from contests import _funnel, _stays

LIMIT = 4_000_000_000  # bytes, of Python with everything in it
ENGINE = {"memory_limit": "2GB"}


def _tables(folder: Path):  # type: ignore[no-untyped-def]  # Tables, imported where the package is
    """The events, opened with the settings that `engine:` in engagement.yml would give."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))
    return _funnel.tables_of(folder, ENGINE, folder / "scratch")


def _funnel_of_four(folder: Path) -> Answer:
    """How many people reach each step within seven days."""
    return _funnel.engine(folder, 7, _tables(folder))


def _weekly_cohorts(folder: Path) -> Answer:
    """Four measures of who stays, by first week and age."""
    return _stays.cohorts(_stays.steps_of(_tables(folder), "week", _funnel.SPAN))


def _lifecycle(folder: Path) -> Answer:
    """New, returning, resurrecting and dormant people by month."""
    return _stays.lifecycle(_stays.steps_of(_tables(folder), "month", _funnel.SPAN))


CONTEST = Contest(
    name="larger_than_memory",
    title="A hundred million events with four gigabytes",
    question="The funnel, weekly cohorts and the lifecycle of ten million people; DuckDB is given two gigabytes.",
    unit="events",
    make=_funnel.make,
    jobs=(
        Job("the product, funnel", _funnel_of_four, "ours", rounds=1),
        Job("the product, weekly cohorts", _weekly_cohorts, "ours", rounds=1),
        Job("the product, lifecycle", _lifecycle, "ours", rounds=1),
    ),
    same=False,
    sizes=(10 * MILLION, 100 * MILLION),
    goal=None,
    memory={100 * MILLION: LIMIT},
)
