"""The answer to a question: counted in the engine, and nothing said of fewer customers than the smallest group."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir
import numpy as np

from customer_analytics.analysis.rfm.payments import net_money, payments
from customer_analytics.audiences.facts import has_orders
from customer_analytics.audiences.options import Request
from customer_analytics.audiences.question import Question as Condition
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.engagement import Project
from customer_analytics.engagement.tags import FILE_NAME, Words, read_catalogue
from customer_analytics.questions.known import known
from customer_analytics.questions.parts import EVERYONE, Question
from customer_analytics.questions.reading import read_question
from customer_analytics.questions.vocabulary import Vocabulary, vocabulary
from customer_analytics.tables.ledger import open_ledger
from customer_analytics.tables.store import Tables, open_tables

MOST_GROUPS = 20
MOST_MONTHS = 24
_NAME = "question"


@dataclass(frozen=True)
class Sums:
    """Customers and what they brought. `revenue`: net money of all their orders; None without orders."""

    customers: int = 0
    revenue: float | None = None
    orders: int | None = None


@dataclass(frozen=True)
class Group:
    """One value of the fact that was asked for. `chosen` is None where it is of too few; `all`: all its customers."""

    name: str | None
    chosen: Sums | None
    all: int


@dataclass(frozen=True)
class Month:
    """Purchases of the chosen in one month; both None where fewer customers bought than may be shown."""

    first: dt.date
    buyers: int | None
    revenue: float | None


@dataclass(frozen=True)
class Answer:
    """`chosen` is None where fewer than `minimum_group` customers are meant, or all but fewer than that (`nearly`).

    `names`: what tags.yml calls the values of the groups.
    """

    question: Question
    as_of: dt.date
    everyone: Sums
    chosen: Sums | None
    nearly: bool
    minimum_group: int
    groups: tuple[Group, ...] = ()
    months: tuple[Month, ...] = ()
    names: Mapping[str, Words] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """Share of all customers; None where it may not be said."""
        if self.chosen is None or not self.everyone.customers:
            return None
        return self.chosen.customers / self.everyone.customers


class Desk:
    """A project that is asked: its tables open and its words read, for one question or many.

    Raises:
        UserError: nothing has been loaded, or tags.yml has mistakes.
    """

    def __init__(self, project: Project, as_of: dt.date | None = None) -> None:
        self.project = project
        self.tables: Tables = open_tables(project, as_of=as_of)
        self.ledger = open_ledger(project, self.tables.backend, self.tables.as_of)
        self.minimum = project.engagement.minimum_group
        self.catalogue = read_catalogue(project) if (project.folder / FILE_NAME).is_file() else None
        self.known = known(self.tables, self.catalogue, self.minimum)
        self.words: Vocabulary = vocabulary(self.known, self.catalogue)

    def read(self, text: str) -> Question:
        """What a question means.

        Raises:
            UserError: it lies outside the grammar.
        """
        return read_question(text, self.words, self.tables.as_of)

    def answer(self, question: Question) -> Answer:
        """Count.

        Raises:
            UserError: the data lack what the question needs.
        """
        people = self._people(question)
        rows = _sums(people, self.tables)
        everyone, chosen = _added(rows), _added([row for row in rows if row["chosen"]])
        few = 0 < chosen.customers < self.minimum
        nearly = 0 < everyone.customers - chosen.customers < self.minimum
        hidden = few or nearly
        return Answer(
            question=question,
            as_of=self.tables.as_of,
            everyone=everyone,
            chosen=None if hidden else chosen,
            nearly=nearly and not few,
            minimum_group=self.minimum,
            groups=() if hidden or not question.group else self._groups(rows, question),
            names=self._names(question.group),
            months=() if hidden or not question.month else self._months(people),
        )

    def _people(self, question: Question) -> ir.Table:
        """Every customer: customer_id, chosen (0 or 1) and group."""
        columns = (question.group,) if question.group else ()
        everyone = self._ask(EVERYONE, columns)
        named = {"group": everyone[question.group].cast("string")} if columns else {}
        everyone = everyone.select("customer_id", **named)
        chosen = self._ask(question.condition, ()).select(found="customer_id")
        joined = everyone.left_join(chosen, everyone.customer_id == chosen.found)
        return joined.select("customer_id", *named, chosen=joined.found.notnull().ifelse(1, 0))

    def _ask(self, condition: str, columns: tuple[str, ...]) -> ir.Table:
        asked = Condition(self.project, Request(name=_NAME, condition=condition, columns=columns))
        return asked.ask(self.tables, self.ledger)

    def _groups(self, rows: list[dict[str, object]], question: Question) -> tuple[Group, ...]:
        names = sorted({row["group"] for row in rows}, key=lambda name: (name is None, str(name)))
        chosen = [_added([row for row in rows if row["group"] == name and row["chosen"]]) for name in names]
        every = [_added([row for row in rows if row["group"] == name]).customers for name in names]
        left = np.array([total - one.customers for one, total in zip(chosen, every, strict=True)])
        hidden = small_groups(np.array([one.customers for one in chosen]), self.minimum)
        if not question.everyone:
            hidden |= small_groups(left, self.minimum)
        shown = small_groups(np.array(every), self.minimum)
        groups = [
            Group(None if name is None else str(name), None if away or gone else one, 0 if gone else total)
            for name, one, total, away, gone in zip(names, chosen, every, hidden, shown, strict=True)
            if total
        ]
        sign = -1 if question.order == "least" else 1
        by_money = question.asks == "revenue" or question.order == "most revenue"
        groups.sort(key=lambda group: (group.chosen is None, -sign * _weight(group.chosen, by_money), str(group.name)))
        return tuple(groups[:MOST_GROUPS])

    def _names(self, group: str) -> Mapping[str, Words]:
        tags = () if self.catalogue is None else self.catalogue.tags
        return next((tag.entry.values for tag in tags if tag.name == group), {})

    def _months(self, people: ir.Table) -> tuple[Month, ...]:
        if not has_orders(self.tables):
            return ()
        orders = self.tables["orders"].mutate(net=net_money(self.tables["orders"]))
        chosen = people.filter(people.chosen == 1).select("customer_id")
        bought = orders.filter(orders.net > 0).semi_join(chosen, "customer_id")
        bought = bought.mutate(month=bought.ordered_on.truncate("M"))
        summed = bought.group_by("month").aggregate(
            buyers=bought.customer_id.nunique(), revenue=bought.net.sum().cast("float64")
        )
        rows = summed.order_by(ibis.desc("month")).limit(MOST_MONTHS).to_pyarrow().to_pylist()
        few = small_groups(np.array([row["buyers"] for row in rows], dtype=np.int64), self.minimum)
        return tuple(
            Month(_date(row["month"]), None if away else row["buyers"], None if away else row["revenue"])
            for row, away in sorted(zip(rows, few, strict=True), key=lambda pair: str(pair[0]["month"]))
        )


def _sums(people: ir.Table, tables: Tables) -> list[dict[str, object]]:
    """Customers, revenue and orders by chosen and group: one small table out of the engine."""
    keys = [name for name in ("chosen", "group") if name in people.columns]
    if not has_orders(tables):
        return list(people.group_by(keys).aggregate(customers=people.count()).to_pyarrow().to_pylist())
    paid = payments(tables["orders"])
    paid = paid.filter(paid.customer_id.notnull())
    money = paid.group_by(buyer="customer_id").aggregate(
        net=paid.net.sum().cast("float64"), bought=paid.bought.ifelse(1, 0).sum()
    )
    joined = people.left_join(money, people.customer_id == money.buyer)
    summed = joined.group_by(keys).aggregate(
        customers=joined.customer_id.count(),
        revenue=joined.net.sum().fill_null(0.0),
        orders=joined.bought.sum().fill_null(0),
    )
    return list(summed.to_pyarrow().to_pylist())


def _added(rows: list[dict[str, object]]) -> Sums:
    def total(name: str) -> float:
        return math.fsum(float(str(row[name])) for row in rows)

    if rows and "revenue" not in rows[0]:
        return Sums(int(total("customers")))
    return Sums(int(total("customers")), round(total("revenue"), 2), int(total("orders"))) if rows else Sums(0, 0.0, 0)


def _weight(sums: Sums | None, by_money: bool) -> float:
    if sums is None:
        return 0.0
    return float(sums.revenue or 0.0) if by_money else float(sums.customers)


def _date(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value
