"""What all nodes share, the clauses of time and frequency, and how texts, names and numbers are written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal

from customer_analytics.analysis.query.tokens import Place, is_plain_name
from customer_analytics.analysis.query.vocabulary import RESERVED


@dataclass(frozen=True)
class Node:
    """Base of all nodes. `place`: where it stands in its text; it does not count when nodes are compared."""

    place: Place = field(default=Place(), compare=False, repr=False, kw_only=True)

    def children(self) -> Iterator[Node]:
        """The nodes directly inside this one, in order."""
        for each in fields(self):
            held = getattr(self, each.name)
            for item in held if isinstance(held, tuple) else (held,):
                if isinstance(item, Node):
                    yield item

    def walk(self) -> Iterator[Node]:
        """This node and everything inside it."""
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(list(node.children())))


class Value(Node):
    """A node with a result: a number, a text, a date or a flag."""


class Condition(Value):
    """A node that is true or false, never missing."""


# --- when and how often -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class When(Node):
    """Base of the time windows."""


@dataclass(frozen=True)
class Within(When):
    """The last `count` days, weeks, months or years up to the as-of day, which counts as day 1."""

    count: int
    unit: str  # day, week, month or year

    def __str__(self) -> str:
        return f"within {self.count} {plural(self.unit, self.count)}"


@dataclass(frozen=True)
class Ago(When):
    """From `first` to `last` days ago, both included; the as-of day is 1 day ago, as in `Within`."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}..{self.last} days ago"


@dataclass(frozen=True)
class Days(When):
    """Calendar days from `first` to `last`, both included; None: open."""

    first: dt.date | None
    last: dt.date | None

    def __str__(self) -> str:
        if self.first is None:
            return "ever" if self.last is None else f"before {self.last + dt.timedelta(days=1)}"
        if self.last is None:
            return f"since {self.first}"
        return f"on {self.first}" if self.first == self.last else f"between {self.first} and {self.last}"


@dataclass(frozen=True)
class Often(Node):
    """How many times, or on how many days: at least `low`, at most `high` (None: no limit)."""

    low: int
    high: int | None
    unit: str = "time"  # time or day

    def __str__(self) -> str:
        unit = "time" if self.unit == "time" else "day"
        if self.high is None:
            return f"at least {self.low} {plural(unit, self.low)}"
        if self.low == self.high:
            return f"exactly {self.low} {plural(unit, self.low)}"
        if self.low == 0:
            return f"at most {self.high} {plural(unit, self.high)}"
        return f"{self.low}..{self.high} {plural(unit, self.high)}"


# --- writing ------------------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """A text in plain quotes, its own doubled."""
    return "'" + text.replace("'", "''") + "'"


def name_text(name: str) -> str:
    """A name, in backticks where it could be read as something else."""
    plain = is_plain_name(name) and name.lower() not in RESERVED
    return name if plain else "`" + name.replace("`", "``") + "`"


def number_text(value: float) -> str:
    """A number without an exponent and without needless zeros."""
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


def plural(unit: str, count: int) -> str:
    """day, days"""
    return unit if count == 1 else f"{unit}s"
