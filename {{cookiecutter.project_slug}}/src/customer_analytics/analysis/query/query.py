"""A query: named rules over the tables of a client, checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis.expr.types as ir

from customer_analytics.analysis.query.checking import Checker
from customer_analytics.analysis.query.names import Names
from customer_analytics.analysis.query.needs import lacking, needs, reads
from customer_analytics.analysis.query.nodes import Condition, Name, Node, Value
from customer_analytics.analysis.query.people import ID, People, everyone
from customer_analytics.analysis.query.sources import ResultType
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.tables.store import Tables


class Query:
    """Values and conditions over all known customers of a client.

    Args:
        tables: the canonical tables, as of their as-of day.
        definitions: named rules that other rules may use, for example the tags of a project.
        ledger: rows of the audience ledger (tables.ledger); None: nobody was ever assigned.
        facts: customer_id with further facts from analyses (rfm_segment, clv …), one row a customer.
    """

    def __init__(
        self,
        tables: Tables,
        definitions: Mapping[str, Value] | None = None,
        *,
        ledger: ir.Table | None = None,
        facts: ir.Table | None = None,
    ) -> None:
        self._names = Names(tables, dict(definitions or {}), facts)
        self._ledger = ledger
        self._checker = Checker(self._names)

    @property
    def base(self) -> ir.Table:
        """customer_id of every known customer: those in customers and in orders; without a customers table also those
        in events, touches, feedback and subscriptions."""
        return everyone(self._names.tables)

    def check(self, node: Node, *, where: str, name: str | None = None) -> ResultType:
        """The type of a rule: number, text, flag or date. `name`: the definition that the rule belongs to.

        Raises:
            UserError: names that do not exist, types that do not fit, rules in a circle; all at once.
        """
        return self._checker.check(node, where, name)

    def missing(self, node: Node, *, name: str | None = None) -> tuple[str, ...]:
        """Tables ("events") and columns ("order_lines.category") that a rule reads and the data lack; () when it can
        run. The rules that it names count with it."""
        return lacking(self._names, needs(self._names, node, self._ledger, name))

    def reads(self, node: Node, *, name: str | None = None) -> frozenset[str]:
        """The "table.column" that a rule reads, also through the rules that it names."""
        return reads(self._names, needs(self._names, node, self._ledger, name))

    def values(self, names: Sequence[str] | None = None) -> ir.Table:
        """customer_id and one column for each named definition (default: all), for every known customer.

        Numbers are float64, flags boolean, texts string, days date. Each source table is aggregated once.

        Raises:
            UserError: a rule is wrong, or reads what the data lack.
        """
        chosen = list(self._names.definitions) if names is None else list(names)
        self._must_run({f"rule `{name}`": (self._definition(name), name) for name in chosen})
        people = People(self._names, self._ledger)
        rules = {name: self._definition(name) for name in chosen}
        for name in rules:
            people.define(name)
        people.build()
        people.compare([(rule, name) for name, rule in rules.items()])
        values = {name: people.expression(rule, name) for name, rule in rules.items()}
        return people.table.select(customer_id=ID, **values)

    def customers(self, condition: Condition, *, columns: Sequence[str] = (), where: str = "audience") -> ir.Table:
        """customer_id, and the named facts or definitions, of the customers for whom a condition is true.

        Raises:
            UserError: the condition or a name is wrong, or reads what the data lack.
        """
        named = {column: Name(column) for column in columns}
        self._must_run({where: (condition, None)} | {f"column `{name}`": (node, None) for name, node in named.items()})
        people = People(self._names, self._ledger)
        for node in (condition, *named.values()):
            people.collect(node)
        people.build()
        people.compare([(condition, None), *((node, None) for node in named.values())])
        # By number, and names given last and by position: a client's column may have any name, also one of ours.
        values = [people.expression(node).name(f"value_{number}") for number, node in enumerate(named.values())]
        table = people.table.select(ID, people.expression(condition).name("chosen"), *values)
        return table.filter(table.chosen).select(
            ID, *(table[f"value_{number}"].name(name) for number, name in enumerate(named))
        )

    def _definition(self, name: str) -> Value:
        if name not in self._names.definitions:
            raise UserError([Problem("rules", f"there is no rule `{name}`.")])
        return self._names.definitions[name]

    def _must_run(self, rules: Mapping[str, tuple[Node, str | None]]) -> None:
        problems: list[Problem] = []
        for where, (node, name) in rules.items():
            try:
                self.check(node, where=where, name=name)
            except UserError as error:
                problems.extend(error.problems)
                continue
            if lacks := self.missing(node, name=name):
                problems.append(Problem(where, f"the data have no {', no '.join(lacks)}."))
        if problems:
            raise UserError(problems)
