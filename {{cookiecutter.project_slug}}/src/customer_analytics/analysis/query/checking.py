"""Whether a condition or value makes sense: names, types, cycles and what the data lack, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from customer_analytics.analysis.query.names import Names
from customer_analytics.analysis.query.nodes import (
    Aggregate,
    Among,
    And,
    Arithmetic,
    Behaviour,
    Between,
    Call,
    Choice,
    Comparison,
    Condition,
    Date,
    Extreme,
    Flag,
    Known,
    Match,
    Member,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Or,
    Text,
    Truth,
)
from customer_analytics.analysis.query.size import MOST_PARTS, parts_written
from customer_analytics.analysis.query.sources import DERIVED, SOURCES_BY_NAME, ResultType, column_types
from customer_analytics.analysis.query.tokens import nearest, pointing_problem
from customer_analytics.analysis.query.vocabulary import VERBS
from customer_analytics.engagement.errors import Problem, UserError

_WORDS: Mapping[ResultType, str] = {"number": "a number", "text": "a text", "flag": "true or false", "date": "a day"}
_NUMBERS = ("round", "log", "rank", "band")
MOST_DIGITS = 10


@dataclass
class Checker:
    """Finds the type of each node; what is wrong is collected and raised at the end."""

    names: Names
    where: str = ""
    problems: list[Problem] = field(default_factory=list)
    _types: dict[str, ResultType | None] = field(default_factory=dict)
    _reasons: dict[str, str] = field(default_factory=dict)  # why a definition cannot be used
    _open: list[str] = field(default_factory=list)

    def check(self, node: Node, where: str, inside: str | None = None) -> ResultType:
        """The type of a node.

        Raises:
            UserError: every problem of the node at once.
        """
        self.where, self.problems = where, []
        found = self._type(node, None, inside)
        self._limit(node)
        if self.problems or found is None:
            raise UserError(self.problems or [Problem(where, "this has no type.")])
        return found

    def definition(self, name: str) -> ResultType | None:
        """The type of a definition; None where its own rule is wrong."""
        if name not in self._types:
            outer = self.problems
            self.problems = []
            self._open.append(name)
            try:
                found = self._type(self.names.definitions[name], None, name)
                self._limit(self.names.definitions[name])
            finally:
                self._open.pop()
            self._types[name] = None if self.problems else found
            if self.problems:
                self._reasons[name] = self.problems[0].what.partition("\n")[0]
            self.problems = outer
        return self._types[name]

    def _limit(self, node: Node) -> None:
        if parts_written(node) > MOST_PARTS:
            what = "this is nested so that its expression would be too long for an engine."
            self._problem(node, what, "Define tags for its parts and name them here.")

    # --- one node -----------------------------------------------------------------------------------------------

    def _type(self, node: Node, table: str | None, inside: str | None) -> ResultType | None:
        """The type of a node, None after a problem. `table`: the source whose rows it is about, None: customers."""
        match node:
            case Number():
                return "number"
            case Text():
                return "text"
            case Date():
                return "date"
            case Truth():
                return "flag"
            case Name():
                return self._row_name(node, table) if table is not None else self._name(node, inside)
            case Negative():
                return self._all_numbers((node.value,), table, inside)
            case Arithmetic():
                return self._arithmetic(node, table, inside)
            case Call():
                return self._call(node, table, inside)
            case Aggregate():
                return self._aggregate(node, table)
            case Choice():
                return self._choice(node, table, inside)
            case Condition():
                self._condition(node, table, inside)
                return "flag"
        return None

    def _problem(self, node: Node, what: str, mend: str = "") -> None:
        self.problems.append(pointing_problem(node.place, self.where, what, mend))

    def _name(self, node: Name, inside: str | None) -> ResultType | None:
        if self.names.is_definition(node.name, inside):
            if node.name in self._open or node.name == inside:
                chain = " → ".join(f"`{name}`" for name in (*self._open, node.name))
                self._problem(node, f"the rules go round in a circle: {chain}.")
                return None
            found = self.definition(node.name)
            if found is None:
                self._problem(
                    node, f"`{node.name}` cannot be used, for its own rule is wrong: {self._reasons[node.name]}"
                )
            return found
        if self.names.is_fact(node.name):
            return self.names.fact_type(node.name)
        self._problem(node, f"there is no fact or tag `{node.name}`.", self._hint(node.name))
        return None

    def _hint(self, name: str) -> str:
        if near := nearest(name, (*self.names.everything, "born")):
            return near
        for source in ("purchases", "order_lines", "events", "touches", "feedback", "subscriptions"):
            if name in row_types(self.names, source):
                return f"It is a column of {source}: it can stand after `where`, in parentheses with other conditions."
        return "A text stands in quotes: 'text'."

    def _row_name(self, node: Name, table: str) -> ResultType | None:
        types = row_types(self.names, table)
        if node.name not in types:
            near = nearest(node.name, types) or f"There are {', '.join(sorted(types))}."
            self._problem(node, f"{table} has no column `{node.name}`.", near)
            return None
        return types[node.name]

    def _all_numbers(self, nodes: tuple[Node, ...], table: str | None, inside: str | None) -> ResultType | None:
        good = True
        for node in nodes:
            found = self._type(node, table, inside)
            if found is not None and found != "number":
                self._problem(node, f"this is {_WORDS[found]}, not a number.")
            good = good and found == "number"
        return "number" if good else None

    def _arithmetic(self, node: Arithmetic, table: str | None, inside: str | None) -> ResultType | None:
        left, right = (self._type(side, table, inside) for side in (node.left, node.right))
        if left == right == "date" and node.sign == "-":
            return "number"  # days between
        for side, found in ((node.left, left), (node.right, right)):
            if found not in (None, "number"):
                self._problem(side, f"this is {_WORDS[found]}, not a number." if found else "")
        return "number" if left == right == "number" else None

    def _call(self, node: Call, table: str | None, inside: str | None) -> ResultType | None:
        name, arguments = node.function, node.arguments
        if name == "coalesce":
            return self._same(arguments, table, inside)
        if name == "days_since":
            found = self._type(arguments[0], table, inside)
            if found not in (None, "date"):
                self._problem(arguments[0], "`days_since` takes a day.", "For a table: days_since_last(purchases)")
                return None
            return "number" if found else None
        if name == "rank" and table is not None:
            self._problem(node, "`rank` compares customers and cannot stand after `where`.")
            return None
        limits = arguments[1:] if name in ("band", "round") else ()
        if not all(isinstance(limit, Number) for limit in limits):
            self._problem(node, f"after the first, `{name}` takes plain numbers.", _EXAMPLES[name])
            return None
        numbers = [limit.value for limit in limits if isinstance(limit, Number)]
        if name == "band" and numbers != sorted(set(numbers)):
            self._problem(node, "the limits of `band` must rise.", _EXAMPLES[name])
        if name == "round" and any(digits != int(digits) or abs(digits) > MOST_DIGITS for digits in numbers):
            self._problem(node, f"`round` takes from -{MOST_DIGITS} to {MOST_DIGITS} digits.")
        number = self._all_numbers(arguments[:1], table, inside)
        return "text" if name == "band" and number else number

    def _same(self, nodes: tuple[Node, ...], table: str | None, inside: str | None) -> ResultType | None:
        """The one type of several nodes."""
        types = [self._type(node, table, inside) for node in nodes]
        if None in types:
            return None
        for node, found in zip(nodes[1:], types[1:], strict=True):
            if found != types[0] and found is not None and types[0] is not None:
                self._problem(node, f"this is {_WORDS[found]}, the first is {_WORDS[types[0]]}.", _between_types(node))
                return None
        return types[0]

    def _choice(self, node: Choice, table: str | None, inside: str | None) -> ResultType | None:
        self._condition(node.condition, table, inside)
        results = (node.then,) if node.otherwise is None else (node.then, node.otherwise)
        return self._same(results, table, inside)

    def _aggregate(self, node: Aggregate, table: str | None) -> ResultType | None:
        if table is not None:
            self._problem(node, f"`{node.function}` counts a customer's rows and cannot stand after `where`.")
            return None
        for condition in (node.where, node.of):
            if condition is not None:
                self._condition(condition, node.table, None)
        if node.column is None:
            return "number"
        types = row_types(self.names, node.table)
        if node.column not in types:
            near = nearest(node.column, types) or f"There are {', '.join(sorted(types))}."
            self._problem(node, f"{node.table} has no column `{node.column}`.", near)
            return None
        kind = types[node.column]
        if node.function in ("sum", "mean") and kind != "number":
            self._problem(node, f"`{node.function}` takes a number; {node.table}.{node.column} is {_WORDS[kind]}.")
            return None
        if node.function in ("minimum", "maximum") and kind not in ("number", "date"):
            self._problem(node, f"`{node.function}` takes a number or a day; {node.column} is {_WORDS[kind]}.")
            return None
        return "number" if node.function == "distinct" else kind

    # --- conditions ---------------------------------------------------------------------------------------------

    def _condition(self, node: Condition, table: str | None, inside: str | None) -> None:
        match node:
            case And() | Or():
                for part in node.parts:
                    self._condition(part, table, inside)
            case Not():
                self._condition(node.part, table, inside)
            case Flag():
                found = self._type(node.value, table, inside)
                if found not in (None, "flag"):
                    self._problem(node.value, f"this is {_WORDS[found] if found else ''}, no condition.", _COMPARE)
            case Comparison():
                self._comparison(node, table, inside)
            case Among():
                self._same((node.value, *node.options), table, inside)
            case Between():
                self._between(node, table, inside)
            case Match():
                found = self._type(node.value, table, inside)
                if found not in (None, "text"):
                    self._problem(node.value, f"`{node.how}` takes a text.")
            case Known():
                self._type(node.value, table, inside)
            case Behaviour() | Member() | Extreme() if table is not None:
                self._problem(node, "after `where` stands what is true of the row, not of the customer.")
            case Behaviour() if node.where is not None:
                self._condition(node.where, VERBS[node.verb].source, None)
            case Extreme():
                self._all_numbers((node.by,), None, inside)

    def _comparison(self, node: Comparison, table: str | None, inside: str | None) -> None:
        kind = self._same((node.left, node.right), table, inside)
        if kind == "flag" and node.sign not in ("=", "!="):
            self._problem(node, f"true and false cannot be compared by `{node.sign}`.")

    def _between(self, node: Between, table: str | None, inside: str | None) -> None:
        ends = tuple(end for end in (node.low, node.high) if end is not None)
        kind = self._same((node.value, *ends), table, inside)
        if kind in ("text", "flag"):
            self._problem(node, "a range is of numbers or days.")
        match (node.low, node.high):
            case (Number(value=low), Number(value=high)) if high < low:
                self._problem(node, "the range runs backwards.", "The smaller number comes first.")
            case (Date(value=first), Date(value=last)) if last < first:
                self._problem(node, "the range runs backwards.", "The earlier day comes first.")


_COMPARE = "Compare it with a value, for example by =."
_EXAMPLES = {"band": "band(age, 18, 25, 35)", "round": "round(average_order, 2)"}


def _between_types(node: Node) -> str:
    if isinstance(node, Text):
        return "Numbers and days stand without quotes."
    return "Texts stand in quotes, also those that look like a number." if isinstance(node, Number) else ""


def row_types(names: Names, source: str) -> dict[str, ResultType]:
    """The columns of a source that a rule may name, by type."""
    own = SOURCES_BY_NAME[source]
    types = column_types(names.tables, own.table) if own.table else {}
    return {**types, **{name: kind for name, (kind, _) in own.extra.items()}, **DERIVED}
