"""The audiences that there are, as their records say. Nothing heavy is imported here: `--list` comes at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.swap import put_right

FILE_NAME = "audience.json"
FORMAT = 1


@dataclass(frozen=True)
class Listed:
    """One audience as `--list` shows it."""

    name: str
    version: int
    as_of: str
    to_contact: int
    held_out: int
    expires_on: str | None
    condition: str
    seed: int


def list_audiences(project: Project) -> tuple[Listed, ...]:
    """All audiences of a project, newest as-of day first.

    Raises:
        UserError: a record is damaged; all of them are named.
    """
    put_right(project.audiences)
    found, problems = [], []
    for path in sorted(project.audiences.glob(f"*/{FILE_NAME}")):
        if path.parent.name.startswith("."):
            continue
        try:
            found.append(_listed(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, KeyError, TypeError):
            where = path.relative_to(project.folder).as_posix()
            problems.append(Problem(where, "cannot be read.", "Put it back from a backup, or make the audience again."))
    if problems:
        raise UserError(problems)
    return tuple(sorted(found, key=lambda one: (one.as_of, one.name), reverse=True))


def _listed(record: Mapping[str, Any]) -> Listed:
    counts = record["counts"]
    return Listed(
        name=str(record["name"]),
        version=int(record["version"]),
        as_of=str(record["as_of"]),
        to_contact=int(counts["to_contact"]),
        held_out=int(counts["held_out"]),
        expires_on=record["expires_on"],
        condition=str(record["condition"]),
        seed=int(record["holdout"]["seed"]),
    )
