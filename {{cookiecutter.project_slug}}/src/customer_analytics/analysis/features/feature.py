"""What a feature is, and at which moment features are taken."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.life import EPOCH, Life
from customer_analytics.expressions import utc_of_local_midnight
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from customer_analytics.analysis.features.facts import Facts

NUMERIC, CATEGORY, FLAG = "numeric", "category", "flag"
FAMILIES = (
    "rhythm", "value", "breadth", "discount", "service", "engagement", "payment", "contract", "origin", "profile",
)  # fmt: skip
UNKNOWN_SPAN = 1  # days: a share of time is never taken of less


@dataclass(frozen=True)
class Feature:
    """One column of the feature table.

    `family`: one of FAMILIES; `unit`: days, count, share, money, ratio, years, value or flag; `source`: the tables
    that it comes from; `dated`: whether every value was known at the cut-off (else it is as at the export, and must
    be screened before it is used); `actionable`: whether somebody can act on it; `kind`: numeric, flag (0 or 1) or
    category; `words`: key of its words where that is not the name.
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
    """Features of one source: a table of person_id and the features, one row a person. `zero`: the names that are 0,
    not unknown, for people without a row."""

    features: tuple[Feature, ...]
    table: ir.Table
    zero: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Moment:
    """A cut-off as the features see it.

    `people`: person_id of those asked for; `cut`: the first day that is not known; `start`: the first day looked at;
    `facts`: what had to be read from the data before (levels of columns, names of events).
    """

    tables: Tables
    life: Life
    people: ir.Table
    cut: int
    start: int
    facts: Facts

    @property
    def begun(self) -> dt.datetime:
        """Naive UTC moment of the first day looked at."""
        return utc_of_local_midnight(EPOCH + dt.timedelta(days=self.start), self.tables.zone)

    @property
    def midnight(self) -> dt.datetime:
        """Naive UTC moment at which the cut-off begins: nothing that arrived from then on is known."""
        return self.before(0)

    def before(self, days: int) -> dt.datetime:
        """Naive UTC moment so many days before the cut-off."""
        return utc_of_local_midnight(EPOCH + dt.timedelta(days=self.cut - days), self.tables.zone)

    def span(self, days: int) -> int:
        """So many days, or as many as the data hold before the cut-off."""
        return max(min(days, self.cut - self.start), UNKNOWN_SPAN)

    def known(self, moment: ir.TimestampValue) -> ir.BooleanValue:
        """Whether a moment lies before the cut-off; what has no moment is not known to have happened."""
        return (moment < ibis.timestamp(self.midnight)).fill_null(False)

    def of_people(self, rows: ir.Table) -> ir.Table:
        """The rows of the people asked for."""
        return rows.semi_join(self.people, "person_id")
