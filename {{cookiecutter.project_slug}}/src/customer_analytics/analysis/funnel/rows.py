"""The rows of the stream that can serve a step: who or what, when, and what is held constant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.funnel.definition import Definition, Step
from customer_analytics.analysis.funnel.steps import SOURCES
from customer_analytics.analysis.query import Name, Node
from customer_analytics.analysis.query.checking import row_types
from customer_analytics.analysis.query.compiling import Compiler
from customer_analytics.analysis.query.names import Names
from customer_analytics.analysis.query.sources import ResultType, value_of
from customer_analytics.analysis.rfm.payments import net_money
from customer_analytics.analysis.stream.events import DERIVED, Part, parts
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class Rows:
    """Where rows come from: the tables, the funnel's rules, and which derived names the client has events of.

    kept: the rows of all steps (`marked`) as a table of the engine, where several funnels of these steps, this unit and
    this column held constant are counted. lists: these rows as a row a unit, unit_id and list_<step>, the moments of
    each step (null: none); None where something is held constant or steps share names, so that a row may serve either.
    mine: (number, of how many): the units of one piece only; None: all.
    """

    tables: Tables
    definition: Definition
    own: frozenset[str] = frozenset()
    kept: ir.Table | None = None
    lists: ir.Table | None = None
    mine: tuple[int, int] | None = None

    def of(
        self, step: Step, *, earlier: Sequence[Step] = (), everything: bool = False, value: str | None = None
    ) -> ir.Table:
        """The rows that serve a step: unit_id, at and held_1 …; `also_<number>` for each of `earlier`: whether the same
        row serves that step as well.

        everything: rows of the step's names whatever its condition and the period, for what happened first ever.
        value: a column that is wanted as `value` (text).
        """
        if self.kept is not None and not everything and value is None and step in self.definition.steps:
            return self._of_kept(step, earlier)
        tables = []
        for part in parts(self.tables, step.names, self.own):
            chosen = self.serves(part, step, with_condition=not everything)
            fields = self._fields(part)
            for other in earlier:
                fields[f"also_{other.number}"] = self.serves(part, other, with_condition=True)
            if value is not None:
                fields["value"] = _text(part, value)
            tables.append(self.of_piece(part.rows.filter(chosen).select(**fields)))
        table = tables[0] if len(tables) == 1 else ibis.union(*tables)
        return table if everything or self.begin is None else table.filter(table.at >= self.begin)

    def any_of(self, steps: Sequence[Step]) -> ir.Table:
        """The rows that serve at least one of some steps: unit_id, at, held_1 …"""
        tables = [self.of(step) for step in steps]
        return tables[0] if len(tables) == 1 else ibis.union(*tables)

    def marked(self, steps: Sequence[Step]) -> ir.Table:
        """The rows that serve any of some steps: unit_id, at, held_1 … and serves_<number> for every step."""
        if self.kept is not None:
            return self.kept.filter(reduce(lambda a, b: a | b, [self.kept[f"serves_{step.number}"] for step in steps]))
        tables = []
        for part in parts(self.tables, {name for step in steps for name in step.names}, self.own):
            serving = {step.number: self.serves(part, step) for step in self.definition.steps}
            chosen = reduce(lambda a, b: a | b, [serving[step.number] for step in steps])
            marks = {f"serves_{number}": mark.fill_null(False) for number, mark in serving.items()}
            tables.append(self.of_piece(part.rows.filter(chosen).select(**self._fields(part), **marks)))
        table = tables[0] if len(tables) == 1 else ibis.union(*tables)
        return table if self.begin is None else table.filter(table.at >= self.begin)

    def piece(self, number: int, pieces: int) -> Rows:
        """The rows of one of several pieces, into which the units are divided by a hash of their number."""
        return replace(self, kept=None, lists=None, mine=(number, pieces) if pieces > 1 else None)

    def of_piece(self, table: ir.Table) -> ir.Table:
        """The rows of a table that name a unit of this piece and, where they have one, a moment."""
        known = table.filter(table.unit_id.notnull())
        if "at" in table.columns:
            known = known.filter(known.at.notnull())
        if self.mine is None:
            return known
        number, pieces = self.mine
        return known.filter((known.unit_id.hash() & 0xFFFF) % pieces == number)

    def keep(self) -> Rows:
        """The same with the rows of all steps kept in the engine."""
        if self.tables.backend is None or self.kept is not None:
            return self
        kept = self.marked(self.definition.steps).cache()
        names = [name for step in self.definition.steps for name in step.names]
        if self.definition.hold or len(set(names)) < len(names):
            return replace(self, kept=kept)
        lists = {
            f"list_{step.number}": kept["at"].collect(where=kept[f"serves_{step.number}"])
            for step in self.definition.steps
        }
        return replace(self, kept=kept, lists=kept.group_by("unit_id").aggregate(**lists).cache())

    def under(self, definition: Definition) -> Rows:
        """The same tables under other rules; what is kept stays where it still holds."""
        same = all(
            getattr(definition, name) == getattr(self.definition, name)
            for name in ("steps", "unit", "hold", "entry_from", "shared_sessions")
        )
        kept, lists = (self.kept, self.lists) if same else (None, None)
        return replace(self, definition=definition, kept=kept, lists=lists)

    def cut(self, begin: int, end: int) -> Rows:
        """The rows of a part of the funnel: its steps from `begin` to `end`, numbered from one."""
        steps = tuple(
            replace(step, number=number) for number, step in enumerate(self.definition.steps[begin - 1 : end], 1)
        )
        definition = replace(self.definition, steps=steps)
        if self.kept is None:
            return replace(self, definition=definition)
        marks = {f"serves_{step.number}": self.kept[f"serves_{step.number + begin - 1}"] for step in steps}
        names = [name for name in self.kept.columns if not name.startswith("serves_")]
        kept, lists = self.kept.select(*names, **marks), self.lists
        if lists is not None:
            own = {f"list_{step.number}": f"list_{step.number + begin - 1}" for step in steps}
            lists = lists.select("unit_id", **own)
        return replace(self, definition=definition, kept=kept, lists=lists)

    def _of_kept(self, step: Step, earlier: Sequence[Step]) -> ir.Table:
        assert self.kept is not None
        names = [name for name in self.kept.columns if not name.startswith("serves_")]
        also = {f"also_{other.number}": self.kept[f"serves_{other.number}"] for other in earlier}
        return self.kept.filter(self.kept[f"serves_{step.number}"]).select(*names, **also)

    def stream(self) -> ir.Table:
        """Everything that a unit did, for what lies between steps: unit_id, at. The client's own events, and derived
        ones where a step names them."""
        named = {name for step in (*self.definition.steps, *self.definition.exclude) for name in step.names}
        own = [part for part in parts(self.tables, None, self.own) if part.names is None]
        derived = [part for part in parts(self.tables, named, self.own) if part.names is not None]
        tables = []
        for part in (*own, *derived):
            tables.append(self.of_piece(part.rows.select(unit_id=self.unit(part), at=part.at)))
        return tables[0] if len(tables) == 1 else ibis.union(*tables)

    def people(self) -> ir.Table:
        """unit_id and person_id: of a session or order the customer, where one of its rows names one."""
        tables = []
        named = {name for step in self.definition.steps for name in step.names}
        for part in parts(self.tables, named, self.own):
            tables.append(part.rows.select(unit_id=self.unit(part), person_id=person_id(part.rows)))
        table = tables[0] if len(tables) == 1 else ibis.union(*tables)
        table = table.filter(table.unit_id.notnull(), table.person_id.notnull())
        return table.group_by("unit_id").aggregate(person_id=table.person_id.max())  # a visitor sorts before a customer

    @property
    def begin(self) -> ir.TimestampScalar | None:
        """The first moment that counts (naive UTC); None: all."""
        if self.definition.entry_from is None:
            return None
        moment: ir.TimestampScalar = ibis.timestamp(utc_of_local_midnight(self.definition.entry_from, self.tables.zone))
        return moment

    @property
    def end(self) -> dt.datetime:
        """The first moment (naive UTC) after the last day that counts."""
        return utc_of_local_midnight(self.tables.reference_day, self.tables.zone)

    def _fields(self, part: Part) -> dict[str, ir.Value]:
        held = {f"held_{number}": _text(part, name) for number, name in enumerate(self.definition.hold, 1)}
        return {"unit_id": self.unit(part), "at": part.at, **held}

    def unit(self, part: Part) -> ir.StringValue:
        """The unit that each row of a part belongs to; null where it names none."""
        if self.definition.unit == "customer":
            return person_id(part.rows)
        column = "session_id" if self.definition.unit == "session" else "order_id"
        if column not in part.rows.columns:
            return ibis.null("string")
        unit = part.rows[column].cast("string")
        if self.definition.unit == "session" and self.definition.shared_sessions:
            return person_id(part.rows) + ibis.literal(" ") + unit
        return unit

    def serves(self, part: Part, step: Step, *, with_condition: bool = True) -> ir.BooleanValue:
        """Which rows of a part serve a step; without its condition: have one of its names."""
        if part.names is None:
            tests = [part.event == name for name in step.names if name not in DERIVED or name in self.own]
            named: ir.BooleanValue = reduce(lambda a, b: a | b, tests) if tests else ibis.literal(False)
        else:
            named = ibis.literal(bool(set(part.names) & set(step.names)))
        if step.condition is None or not with_condition:
            return named
        types = row_types(Names(self.tables), SOURCES[part.table])

        def leaf(node: Node) -> ir.Value:
            assert isinstance(node, Name)
            return self._value(part, node.name, types)

        return named & Compiler(leaf, self.tables.reference_day).condition(step.condition)

    def _value(self, part: Part, name: str, types: dict[str, ResultType]) -> ir.Value:
        match name:
            case "day":
                return part.day
            case "hour":
                return self.tables.local(part.at).hour().cast("float64")
            case "weekday":
                return (part.day.day_of_week.index() + 1).cast("float64")
            case "weekend":
                return part.day.day_of_week.index() >= 5
            case "net" if "net" not in part.rows.columns:
                return net_money(part.rows).cast("float64")
        return value_of(self.tables, part.rows, name, types[name])


def _text(part: Part, column: str) -> ir.StringValue:
    return part.rows[column].cast("string") if column in part.rows.columns else ibis.null("string")
