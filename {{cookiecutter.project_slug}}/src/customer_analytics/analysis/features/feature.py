"""What a feature is, and at which moments features are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.life import Life
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.features.facts import Facts

NUMERIC, CATEGORY, FLAG = "numeric", "category", "flag"
FAMILIES = (
    "rhythm", "value", "breadth", "discount", "service", "engagement", "payment", "contract", "origin", "profile",
)  # fmt: skip
KEYS = ("person_id", "cut")
MONTH, RECENT, QUARTER, YEAR = 30, 30, 90, 365  # days


@dataclass(frozen=True)
class Feature:
    """One column of the feature table.

    `family`: one of FAMILIES; `unit`: days, count, share, money, ratio, years, hours, value or flag; `source`: the
    tables that it comes from; `dated`: whether every value was known at the cut-off (else it is as at the export, and
    must be screened before it is used); `actionable`: whether somebody can act on it; `kind`: numeric, flag (0 or 1)
    or category; `words`: key of its words where that is not the name.
    """

    name: str
    family: str
    unit: str
    source: str
    dated: bool = True
    actionable: bool = True
    kind: str = NUMERIC
    words: str = ""

    @property
    def meaning(self) -> str:
        """Key of its words: the name, or the kind of column for a column of the client's own."""
        return self.words or self.name


@dataclass(frozen=True)
class Block:
    """Features of one source: a table of person_id, cut and the features, one row a person and cut-off. `zero`: the
    names that are 0, not unknown, for people without a row."""

    features: tuple[Feature, ...]
    table: ir.Table
    zero: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Moment:
    """Cut-offs as the features see them.

    `people`: person_id, cut (the first day that is not known) and start (the first day looked at), one row a person
    and cut-off; `cuts`: all the cut-offs in it; `facts`: what had to be read from the data before (levels of columns,
    names of events).
    """

    tables: Tables
    life: Life
    people: ir.Table
    cuts: tuple[int, ...]
    facts: Facts

    def seen(self, rows: ir.Table) -> ir.Table:
        """The rows (person_id, day) of these people that were known at the cut-off, once for each: with cut, start."""
        joined = rows.inner_join(self.people, "person_id")
        return joined.filter(joined.day < joined.cut, joined.day >= joined.start)

    def by_cut(self, rows: ir.Table, values: Mapping[int, int]) -> ir.IntegerValue:
        """A number for each cut-off."""
        cases = [(rows.cut == cut, ibis.literal(values[cut])) for cut in self.cuts]
        return ibis.cases(*cases) if cases else ibis.null("int32")


def by_person(rows: ir.Table) -> ir.Table:
    """The rows, grouped by person and cut-off."""
    return rows.group_by(*KEYS)


def joined(left: ir.Table, right: ir.Table) -> ir.Table:
    """Rows of `left` that have one in `right`, matched by person and cut-off, with the further columns of both."""
    other = right.rename(other_person="person_id", other_cut="cut")
    matched = left.inner_join(other, [("person_id", "other_person"), ("cut", "other_cut")])
    return matched.drop("other_person", "other_cut")


def span(rows: ir.Table, days: int) -> ir.FloatingValue:
    """So many days, or as many as the data hold before the cut-off; at least one."""
    known = (rows.cut - rows.start).cast("float64")
    return ibis.least(ibis.greatest(known, 1.0), float(days))


def day_of(rows: ir.Table, time: str) -> ir.IntegerValue:
    """Day number of a time column, for example "paid"."""
    number: ir.IntegerValue = rows[f"{time}_on"].epoch_days().cast("int32")
    return number


def count(condition: ir.BooleanValue) -> ir.FloatingValue:
    """How many rows fulfil a condition, as a float."""
    number: ir.FloatingValue = condition.fill_null(False).ifelse(1, 0).sum().cast("float64")
    return number


def trend(late: ir.FloatingValue, early: ir.FloatingValue) -> ir.FloatingValue:
    """(late - early) / (late + early): from -1, all of it early, to 1; null where there is neither."""
    change: ir.FloatingValue = (late - early) / (late + early).nullif(0)
    return change
