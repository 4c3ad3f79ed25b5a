"""What a condition or a rule is made of. `str(node)` writes it in canonical form; parsing that gives an equal node.

A `Value` is anything that has one result for a customer (or for a row, inside `where`); a `Condition` is a value that
is true or false. Nodes are plain data: analysis.query.checking says whether they make sense, compiling runs them.
"""

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
        return f"within {self.count} {_plural(self.unit, self.count)}"


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
            return f"at least {self.low} {_plural(unit, self.low)}"
        if self.low == self.high:
            return f"exactly {self.low} {_plural(unit, self.low)}"
        if self.low == 0:
            return f"at most {self.high} {_plural(unit, self.high)}"
        return f"{self.low}..{self.high} {_plural(unit, self.high)}"


# --- values -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number(Value):
    """A number of the text."""

    value: float

    def __str__(self) -> str:
        return number_text(self.value)


@dataclass(frozen=True)
class Text(Value):
    """A text in quotes."""

    value: str

    def __str__(self) -> str:
        return quoted(self.value)


@dataclass(frozen=True)
class Date(Value):
    """A day."""

    value: dt.date

    def __str__(self) -> str:
        return self.value.isoformat()


@dataclass(frozen=True)
class Truth(Value):
    """`true` or `false`."""

    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


@dataclass(frozen=True)
class Name(Value):
    """A fact of the customer, another definition, or, inside `where`, a column of the row."""

    name: str

    def __str__(self) -> str:
        return name_text(self.name)


@dataclass(frozen=True)
class Negative(Value):
    """-x"""

    value: Value

    def __str__(self) -> str:
        return f"-{_tight(self.value)}"


@dataclass(frozen=True)
class Arithmetic(Value):
    """left + - * / right"""

    sign: str
    left: Value
    right: Value

    def __str__(self) -> str:
        left = f"({self.left})" if _binds_looser(self.left, self.sign) else str(self.left)
        right = f"({self.right})" if isinstance(self.right, Arithmetic | Choice | Condition) else str(self.right)
        return f"{left} {self.sign} {right}"


@dataclass(frozen=True)
class Call(Value):
    """A function of values: round, log, rank, band, coalesce, days_since."""

    function: str
    arguments: tuple[Value, ...]

    def __str__(self) -> str:
        return f"{self.function}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True)
class Aggregate(Value):
    """One figure over the customer's rows of a table: count, sum, mean, first, last, most, share and so on."""

    function: str
    table: str
    column: str | None = None
    where: Condition | None = None
    of: Condition | None = None  # share only: the rows that are the base
    when: When | None = None
    prior: float | None = None  # share only

    def __str__(self) -> str:
        target = self.table if self.column is None else f"{self.table}.{name_text(self.column)}"
        parts = [target]
        if self.where is not None:
            parts.append(f"where {self.where}")
        if self.of is not None:
            parts.append(f"of where {self.of}")
        if self.when is not None:
            parts.append(str(self.when))
        if self.prior is not None:
            parts.append(f"prior {number_text(self.prior)}")
        return f"{self.function}({' '.join(parts)})"


@dataclass(frozen=True)
class Choice(Value):
    """if condition then x else y; without `else` the result is missing."""

    condition: Condition
    then: Value
    otherwise: Value | None = None

    def __str__(self) -> str:
        then = f"({self.then})" if isinstance(self.then, Choice) else str(self.then)
        text = f"if {self.condition} then {then}"
        return text if self.otherwise is None else f"{text} else {self.otherwise}"


# --- conditions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class And(Condition):
    """All of two or more."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, And | Or) else str(part) for part in self.parts)


@dataclass(frozen=True)
class Or(Condition):
    """Any of two or more."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True)
class Not(Condition):
    """Everyone whom the condition does not return."""

    part: Condition

    def __str__(self) -> str:
        return f"not ({self.part})" if isinstance(self.part, And | Or) else f"not {self.part}"


@dataclass(frozen=True)
class Flag(Condition):
    """A value that is a flag, taken as a condition: missing is false."""

    value: Value

    def __str__(self) -> str:
        return _operand(self.value)


@dataclass(frozen=True)
class Comparison(Condition):
    """left = != < <= > >= right; false where either is missing."""

    sign: str
    left: Value
    right: Value

    def __str__(self) -> str:
        return f"{_operand(self.left)} {self.sign} {_operand(self.right)}"


@dataclass(frozen=True)
class Among(Condition):
    """value in (…), or not in (…); false where the value is missing."""

    value: Value
    options: tuple[Value, ...]
    negated: bool = False

    def __str__(self) -> str:
        word = "not in" if self.negated else "in"
        return f"{_operand(self.value)} {word} ({', '.join(map(str, self.options))})"


@dataclass(frozen=True)
class Match(Condition):
    """value contains, starts with or ends with a text; letters count as they are written."""

    how: str  # contains, starts with, ends with
    value: Value
    text: str

    def __str__(self) -> str:
        return f"{_operand(self.value)} {self.how} {quoted(self.text)}"


@dataclass(frozen=True)
class Known(Condition):
    """value is known, or value is missing."""

    value: Value
    known: bool

    def __str__(self) -> str:
        return f"{_operand(self.value)} is {'known' if self.known else 'missing'}"


@dataclass(frozen=True)
class Between(Condition):
    """value low..high, both ends included; None: open."""

    value: Value
    low: Value | None
    high: Value | None

    def __str__(self) -> str:
        low, high = ("" if end is None else str(end) for end in (self.low, self.high))
        return f"{_operand(self.value)} {low}..{high}"


@dataclass(frozen=True)
class Behaviour(Condition):
    """What a customer did: verb, what, where, how often, when."""

    verb: str
    what: str | None = None  # category, product, campaign or event
    name: str | None = None
    where: Condition | None = None
    often: Often | None = None
    when: When | None = None

    def __str__(self) -> str:
        parts = [self.verb]
        if self.what is not None and self.name is not None:
            parts += [quoted(self.name)] if self.what == "event" else [self.what, quoted(self.name)]
        if self.where is not None:
            simple = isinstance(self.where, Comparison | Among | Match | Known | Between | Flag)
            parts.append(f"where {self.where}" if simple else f"where ({self.where})")
        parts += [str(part) for part in (self.often, self.when) if part is not None]
        return " ".join(parts)


@dataclass(frozen=True)
class Member(Condition):
    """in campaign, in audience, held out: who was assigned to what."""

    kind: str  # campaign, audience or held out
    name: str | None = None
    arm: str | None = None
    when: When | None = None

    def __str__(self) -> str:
        if self.kind == "held out":
            text = "held out" if self.name is None else f"held out of {quoted(self.name)}"
        else:
            text = f"in {self.kind} {quoted(self.name or '')}"
        text = text if self.arm is None else f"{text} arm {quoted(self.arm)}"
        return text if self.when is None else f"{text} {self.when}"


@dataclass(frozen=True)
class Extreme(Condition):
    """The top or bottom part of all customers by a value; equal values share a fate."""

    end: str  # top or bottom
    amount: float
    percent: bool
    by: Value

    def __str__(self) -> str:
        amount = f"{number_text(self.amount)}%" if self.percent else number_text(self.amount)
        return f"{self.end} {amount} by {_operand(self.by)}"


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


def _plural(unit: str, count: int) -> str:
    return unit if count == 1 else f"{unit}s"


def _binds_looser(node: Value, sign: str) -> bool:
    if isinstance(node, Choice | Condition):
        return True
    return isinstance(node, Arithmetic) and sign in "*/" and node.sign in "+-"


def _tight(node: Value) -> str:
    return f"({node})" if isinstance(node, Arithmetic | Choice | Condition | Negative) else str(node)


def _operand(node: Value) -> str:
    """A value as one side of a comparison."""
    return f"({node})" if isinstance(node, Choice | Condition) else str(node)
