"""Everyone a query is about, with one column for each fact, figure and definition that it needs."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.query.compiling import Compiler, days_since
from customer_analytics.analysis.query.figures import figure_of_behaviour, figure_of_campaign, figures_of, often_enough
from customer_analytics.analysis.query.measures import Figures, only, zero_without_rows
from customer_analytics.analysis.query.names import AGE, TENURE, Names, shortcut
from customer_analytics.analysis.query.nodes import (
    Aggregate,
    Behaviour,
    Call,
    Extreme,
    Member,
    Name,
    Node,
    Value,
)
from customer_analytics.analysis.query.sources import value_of
from customer_analytics.analysis.query.windows import in_window
from customer_analytics.expressions import ratio
from customer_analytics.tables.store import Tables

ID = "customer_id"
_OTHERS = ("events", "touches", "feedback", "subscriptions")  # where there is no customers table


def everyone(tables: Tables) -> ir.Table:
    """customer_id of every known customer: in customers or orders; without a customers table, in any other table."""
    sources = ["customers", "orders"] if tables.has("customers", ID) else ["orders", *_OTHERS]
    parts = [tables[name].select(ID).filter(lambda t: t[ID].notnull()) for name in sources if tables.has(name, ID)]
    if not parts:
        return ibis.memtable({ID: []}, schema={ID: "string"})
    together = parts[0] if len(parts) == 1 else ibis.union(*parts)
    return together.distinct()


@dataclass
class People:
    """Collects what rules need, then builds the wide table.

    Use: `collect` for every rule, then `build`, then `expression` on the table that it returns.
    """

    names: Names
    ledger: ir.Table | None
    figures: Figures = field(init=False)
    _facts: dict[str, str] = field(default_factory=dict)  # name of a fact -> column
    _definitions: dict[str, str] = field(default_factory=dict)  # name -> column, in the order of their dependence
    _members: dict[Member, str] = field(default_factory=dict)
    _shares: dict[Aggregate, str] = field(default_factory=dict)
    _compared: dict[tuple[Node, str | None], str] = field(default_factory=dict)  # top, bottom and rank -> column
    table: ir.Table = field(init=False)

    def __post_init__(self) -> None:
        self.figures = Figures(self.names)

    # --- collecting ---------------------------------------------------------------------------------------------

    def define(self, name: str) -> str:
        """Collect a definition, after those that it names; gives its column."""
        if name not in self._definitions:
            self.collect(self.names.definitions[name], name)
            self._definitions[name] = f"definition_{len(self._definitions)}"
        return self._definitions[name]

    def collect(self, node: Node, inside: str | None = None) -> None:
        """Note every figure, fact and definition that a node needs."""
        match node:
            case Name():
                if self.names.is_definition(node.name, inside):
                    self.define(node.name)
                elif (rule := shortcut(self.names, node.name)) is not None:
                    self.collect(rule)
                else:
                    self._facts.setdefault(node.name, f"fact_{len(self._facts)}")
                return
            case Aggregate():
                for figure in figures_of(node):
                    self.figures.column(figure)
                if node.function == "share":
                    self._shares.setdefault(node, f"share_{len(self._shares)}")
                return
            case Behaviour():
                self.figures.column(figure_of_behaviour(node, self.names.tables))
                return
            case Member():
                self._collect_member(node)
                return
        for child in node.children():
            self.collect(child, inside)

    def _collect_member(self, node: Member) -> None:
        if self.ledger is not None:
            self._members.setdefault(node, f"member_{len(self._members)}")
        if node.kind == "campaign" and self.names.tables.has("touches", "campaign_id", ID):
            self.figures.column(figure_of_campaign(node, self.names.tables))

    # --- building -----------------------------------------------------------------------------------------------

    def build(self) -> ir.Table:
        """The wide table: every customer, every collected fact and figure, and every definition as its own column."""
        zeros = {name for figure, name in self.figures.columns.items() if zero_without_rows(figure)}
        worked_out = [self._kept(part) for part in (*self._fact_tables(), *self.figures.tables())]
        parts = (*worked_out, *self._member_tables(), *self._given_facts())  # the latter may belong to no engine yet
        self.table = self._kept(_joined(everyone(self.names.tables), parts, zeros))
        self._add_shares()
        for names in self._levels():
            rules = {name: self.names.definitions[name] for name in names}
            self.add_compared([(rule, name) for name, rule in rules.items()])
            values = {self._definitions[name]: self.expression(rule, name) for name, rule in rules.items()}
            self.table = self.table.mutate(**values)
        return self.table

    def _kept(self, table: ir.Table) -> ir.Table:
        """The table as a temporary one of the engine: what many rules read is worked out once, and one statement for
        a hundred rules would take longer to write than to run. Without an engine it stays an expression."""
        return table if self.names.tables.backend is None else table.cache()

    def _levels(self) -> list[list[str]]:
        """Definitions in rounds: each needs only those of earlier rounds."""
        level: dict[str, int] = {}
        for name in self._definitions:
            named = {each.name for each in self.names.definitions[name].walk() if isinstance(each, Name)}
            below = [level[other] for other in named if other in level and self.names.is_definition(other, name)]
            level[name] = 1 + max(below, default=-1)
        rounds: list[list[str]] = [[] for _ in range(1 + max(level.values(), default=-1))]
        for name, number in level.items():
            rounds[number].append(name)
        return rounds

    def _fact_tables(self) -> Iterable[ir.Table]:
        tables = self.names.tables
        own = {}
        for name, column in self._facts.items():
            if name in self.names.given:
                continue
            if name == AGE:
                own[column] = tables.as_of.year - tables["customers"].birth_year.max().cast("float64")
            elif name != TENURE:
                customers = tables["customers"]
                own[column] = only(value_of(tables, customers, name, self.names.columns[name]))
        if own:
            yield tables["customers"].group_by(ID).aggregate(**own)
        if TENURE in self._facts:
            yield self._tenure(self._facts[TENURE])

    def _given_facts(self) -> Iterable[ir.Table]:
        """Facts that an analysis gave."""
        facts, given = self.names.facts, [name for name in self._facts if name in self.names.given]
        if facts is not None and given:
            typed = {self._facts[name]: only(_typed(facts, name, self.names)) for name in given}
            yield facts.group_by(ID).aggregate(**typed)

    def _tenure(self, column: str) -> ir.Table:
        """Days since the customer registered, else since the first order; the as-of day was 1 day ago."""
        tables = self.names.tables
        parts = []
        for rank, (name, day) in enumerate((("customers", "signed_up_on"), ("orders", "ordered_on"))):
            if tables.has(name, ID, day):
                parts.append(tables[name].select(customer_id=ID, day=day, rank=ibis.literal(rank)))
        days = parts[0] if len(parts) == 1 else ibis.union(*parts)
        days = days.filter(days.day.notnull(), days.customer_id.notnull())
        registered = days.day.min(where=days["rank"] == 0)
        return days.group_by(ID).aggregate(
            **{column: days_since(ibis.coalesce(registered, days.day.min()), tables.reference_day)}
        )

    def _member_tables(self) -> Iterable[ir.Table]:
        if self.ledger is None or not self._members:
            return
        ledger = self.ledger
        counts = {}
        for node, column in self._members.items():
            counts[column] = ledger.count(where=_in_ledger(ledger, node, self.names.tables)).cast("float64")
        yield ledger.group_by(ID).aggregate(**counts)

    def _add_shares(self) -> None:
        """Each share, shrunk to the share of all customers together: (k + prior * base) / (n + prior)."""
        totals, ways = {}, {}
        for node, column in self._shares.items():
            met, among = (self.table[self.figures.column(figure)] for figure in figures_of(node))
            ways[column] = (node, met, among)
            if node.prior:
                totals[f"{column}_base"] = ratio(met.sum(), among.sum())
        if totals:
            self.table = self.table.cross_join(self.table.aggregate(**totals))
        shares = {}
        for column, (node, met, among) in ways.items():
            met, among = self.table[met.get_name()], self.table[among.get_name()]
            prior = float(node.prior or 0.0)
            base = self.table[f"{column}_base"] if prior else ibis.literal(0.0)
            shrunk = (met + prior * base) / (among + prior) if prior else ratio(met, among)
            shares[column] = ibis.ifelse(among > 0, shrunk, ibis.null("float64"))
        if shares:
            self.table = self.table.mutate(**shares)

    # --- expressions --------------------------------------------------------------------------------------------

    def add_compared(self, rules: Iterable[tuple[Node, str | None]]) -> None:
        """Add columns for what compares customers with each other in some rules: top, bottom and rank.

        Each rule comes with the name of its definition. The innermost are added first: top 10% by rank(x) + y.
        """
        waiting = {(each, inside): None for rule, inside in rules for each in rule.walk() if _compares(each)}
        while waiting := {key: None for key in waiting if key not in self._compared}:
            ready = [(node, inside) for node, inside in waiting if not self._waits(node, inside)]
            columns = {key: f"compared_{len(self._compared) + number}" for number, key in enumerate(ready)}
            self.table = self.table.mutate(
                **{
                    f"{column}_by": self.expression(_compared_by(node), inside)
                    for (node, inside), column in columns.items()
                }
            )
            joined = self.table
            for (node, _), column in columns.items():
                if isinstance(node, Extreme):
                    joined = joined.cross_join(self._threshold(node, column))
                else:
                    ranks = self._ranks(column)
                    joined = joined.left_join(ranks, self.table[f"{column}_by"] == ranks[f"{column}_value"])
            self.table = joined.drop(*(name for name in joined.columns if name.endswith("_value")))
            self._compared.update(columns)

    def _waits(self, node: Node, inside: str | None) -> bool:
        """Whether something inside a node has yet to be compared."""
        return any(
            _compares(each) and each is not node and (each, inside) not in self._compared for each in node.walk()
        )

    def _spread(self, column: str) -> ir.Table:
        """How many customers have each known value."""
        known = self.table.select(value=f"{column}_by").filter(lambda t: t.value.notnull())
        return known.group_by("value").aggregate(customers=known.count())

    def _threshold(self, node: Extreme, column: str) -> ir.Table:
        """One row: the last value that still belongs to the top or bottom.

        Equal values share a fate: a group is in when taking it in comes at least as near to the number asked for as
        leaving it out, that is when (better + better or equal) / 2 <= number asked for.
        """
        spread = self._spread(column)
        order = spread.value.desc() if node.end == "top" else spread.value.asc()
        upto = spread.customers.sum().over(ibis.window(order_by=order, preceding=None, following=0))
        counted = spread.mutate(upto=upto.cast("float64"), total=spread.customers.sum().over(ibis.window()))
        asked = counted.total.cast("float64") * node.amount if node.percent else ibis.literal(100.0 * node.amount)
        inside = counted.filter((2 * counted.upto - counted.customers) * 100.0 <= 2.0 * asked)
        last = inside.value.min() if node.end == "top" else inside.value.max()
        return inside.aggregate(**{column: last})

    def _ranks(self, column: str) -> ir.Table:
        """For each value the share of the other customers with a lower one, from 0 to 1."""
        spread = self._spread(column)
        upto = spread.customers.sum().over(ibis.window(order_by=spread.value.asc(), preceding=None, following=0))
        counted = spread.mutate(below=upto - spread.customers, total=spread.customers.sum().over(ibis.window()))
        place = ratio(counted.below, counted.total - 1).fill_null(0.0)
        return counted.select(**{f"{column}_value": counted.value, column: place})

    def expression(self, node: Value, inside: str | None = None) -> ir.Value:
        """The expression of a value on the wide table as it is now."""

        def leaf(each: Node) -> ir.Value:
            return self._leaf(each, inside)

        return Compiler(leaf, self.names.tables.reference_day).value(node)

    def _leaf(self, node: Node, inside: str | None) -> ir.Value:
        match node:
            case Name():
                if self.names.is_definition(node.name, inside):
                    return self.table[self._definitions[node.name]]
                rule = shortcut(self.names, node.name)
                return self.table[self._facts[node.name]] if rule is None else self._leaf(rule, None)
            case Aggregate(function="share"):
                return self.table[self._shares[node]]
            case Aggregate():
                return self.table[self.figures.column(figures_of(node)[0])]
            case Behaviour():
                figure = figure_of_behaviour(node, self.names.tables)
                return often_enough(self.table[self.figures.column(figure)], node.often)
            case Member():
                return self._member(node)
            case Extreme():
                value, limit = (self.table[f"{self._compared[node, inside]}{ending}"] for ending in ("_by", ""))
                return value >= limit if node.end == "top" else value <= limit
        return self.table[self._compared[node, inside]]

    def _member(self, node: Member) -> ir.BooleanValue:
        found: ir.BooleanValue = ibis.literal(False)
        if node in self._members:
            found = (self.table[self._members[node]] > 0).fill_null(False)
        if node.kind == "campaign" and self.names.tables.has("touches", "campaign_id", ID):
            figure = figure_of_campaign(node, self.names.tables)
            found = found | (self.table[self.figures.column(figure)] > 0)
        return found


def _joined(people: ir.Table, parts: Iterable[ir.Table], zeros: Container[str]) -> ir.Table:
    """Everyone with the columns of tables that have one row a customer; columns in `zeros` are 0 without a row."""
    joined, columns = people, {ID: people[ID]}
    for number, part in enumerate(parts):
        renamed = part.rename(**{f"id_{number}": ID})
        joined = joined.left_join(renamed, people[ID] == renamed[f"id_{number}"])
        columns |= {name: renamed[name] for name in part.columns if name != ID}
    filled = {name: joined[name].fill_null(0.0) if name in zeros else joined[name] for name in columns}
    return joined.select(**filled) if len(filled) > 1 else people


def _compares(node: Node) -> bool:
    return isinstance(node, Extreme) or (isinstance(node, Call) and node.function == "rank")


def _compared_by(node: Node) -> Value:
    """The value by which customers are compared."""
    if isinstance(node, Extreme):
        return node.by
    assert isinstance(node, Call)
    return node.arguments[0]


def _typed(facts: ir.Table, name: str, names: Names) -> ir.Value:
    kind = names.given[name]
    return facts[name].cast({"number": "float64", "text": "string", "flag": "boolean", "date": "date"}[kind])


def _in_ledger(ledger: ir.Table, node: Member, tables: Tables) -> ir.BooleanValue:
    """Rows of the ledger that a membership means: the audience as it is now; of holdouts all that have not expired,
    for someone held out of an earlier version still is."""
    column = ledger.campaign_id if node.kind == "campaign" else ledger.audience
    meant: ir.BooleanValue = ibis.literal(True) if node.name is None else column == node.name
    if node.kind == "audience" and "current" in ledger.columns:
        meant = meant & ledger.current
    if node.kind == "held out":
        meant = meant & (ledger.arm == "control")
        if "expires_on" in ledger.columns:
            meant = meant & (ledger.expires_on.isnull() | (ledger.expires_on >= ibis.literal(tables.as_of)))
    if node.arm is not None:
        meant = meant & (ledger.arm == node.arm)
    if node.when is not None:
        day = ledger.assigned_on if "assigned_on" in ledger.columns else tables.local(ledger.assigned_at).date()
        meant = meant & in_window(day, node.when, tables.as_of)
    return meant.fill_null(False)
