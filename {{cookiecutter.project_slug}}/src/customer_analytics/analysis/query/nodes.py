"""What a condition or a rule is made of. `str(node)` writes it in canonical form; parsing that gives an equal node.

A `Value` is anything that has one result for a customer (or for a row, inside `where`); a `Condition` is a value that
is true or false. Nodes are plain data: analysis.query.checking says whether they make sense, compiling runs them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from customer_analytics.analysis.query.node import (
    Ago,
    Condition,
    Days,
    Node,
    Often,
    Value,
    When,
    Within,
    name_text,
    number_text,
    quoted,
)

__all__ = ["Ago", "Condition", "Days", "Node", "Often", "Value", "When", "Within", "name_text", "number_text", "quoted"]


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
            parts.append(f"where {_of_rows(self.where)}")
        if self.of is not None:
            parts.append(f"of where {_of_rows(self.of)}")
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
        value = f"({self.value})" if isinstance(self.value, Arithmetic) else _operand(self.value)
        return f"{value} {low}..{high}"


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


# --- writing ---------------------------------------------------------------------------------------------------------


def _binds_looser(node: Value, sign: str) -> bool:
    if isinstance(node, Choice | Condition):
        return True
    return isinstance(node, Arithmetic) and sign in "*/" and node.sign in "+-"


def _tight(node: Value) -> str:
    return f"({node})" if isinstance(node, Arithmetic | Choice | Condition | Negative) else str(node)


def _operand(node: Value) -> str:
    """A value as one side of a comparison."""
    return f"({node})" if isinstance(node, Choice | Condition) else str(node)


def _of_rows(condition: Condition) -> str:
    """The condition after `where`, in parentheses where its end could take in the clauses that follow."""
    open_ended = any(isinstance(node, Behaviour | Member) for node in condition.walk())
    return f"({condition})" if open_ended else str(condition)
