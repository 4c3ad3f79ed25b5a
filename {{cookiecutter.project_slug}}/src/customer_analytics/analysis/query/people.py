"""Everyone a query is about, with one column for each fact, figure and definition that it needs."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.query.comparing import compared_by, compares, placed
from customer_analytics.analysis.query.compiling import Compiler, days_since
from customer_analytics.analysis.query.figures import figure_of_behaviour, figure_of_campaign, figures_of, often_enough
from customer_analytics.analysis.query.measures import Figures, only, zero_without_rows
from customer_analytics.analysis.query.names import AGE, TENURE, Names, shortcut
from customer_analytics.analysis.query.nodes import (
    Aggregate,
    Behaviour,
    Extreme,
    Member,
    Name,
    Node,
    Value,
)
from customer_analytics.analysis.query.size import parts_written
from customer_analytics.analysis.query.sources import value_of
from customer_analytics.analysis.query.windows import in_window
from customer_analytics.expressions import ratio
from customer_analytics.tables.store import Tables

ID = "customer_id"
LARGEST = 2_000  # parts of a rule, definitions written out, from which it gets a column of its own
SMALL = 50  # parts of a definition that are written out wherever it is named, also in a rule beyond LARGEST
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

    Use: `collect` for every rule, then `build`, then `compare` for the rules, then `expression` on `table`.
    """

    names: Names
    ledger: ir.Table | None
    figures: Figures = field(init=False)
    _facts: dict[str, str] = field(default_factory=dict)  # name of a fact -> column
    _definitions: dict[str, int] = field(default_factory=dict)  # name -> size, in the order of their dependence
    _large: set[str] = field(default_factory=set)  # definitions that get a column
    _columns: dict[str, str] = field(default_factory=dict)  # the columns of those that have them
    _members: dict[Member, str] = field(default_factory=dict)
    _shares: dict[Aggregate, str] = field(default_factory=dict)  # share with a prior -> column of its base
    _compared: dict[tuple[Node, str | None], str] = field(default_factory=dict)  # top, bottom and rank -> column
    table: ir.Table = field(init=False)

    def __post_init__(self) -> None:
        self.figures = Figures(self.names)

    # --- collecting ---------------------------------------------------------------------------------------------

    def define(self, name: str) -> None:
        """Collect a definition, after those that it names."""
        if name not in self._definitions:
            rule = self.names.definitions[name]
            self.collect(rule, name)
            self._definitions[name] = size = self._size(rule, name)
            if size > LARGEST:
                self._large.add(name)

    def _size(self, rule: Node, inside: str | None) -> int:
        """Parts of a rule with those of the definitions that it names written out, those apart that get a column."""

        def of_name(name: Name) -> int:
            is_written = self.names.is_definition(name.name, inside) and name.name not in self._large
            return self._definitions[name.name] if is_written else 1

        return parts_written(rule, of_name)

    def collect(self, node: Node, inside: str | None = None) -> None:
        """Note every figure, fact and definition that a node needs.

        Where it would grow too long with its definitions written out, those that are not small get columns.
        """
        self._note(node, inside)
        if self._size(node, inside) > LARGEST:
            named = {each.name for each in _of_customers(node) if isinstance(each, Name)}
            self._large |= {name for name in named if self._definitions.get(name, 0) > SMALL}

    def _note(self, node: Node, inside: str | None) -> None:
        match node:
            case Name():
                if self.names.is_definition(node.name, inside):
                    self.define(node.name)
                elif (rule := shortcut(self.names, node.name)) is not None:
                    self._note(rule, None)
                else:
                    self._facts.setdefault(node.name, f"fact_{len(self._facts)}")
                return
            case Aggregate():
                for figure in figures_of(node):
                    self.figures.column(figure)
                if node.function == "share" and node.prior:
                    self._shares.setdefault(node, f"base_{len(self._shares)}")
                return
            case Behaviour():
                self.figures.column(figure_of_behaviour(node, self.names.tables))
                return
            case Member():
                self._collect_member(node)
                return
        for child in node.children():
            self._note(child, inside)

    def _collect_member(self, node: Member) -> None:
        if self.ledger is not None:
            self._members.setdefault(node, f"member_{len(self._members)}")
        if node.kind == "campaign" and self.names.tables.has("touches", "campaign_id", ID):
            self.figures.column(figure_of_campaign(node, self.names.tables))

    # --- building -----------------------------------------------------------------------------------------------

    def build(self) -> None:
        """The wide table: every customer, every collected fact and figure."""
        zeros = {name for figure, name in self.figures.columns.items() if zero_without_rows(figure)}
        worked_out = [self._kept(part) for part in (*self._fact_tables(), *self.figures.tables())]
        parts = [*worked_out, *self._member_tables(), *self._given_facts()]  # the latter may belong to no engine yet
        parts.sort(key=lambda part: len(part.columns))  # a join copies the columns joined so far
        self.table = self._kept(_joined(everyone(self.names.tables), parts, zeros))
        self.figures.close()
        if self._shares:
            self.table = self.table.cross_join(self._bases())
        for name in self._definitions:
            if name in self._large:  # written out wherever it is named, it would grow beyond what an engine can read
                rule = self.names.definitions[name]
                self.compare([(rule, name)])
                column = f"definition_{len(self._columns)}"
                self.table = self._kept(self.table.mutate(**{column: self.expression(rule, name)}))
                self._columns[name] = column

    def _kept(self, table: ir.Table) -> ir.Table:
        """The table as a temporary one of the engine: what many rules read is worked out once, and one statement for
        a hundred rules would take longer to write than to run. Without an engine it stays an expression."""
        return table if self.names.tables.backend is None else table.cache()

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

    def _bases(self) -> ir.Table:
        """One row: for each share with a prior the share of all customers together."""
        totals = {}
        for node, column in self._shares.items():
            met, among = (self.table[self.figures.column(figure)] for figure in figures_of(node))
            totals[column] = ratio(met.sum(), among.sum())
        return self.table.aggregate(**totals)

    # --- expressions --------------------------------------------------------------------------------------------

    def compare(self, rules: Iterable[tuple[Node, str | None]]) -> None:
        """Add columns for what compares customers with each other in some rules: top, bottom and rank.

        Each rule comes with the name of its definition. The innermost are added first: top 10% by rank(x) + y.
        """
        waiting = {(each, inside): None for each, inside in self._written_out(rules) if compares(each)}
        while waiting := {key: None for key in waiting if key not in self._compared}:
            ready = [(node, inside) for node, inside in waiting if not self._waits(node, inside)]
            columns = {key: f"compared_{len(self._compared) + number}" for number, key in enumerate(ready)}
            values = {
                f"{column}_by": self.expression(compared_by(node), inside) for (node, inside), column in columns.items()
            }
            keyed = self._kept(self.table.select(**{f"{ID}_": ID}, **values))
            compared = placed(keyed, [(node, column) for (node, _), column in columns.items()])
            self.table = self.table.left_join(compared, self.table[ID] == compared[f"{ID}_"]).drop(f"{ID}_")
            self._compared.update(columns)

    def _written_out(self, rules: Iterable[tuple[Node, str | None]]) -> Iterator[tuple[Node, str | None]]:
        """All nodes of some rules and of the definitions that they name, those that are columns apart."""
        seen: set[str] = set()
        waiting = list(rules)
        while waiting:
            rule, inside = waiting.pop(0)
            for each in _of_customers(rule):
                yield each, inside
                name = each.name if isinstance(each, Name) and self.names.is_definition(each.name, inside) else None
                if name is not None and name not in seen and name not in self._columns:
                    seen.add(name)
                    waiting.append((self.names.definitions[name], name))

    def _waits(self, node: Node, inside: str | None) -> bool:
        """Whether something inside a node has yet to be compared."""
        inner = self._written_out([(child, inside) for child in node.children()])
        return any(compares(each) and (each, within) not in self._compared for each, within in inner)

    def expression(self, node: Value, inside: str | None = None) -> ir.Value:
        """The expression of a value on the wide table as it is now."""

        def leaf(each: Node) -> ir.Value:
            return self._leaf(each, inside)

        return Compiler(leaf, self.names.tables.reference_day).value(node)

    def _leaf(self, node: Node, inside: str | None) -> ir.Value:
        match node:
            case Name():
                if self.names.is_definition(node.name, inside):
                    if node.name in self._columns:
                        return self.table[self._columns[node.name]]
                    return self.expression(self.names.definitions[node.name], node.name)
                rule = shortcut(self.names, node.name)
                return self.table[self._facts[node.name]] if rule is None else self._leaf(rule, None)
            case Aggregate(function="share"):
                return self._share(node)
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

    def _share(self, node: Aggregate) -> ir.Value:
        """A share, shrunk to the share of all customers together: (k + prior * base) / (n + prior)."""
        met, among = (self.table[self.figures.column(figure)] for figure in figures_of(node))
        shrunk = ratio(met, among)
        if node.prior:
            prior = float(node.prior)
            shrunk = (met + prior * self.table[self._shares[node]]) / (among + prior)
        return ibis.ifelse(among > 0, shrunk, ibis.null("float64"))

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


def _of_customers(node: Node) -> Iterator[Node]:
    """A node and what it is made of, without what is asked of rows: a name there is a column of the rows."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        if not isinstance(each, Aggregate | Behaviour | Member):
            waiting.extend(each.children())


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
