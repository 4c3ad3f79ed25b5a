"""Nodes into Ibis expressions. Texts and numbers of a rule become literals of the expression, never part of SQL text.

Truth has two values here: a condition about a missing value is false, and `not` returns everyone whom the condition
does not return. Arithmetic with a missing value is missing.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import operator
from collections.abc import Callable, Mapping, Sequence

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.query.nodes import (
    Among,
    And,
    Arithmetic,
    Between,
    Call,
    Choice,
    Comparison,
    Condition,
    Date,
    Flag,
    Known,
    Match,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Text,
    Truth,
    Value,
    number_text,
)
from customer_analytics.expressions import ratio

Leaf = Callable[[Node], ir.Value]
_COMPARE: Mapping[str, Callable[[ir.Value, ir.Value], ir.BooleanValue]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: Mapping[str, Callable[[ir.NumericValue, ir.NumericValue], ir.NumericValue]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": ratio,
}


class Compiler:
    """Builds expressions; `leaf` gives those of names, aggregates, behaviours and everything else that reads rows.

    `reference` is the day after the as-of day: the as-of day itself was 1 day ago.
    """

    def __init__(self, leaf: Leaf, reference: dt.date) -> None:
        self._leaf = leaf
        self._reference = reference

    def value(self, node: Value) -> ir.Value:
        """The expression of a value: float64, string, boolean or date."""
        match node:
            case Number():
                return ibis.literal(float(node.value), "float64")
            case Text() | Truth():
                return ibis.literal(node.value)
            case Date():
                return ibis.literal(node.value, "date")
            case Negative():
                return -self.value(node.value)
            case Arithmetic():
                return self._arithmetic(node)
            case Call(function="rank"):
                return self._leaf(node)
            case Call():
                return self._call(node)
            case Choice():
                then = self.value(node.then)
                otherwise = ibis.null(then.type()) if node.otherwise is None else self.value(node.otherwise)
                return ibis.ifelse(self.condition(node.condition), then, otherwise)
            case Condition():
                return self.condition(node)
        return self._leaf(node)

    def condition(self, node: Condition) -> ir.BooleanValue:
        """The expression of a condition: true or false, never missing."""
        match node:
            case And():
                return balanced(operator.and_, [self.condition(part) for part in node.parts])
            case Or():
                return balanced(operator.or_, [self.condition(part) for part in node.parts])
            case Not():
                return ~self.condition(node.part)
            case Flag():
                return _certain(self.value(node.value))
            case Comparison():
                return _certain(_COMPARE[node.sign](self.value(node.left), self.value(node.right)))
            case Among():
                return self._among(node)
            case Between():
                return self._between(node)
            case Match():
                return self._match(node)
            case Known():
                known: ir.BooleanValue = self.value(node.value).notnull()
                return known if node.known else ~known
        return _certain(self._leaf(node))

    def _arithmetic(self, node: Arithmetic) -> ir.Value:
        left, right = self.value(node.left), self.value(node.right)
        if left.type().is_date():
            return (left.epoch_days() - right.epoch_days()).cast("float64")
        return _ARITHMETIC[node.sign](left, right)

    def _among(self, node: Among) -> ir.BooleanValue:
        value = self.value(node.value)
        options = [option.value for option in node.options if isinstance(option, Number | Text | Date | Truth)]
        inside = value.isin([ibis.literal(option, value.type()) for option in options])
        return _certain(~inside if node.negated else inside)

    def _between(self, node: Between) -> ir.BooleanValue:
        value = self.value(node.value)
        ends = []
        if node.low is not None:
            ends.append(value >= self.value(node.low))
        if node.high is not None:
            ends.append(value <= self.value(node.high))
        return _certain(balanced(operator.and_, ends))

    def _match(self, node: Match) -> ir.BooleanValue:
        value, text = self.value(node.value), node.text
        if node.how == "contains":
            return _certain(value.contains(text))
        return _certain(value.startswith(text) if node.how == "starts with" else value.endswith(text))

    def _call(self, node: Call) -> ir.Value:
        arguments = node.arguments
        if node.function == "coalesce":
            return ibis.coalesce(*(self.value(argument) for argument in arguments))
        first = self.value(arguments[0])
        numbers = [argument.value for argument in arguments[1:] if isinstance(argument, Number)]
        match node.function:
            case "round":
                return first.round(int(numbers[0]) if numbers else 0).cast("float64")
            case "log":
                return ibis.ifelse(first > 0, first, ibis.null("float64")).ln()
            case "days_since":
                return days_since(first, self._reference)
        return band(first, numbers)


def days_since(day: ir.DateValue, reference: dt.date) -> ir.FloatingValue:
    """Days from a day to the reference day: the as-of day itself is 1 day ago."""
    number = (reference - dt.date(1970, 1, 1)).days
    return (number - day.epoch_days().cast("int32")).cast("float64")


def band(value: ir.NumericValue, limits: Sequence[float]) -> ir.StringValue:
    """A label by lower limits: band(age, 18, 25) gives '<18', '18–24' and '25+'; missing where the value is.

    Between whole limits the label names the last whole number; between others it is '0.5–<1.5'.
    """
    whole = all(limit == int(limit) for limit in limits)
    cases = [(value < limits[0], f"<{number_text(limits[0])}")]
    for low, high in itertools.pairwise(limits):
        if whole:
            last = number_text(high - 1)
            label = number_text(low) if high - low == 1 else f"{number_text(low)}–{last}"
        else:
            label = f"{number_text(low)}–<{number_text(high)}"
        cases.append((value < high, label))
    cases.append((value >= limits[-1], f"{number_text(limits[-1])}+"))
    return ibis.cases(*cases)


def balanced(
    join: Callable[[ir.BooleanValue, ir.BooleanValue], ir.BooleanValue], parts: list[ir.BooleanValue]
) -> ir.BooleanValue:
    """Many conditions joined as a tree of little depth: a chain of a thousand would be too deep for an engine."""
    while len(parts) > 1:
        parts = [functools.reduce(join, parts[i : i + 2]) for i in range(0, len(parts), 2)]
    return parts[0]


def _certain(condition: ir.BooleanValue) -> ir.BooleanValue:
    """A condition about a missing value is false."""
    return condition.fill_null(False)
