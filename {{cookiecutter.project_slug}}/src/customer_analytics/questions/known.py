"""What the tables of a client hold that a question may name, in few statements to the engine."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.query.sources import SOURCES_BY_NAME, available
from customer_analytics.analysis.tags import parse_rules, tag_query
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.tags import TagCatalogue
from customer_analytics.questions.vocabulary import Known
from customer_analytics.tables.store import Tables

MOST_VALUES = 200  # of one column
MOST_NAMES = 1_000  # products, categories, campaigns, events of each


def known(tables: Tables, catalogue: TagCatalogue | None, minimum_group: int) -> Known:
    """Text columns and tags with the values that at least `minimum_group` customers share, and names of goods."""
    facts: dict[str, tuple[str, ...]] = {}
    if "customers" in tables.tables:
        customers = tables["customers"]
        for column, kind in customers.schema().items():
            if kind.is_string() and column != "customer_id":
                facts[column] = _frequent(customers, column, minimum_group, MOST_VALUES)
    flags, numbers = [], []
    if catalogue is not None:
        ready = tag_query(tables, catalogue, wanted=())
        for entry in parse_rules(catalogue):
            if entry.tag.entry.for_each is not None or catalogue.industry not in entry.tag.entry.industries:
                continue
            try:
                kind = ready.query.check(entry.rule, where=entry.tag.where, name=entry.name)
            except UserError:  # it names a tag that the data do not carry
                continue
            if kind == "text":
                same = facts.get(str(entry.rule), ())
                facts.setdefault(entry.name, tuple(entry.tag.entry.values) or same)
            elif kind == "flag":
                flags.append(entry.name)
            elif kind == "number":
                numbers.append(entry.name)
        if tables.has("orders", "channel"):
            facts["main_channel"] = _frequent(tables["orders"], "channel", minimum_group, MOST_VALUES)
    return Known(facts, tuple(_goods(tables, minimum_group)), tuple(flags), tuple(numbers))


def _goods(tables: Tables, minimum: int) -> Iterator[tuple[str, str]]:
    lines = SOURCES_BY_NAME["order_lines"]
    if "order_lines" in tables.tables and all(any(available(tables, way) for way in ways) for ways in lines.needs):
        rows = lines.rows(tables).filter(lambda row: row.customer_id.notnull())
        for what, column in (("category", "category"), ("product", "product_name")):
            needs = lines.extra.get(column, ("text", ()))[1]
            if all(any(available(tables, way) for way in ways) for ways in needs) and column in rows.columns:
                yield from ((what, name) for name in _shared(rows, column, minimum))
    if tables.has("campaigns", "name"):
        names = tables["campaigns"].select("name").distinct().limit(MOST_NAMES).to_pyarrow()["name"].to_pylist()
        yield from (("campaign", name) for name in sorted(filter(None, names)))
    if tables.has("events", "event", "customer_id"):
        yield from (("event", name) for name in _shared(tables["events"], "event", minimum))


def _shared(rows: ir.Table, column: str, minimum: int) -> list[str]:
    counted = rows.group_by(value=rows[column].cast("string")).aggregate(customers=rows.customer_id.nunique())
    return _names(counted, minimum, MOST_NAMES)


def _frequent(rows: ir.Table, column: str, minimum: int, most: int) -> tuple[str, ...]:
    counted = rows.group_by(value=rows[column]).aggregate(customers=rows.customer_id.nunique())
    return tuple(_names(counted, minimum, most))


def _names(counted: ir.Table, minimum: int, most: int) -> list[str]:
    best = counted.filter(counted.value.notnull(), counted.customers >= minimum)
    best = best.order_by(ibis.desc(best.customers), best.value).limit(most)
    return [str(value) for value in best.to_pyarrow()["value"].to_pylist() if str(value).strip()]
