"""The figures over rows that rules need, gathered first, so that each source table is aggregated once for all rules.

A figure is one conditional aggregate, `sum(net) where day >= …`. All figures of a source go into one GROUP BY
customer_id; only the most frequent, first and last values need a second, by customer and value (one for each column),
and the median gap one by customer and day (one for each condition).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
from ibis.util import gen_name

from customer_analytics.analysis.query.checking import row_types
from customer_analytics.analysis.query.compiling import Compiler, days_since
from customer_analytics.analysis.query.names import Names
from customer_analytics.analysis.query.nodes import Condition, Name, Node, When
from customer_analytics.analysis.query.sources import SOURCES_BY_NAME, value_of, with_time
from customer_analytics.analysis.query.windows import in_window
from customer_analytics.expressions import ratio

RANKED = ("most", "first", "last")
GAP = "median_gap"
_PLACES = 6  # sums of floats differ in their last digits with the order of rows


@dataclass(frozen=True)
class Figure:
    """One figure for each customer over the rows of a source that meet all of `conditions` within `when`."""

    function: (
        str  # count, days, sum, mean, minimum, maximum, distinct, first_day, last_day, most, first, last, median_gap
    )
    source: str
    column: str | None = None
    conditions: tuple[Condition, ...] = ()
    when: When | None = None


@dataclass
class Figures:
    """All figures of a query; each gets a column name of its own."""

    names: Names
    columns: dict[Figure, str] = field(default_factory=dict)
    _views: list[str] = field(default_factory=list)

    def column(self, figure: Figure) -> str:
        """The column that will hold a figure; it is added where it is new."""
        return self.columns.setdefault(figure, f"figure_{len(self.columns)}")

    def tables(self) -> Iterator[ir.Table]:
        """One table a source with customer_id and the figures, and those that need a grouping of their own."""
        for source in dict.fromkeys(figure.source for figure in self.columns):
            rows = _Rows(self.names, source, self._view)
            own = {figure: name for figure, name in self.columns.items() if figure.source == source}
            plain = {name: rows.aggregate(f) for f, name in own.items() if f.function not in (*RANKED, GAP)}
            if plain:
                yield rows.table.group_by("customer_id").aggregate(**plain)
            for column in dict.fromkeys(figure.column for figure in own if figure.function in RANKED):
                ranked = {f: name for f, name in own.items() if f.function in RANKED and f.column == column}
                yield rows.ranked(str(column), ranked)
            for figure, name in own.items():
                if figure.function == GAP:
                    yield rows.median_gap(figure, name)

    def close(self) -> None:
        """Drop the views of the tables, once these have been read."""
        backend = self.names.tables.backend
        while self._views and backend is not None:
            backend.drop_view(self._views.pop(), force=True)

    def _view(self, rows: ir.Table) -> ir.Table:
        """The rows as a view of the engine: several tables read them, and each is written and bound sooner when it
        starts at a name. Without an engine they stay an expression."""
        backend = self.names.tables.backend
        if backend is None:
            return rows
        self._views.append(gen_name("rows"))
        return backend.create_view(self._views[-1], rows)


class _Rows:
    """The rows of one source, and expressions on them."""

    def __init__(self, names: Names, source: str, view: Callable[[ir.Table], ir.Table]) -> None:
        self._tables = names.tables
        self._types = row_types(names, source)
        self.source = SOURCES_BY_NAME[source]
        self.table = view(with_time(names.tables, self.source, self.source.rows(names.tables)))
        self._compiler = Compiler(self._leaf, names.tables.reference_day)

    def _leaf(self, node: Node) -> ir.Value:
        if not isinstance(node, Name):
            raise TypeError(f"{type(node).__name__} stands in a row")
        return self.value(node.name)

    def value(self, column: str) -> ir.Value:
        """A column in one of the language's types."""
        return value_of(self._tables, self.table, column, self._types[column])

    def counts(self, figure: Figure) -> ir.BooleanValue | None:
        """Which rows a figure counts; None: all."""
        parts = [self._compiler.condition(condition) for condition in figure.conditions]
        if figure.when is not None:
            parts.append(in_window(self.table.day, figure.when, self._tables.as_of))
        if not parts:
            return None
        all_of = parts[0]
        for part in parts[1:]:
            all_of = all_of & part
        return all_of

    def aggregate(self, figure: Figure) -> ir.Value:
        """The expression of a figure in a GROUP BY customer."""
        rows, where = self.table, self.counts(figure)
        reference = self._tables.reference_day
        match figure.function:
            case "count":
                return rows.count(where=where).cast("float64")
            case "days":
                return rows.day.nunique(where=where).cast("float64")
            case "first_day":
                return days_since(rows.day.min(where=where), reference)
            case "last_day":
                return days_since(rows.day.max(where=where), reference)
        column = str(figure.column)
        match figure.function:
            case "sum":
                return self._sum(column, where)
            case "mean":
                known = self.value(column).count(where=where)
                return ratio(self._sum(column, where), known)
            case "minimum":
                return self.value(column).min(where=where)
            case "maximum":
                return self.value(column).max(where=where)
        return self.value(column).nunique(where=where).cast("float64")

    def _sum(self, column: str, where: ir.BooleanValue | None) -> ir.NumericValue:
        """Money is added as decimals, exactly; floats are rounded, so that the order of rows does not show."""
        raw = self.table[column]
        if raw.type().is_decimal() or raw.type().is_integer():
            return raw.sum(where=where).cast("float64")
        return self.value(column).sum(where=where).round(_PLACES).cast("float64")

    def ranked(self, column: str, figures: dict[Figure, str]) -> ir.Table:
        """The most frequent, first or last known value of a column, for several conditions at once.

        Most frequent: of equals the latest, then the first in order of value. First and last go by the moment, then by
        value. Each order is total, so that every engine gives the same answer.
        """
        rows = self.table
        measures: dict[str, ir.Value] = {}
        for figure, name in figures.items():
            where = self.counts(figure)
            measures[f"{name}_rows"] = rows.count(where=where)
            earliest = figure.function == "first"
            measures[f"{name}_moment"] = rows.moment.min(where=where) if earliest else rows.moment.max(where=where)
        groups = rows.group_by("customer_id", the_value=self.value(column)).aggregate(**measures)
        groups = groups.filter(groups.the_value.notnull())
        places: dict[str, ir.Value] = {}
        for figure, name in figures.items():
            count, moment = groups[f"{name}_rows"], groups[f"{name}_moment"]
            in_time = moment.asc(nulls_first=False) if figure.function == "first" else moment.desc(nulls_first=False)
            most = [count.desc()] if figure.function == "most" else [(count > 0).ifelse(1, 0).desc()]
            window = ibis.window(group_by=groups.customer_id, order_by=[*most, in_time, groups.the_value.asc()])
            places[f"{name}_place"] = ibis.row_number().over(window)
        placed = groups.mutate(**places)
        return placed.group_by("customer_id").aggregate(
            **{
                name: only(placed.the_value, (placed[f"{name}_place"] == 0) & (placed[f"{name}_rows"] > 0))
                for name in figures.values()
            }
        )

    def median_gap(self, figure: Figure, name: str) -> ir.Table:
        """Median number of days between neighbouring distinct days; missing with fewer than two days."""
        where = self.counts(figure)
        rows = self.table if where is None else self.table.filter(where)
        days = (
            rows.filter(rows.day.notnull()).select(rows.customer_id, day=rows.day.epoch_days().cast("int32")).distinct()
        )
        window = ibis.window(group_by=days.customer_id, order_by=days.day)
        gaps = days.mutate(gap=(days.day - days.day.lag().over(window)).cast("float64"))
        gaps = gaps.filter(gaps.gap.notnull())
        return gaps.group_by("customer_id").aggregate(**{name: gaps.gap.median().cast("float64")})


def zero_without_rows(figure: Figure) -> bool:
    """Whether a figure is 0 for a customer without any row; the others are missing."""
    return figure.function in ("count", "days", "sum", "distinct")


def only(value: ir.Value, where: ir.BooleanValue | None = None) -> ir.Value:
    """The one value of a group, the largest where there are several; of flags, true where all are."""
    return value.all(where=where) if value.type().is_boolean() else value.max(where=where)
