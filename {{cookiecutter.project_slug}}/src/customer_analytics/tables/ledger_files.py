"""Which files the ledger of assignments consists of: asked by every run, so without the engine's libraries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from customer_analytics.engagement import Project
from customer_analytics.tables.swap import put_right

ASSIGNMENT = "assignment.parquet"
EARLIER = "earlier"


@dataclass(frozen=True)
class Assignment:
    """One file of the ledger. `current`: not replaced by a later version of the same audience."""

    path: Path
    audience: str
    current: bool


def assignments(project: Project) -> tuple[Assignment, ...]:
    """All files of the ledger, in the order of their names; an audience whose swap was cut short is put right first."""
    put_right(project.audiences)
    return tuple(_found(project.audiences)) if project.audiences.is_dir() else ()


def audience_names(project: Project) -> list[str]:
    """The audiences that were ever exported, each once."""
    return sorted({file.audience for file in assignments(project)})


def _found(folder: Path) -> Iterator[Assignment]:
    for audience in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        for path in sorted((audience / EARLIER).glob("assignment_*.parquet")):
            yield Assignment(path, audience.name, False)
        if (audience / ASSIGNMENT).is_file():
            yield Assignment(audience / ASSIGNMENT, audience.name, True)
