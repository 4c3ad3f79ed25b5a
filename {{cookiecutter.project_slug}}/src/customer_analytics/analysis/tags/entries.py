"""Entries of the catalogue as parsed rules: every mistake in tags.yml at once, patterns spread over their values."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from customer_analytics.analysis.query import Name, Node, Text, Value, names_in, parse_value
from customer_analytics.analysis.query.sources import SOURCES_BY_NAME, available
from customer_analytics.analysis.tags.result import Reason, Why
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.tags import Tag, TagCatalogue, Words
from customer_analytics.tables.store import Tables

EACH = "each"
MARK = "{each}"
LEAST_CUSTOMERS = 30  # who share a value before it gets a tag of its own
LONGEST_SLUG = 40
LONGEST_EACH = 60  # letters of a client's value in a label
_AnyNode = TypeVar("_AnyNode", bound=Node)


@dataclass(frozen=True)
class Entry:
    """One tag to make: the catalogue's entry, its parsed rule and, when a pattern made it, the value that it is for."""

    name: str
    tag: Tag
    rule: Value
    label: Words
    meaning: Words
    each: str | None = None

    @property
    def uses(self) -> frozenset[str]:
        """Names in the rule, its own apart: a tag `region` with the rule `region` means the fact."""
        return names_in(self.rule) - {self.name}


def parse_entries(catalogue: TagCatalogue) -> list[Entry]:
    """Parse every rule.

    Raises:
        UserError: all rules that cannot be read, each with the line, the tag and the word.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    for tag in catalogue.tags:
        try:
            rule = parse_value(tag.entry.rule, where=tag.where)
        except UserError as error:
            problems += error.problems
            continue
        problems += _check_pattern(tag, rule)
        entries.append(Entry(tag.name, tag, rule, tag.entry.label, tag.entry.meaning))
    if problems:
        raise UserError(problems)
    return entries


def _check_pattern(tag: Tag, rule: Value) -> list[Problem]:
    pattern = tag.entry.for_each
    if pattern is None:
        if EACH in names_in(rule):
            return [Problem(tag.where, "`each` stands for a value of for_each.", "Give for_each: table.column.")]
        return []
    if EACH not in names_in(rule):
        return [Problem(tag.where, "the rule does not use `each`.", "For example: category = each")]
    table = pattern.split(".")[0]
    if table not in SOURCES_BY_NAME:
        allowed = ", ".join(name for name in SOURCES_BY_NAME if name == SOURCES_BY_NAME[name].table)
        return [Problem(tag.where, f"for_each cannot go over {table}.", f"Allowed: {allowed}.")]
    return []


def spread(
    entries: Sequence[Entry],
    data: Tables,
    catalogue: TagCatalogue,
    chosen: Mapping[str, Sequence[str]] | None = None,
) -> tuple[list[Entry], dict[str, Reason], dict[str, tuple[str, ...]]]:
    """Patterns become one entry per frequent value; all others stay.

    Args:
        entries: parsed entries.
        data: the tables.
        catalogue: its minimum group: no tag for a value that fewer customers share, nor for fewer than 30.
        chosen: values to use instead of the frequent ones, by pattern: so that an earlier day has the same tags.

    Returns:
        the entries; for each pattern that made none, why; the values of each pattern.
    """
    made: list[Entry] = []
    reasons: dict[str, Reason] = {}
    values: dict[str, tuple[str, ...]] = {}
    taken = {entry.name for entry in entries}
    for entry in entries:
        pattern = entry.tag.entry.for_each
        if pattern is None:
            made.append(entry)
            continue
        found = not_for(entry, catalogue) or _values(entry, pattern, data, catalogue.minimum_group, chosen)
        if isinstance(found, Reason):
            reasons[entry.name] = found
            label, meaning = entry.label.put(MARK, "…"), entry.meaning.put(MARK, "…")
            made.append(dataclasses.replace(entry, label=label, meaning=meaning))
            continue
        values[entry.name] = found
        for value in found:
            name = _free_name(f"{entry.name}_{slug(value)}", taken)
            taken.add(name)
            made.append(for_value(entry, name, value))
    return made, reasons, values


def not_for(entry: Entry, catalogue: TagCatalogue) -> Reason | None:
    """The reason of a tag that is for other industries than the engagement's."""
    industries = entry.tag.entry.industries
    return None if catalogue.industry in industries else Reason(Why.INDUSTRY, tuple(one.value for one in industries))


def for_value(entry: Entry, name: str, value: str) -> Entry:
    """The pattern's tag for one value. The value goes into the tree of the rule and never into its text."""
    shown = value if len(value) <= LONGEST_EACH else value[: LONGEST_EACH - 1] + "…"
    return Entry(
        name,
        entry.tag,
        replaced(entry.rule, EACH, Text(value)),
        entry.label.put(MARK, shown),
        entry.meaning.put(MARK, shown),
        value,
    )


def replaced(node: _AnyNode, name: str, by: Value) -> _AnyNode:
    """The node with another in place of each use of a name."""

    def at(held: Any) -> Any:
        if isinstance(held, Name) and held.name == name:
            return dataclasses.replace(by, place=held.place)
        if isinstance(held, Node):
            return replaced(held, name, by)
        return tuple(at(item) for item in held) if isinstance(held, tuple) else held

    return dataclasses.replace(
        node, **{field.name: at(getattr(node, field.name)) for field in dataclasses.fields(node)}
    )


def slug(value: str) -> str:
    """A client's text as part of a name: letters of any script and digits in small, everything else an underscore."""
    plain = unicodedata.normalize("NFKC", value).lower()
    return re.sub(r"[\W_]+", "_", plain).strip("_")[:LONGEST_SLUG].strip("_") or "value"


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _values(
    entry: Entry, pattern: str, data: Tables, minimum_group: int, chosen: Mapping[str, Sequence[str]] | None
) -> tuple[str, ...] | Reason:
    table, column = pattern.split(".")
    if table not in data.tables:
        return Reason(Why.MISSING, (table,))
    source = SOURCES_BY_NAME[table]
    extra = source.extra.get(column, ("text", ((pattern,),)))[1]
    absent = [" or ".join(ways) for ways in (*source.needs, *extra) if not any(available(data, way) for way in ways)]
    if absent:
        return Reason(Why.MISSING, tuple(dict.fromkeys(absent)))
    if chosen is not None and entry.name in chosen:
        return tuple(chosen[entry.name])
    rows = source.rows(data).filter(lambda row: row.customer_id.notnull())
    counted = rows.group_by(value=rows[column].cast("string")).aggregate(customers=rows.customer_id.nunique())
    frequent = counted.filter(counted.value.notnull(), counted.customers >= max(minimum_group, LEAST_CUSTOMERS))
    best = frequent.order_by(frequent.customers.desc(), frequent.value).limit(entry.tag.entry.at_most)
    values = tuple(str(value) for value in best.to_pyarrow().column("value").to_pylist() if str(value).strip())
    return values or Reason(Why.NO_VALUES, (pattern,))
