"""After how many silent days a person counts as gone: one number for every part of the report."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_SHARE = 1 / 3  # of the days of data: a longer silence would leave too few lives to judge


@dataclass(frozen=True)
class Silence:
    """After how many silent days a person counts as gone. `shortened`: the rhythm of these people, or what was asked
    for, is longer than the data can judge, so the silence is a third of the days of data."""

    days: int
    shortened: bool


def silence_within(silent_days: int | None, span: int) -> Silence | None:
    """The silence to judge by, in data of `span` days; None where no rhythm is known or the data are too short."""
    longest = int(span * LONGEST_SHARE)
    if silent_days is None or longest < 1:
        return None
    return Silence(min(silent_days, longest), silent_days > longest)
