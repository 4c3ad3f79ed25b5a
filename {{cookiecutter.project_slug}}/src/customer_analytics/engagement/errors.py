"""Errors that a user can mend: every problem at once, each with its place and its mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing to mend: where it is, what is wrong, how to mend it."""

    where: str  # "engagement.yml, line 12" or "orders.csv, line 3, column paid_at"
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" {self.mend}" if self.mend else "")


class UserError(Exception):
    """A mistake in configuration or input: shown as text without a traceback, exit code 2."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class EngagementError(UserError):
    """engagement.yml cannot be used as it is."""
