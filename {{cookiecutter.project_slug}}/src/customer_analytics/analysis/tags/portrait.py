"""The catalogue on the client's data: which tags run, why others do not, and the value of each for every customer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.query import Name, Query, Value
from customer_analytics.analysis.tags.availability import Availability
from customer_analytics.analysis.tags.distribution import distribution
from customer_analytics.analysis.tags.entries import Entry, not_for, parse_entries, spread
from customer_analytics.analysis.tags.model_facts import model_facts
from customer_analytics.analysis.tags.reach import reach
from customer_analytics.analysis.tags.redundancy import redundancy
from customer_analytics.analysis.tags.result import Kind, Reason, TagPortrait, TagResult, Why
from customer_analytics.analysis.tags.staleness import Newest, is_stale, newest_rows, oldest_source
from customer_analytics.engagement.errors import Problem, UserError
from customer_analytics.engagement.tags import TagCatalogue
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class TagQuery:
    """A query whose conditions and columns may name tags. `skipped`: tag -> why it cannot be named, in words."""

    query: Query
    skipped: Mapping[str, str]


@dataclass(frozen=True)
class _Prepared:
    entries: tuple[Entry, ...]
    query: Query
    kinds: Mapping[str, Kind]
    reasons: Mapping[str, Reason]
    each_values: Mapping[str, tuple[str, ...]]


def tag_portrait(
    data: Tables,
    catalogue: TagCatalogue,
    ledger: ir.Table | None = None,
    *,
    like: TagPortrait | None = None,
    only: Collection[str] | None = None,
) -> TagPortrait:
    """Every tag of every customer on the as-of date of `data`.

    Args:
        data: the tables.
        catalogue: tags.yml.
        ledger: who was put on which list (tables.ledger), for `held out` and `in audience`.
        like: a portrait whose for_each tags this one takes over, so that two days can be compared.
        only: names of the tags to make, and nothing else; None: all.

    Raises:
        UserError: all mistakes in the rules, each with the line, the tag and the word.
    """
    ready = _prepare(data, catalogue, ledger, only, like)
    entries = [entry for entry in ready.entries if only is None or entry.name in only]
    running = [entry.name for entry in entries if entry.name not in ready.reasons]
    values = _cross(ready.query, running, ready.kinds)
    days = newest_rows(data)
    tags = tuple(_result(entry, ready, values, days, data) for entry in entries)
    ran = [tag for tag in tags if tag.status == "ran"]
    values = values[["customer_id", *(tag.name for tag in ran)]]
    pairs, drops, sampled = redundancy(values, ran, _all_uses(entries), catalogue.minimum_group)
    return TagPortrait(
        as_of=data.as_of,
        values=values,
        tags=tags,
        pairs=pairs,
        drops=drops,
        distribution=distribution(values, ran, catalogue.minimum_group),
        sampled=sampled,
        each_values=ready.each_values,
    )


def tag_values(
    data: Tables,
    catalogue: TagCatalogue,
    *,
    like: TagPortrait,
    only: Collection[str],
) -> pd.DataFrame:
    """The `values` of a portrait with some tags, and nothing else of it: no redundancy, no ages, no distribution.

    Args:
        data: the tables.
        catalogue: tags.yml.
        like: a portrait whose for_each tags these take over.
        only: names of the tags; those that cannot run or have no value have no column.
    """
    ready = _prepare(data, catalogue, None, only, like)
    running = [entry.name for entry in ready.entries if entry.name in only and entry.name not in ready.reasons]
    values = _cross(ready.query, running, ready.kinds)
    return values[["customer_id", *(name for name in running if values[name].notna().any())]]


def tag_query(
    data: Tables, catalogue: TagCatalogue, ledger: ir.Table | None = None, *, wanted: Collection[str] | None = None
) -> TagQuery:
    """A query that knows the tags, without computing any.

    Args:
        data: the tables.
        catalogue: tags.yml.
        ledger: who was put on which list.
        wanted: names that will be used; models run only where one of them needs it. None: any name.

    Raises:
        UserError: all mistakes in the rules of tags.yml.
    """
    ready = _prepare(data, catalogue, ledger, wanted, None)
    return TagQuery(ready.query, {name: str(reason) for name, reason in ready.reasons.items()})


def check_rules(data: Tables, catalogue: TagCatalogue) -> None:
    """Check every rule against the tables without running any.

    Raises:
        UserError: all mistakes.
    """
    _prepare(data, catalogue, None, (), None)


def _prepare(
    data: Tables,
    catalogue: TagCatalogue,
    ledger: ir.Table | None,
    wanted: Collection[str] | None,
    like: TagPortrait | None,
) -> _Prepared:
    chosen = None if like is None else like.each_values
    entries, reasons, each_values = spread(parse_entries(catalogue), data, catalogue, chosen)
    for entry in entries:
        if lacking := [need for need in entry.tag.entry.needs if not data.has(*need.split(".", 1))]:
            missing = not_for(entry, catalogue) or Reason(Why.MISSING, tuple(lacking))
            reasons.setdefault(entry.name, missing)
    uses = _all_uses(entries)
    needed = reach([*uses, *frozenset().union(*uses.values())] if wanted is None else wanted, uses)
    facts = model_facts(data, catalogue.rfm, needed)
    definitions: dict[str, Value] = {entry.name: entry.rule for entry in entries if entry.name not in reasons}
    query = Query(data, definitions, ledger=ledger, facts=facts.table)
    kinds = _check(query, entries, reasons)
    available = Availability.of(data, catalogue, query, definitions, facts.lacking)
    for entry in entries:
        if entry.name not in reasons and (reason := available.reason(entry)) is not None:
            reasons[entry.name] = reason
    return _Prepared(tuple(entries), query, kinds, reasons, each_values)


def _check(query: Query, entries: Collection[Entry], reasons: Mapping[str, Reason]) -> dict[str, Kind]:
    """The kind of each tag; unknown names, wrong types and cycles of all rules at once."""
    kinds: dict[str, Kind] = {}
    problems: list[Problem] = []
    for entry in entries:
        if entry.name in reasons:
            continue
        try:
            kinds[entry.name] = query.check(entry.rule, where=entry.tag.where, name=entry.name)
        except UserError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    if problems:
        raise UserError(problems)
    return kinds


def _all_uses(entries: Collection[Entry]) -> dict[str, frozenset[str]]:
    """The names that each rule uses, itself and through other tags.

    A rule that uses a fact uses the tag that is nothing but this fact as well.
    """
    plain = {entry.rule.name: entry.name for entry in entries if isinstance(entry.rule, Name)}
    own = {entry.name: entry.uses | {plain[name] for name in entry.uses & plain.keys()} for entry in entries}
    return {name: reach(uses, own) - {name} for name, uses in own.items()}


def _cross(query: Query, names: list[str], kinds: Mapping[str, Kind]) -> pd.DataFrame:
    """One row per customer with the tags as columns: the one crossing into pandas."""
    crossed: pd.DataFrame = query.values(names).to_pyarrow().to_pandas()
    crossed = crossed.sort_values("customer_id", ignore_index=True)
    columns = {"customer_id": crossed["customer_id"]}
    for name in names:
        columns[name] = _as_kind(crossed[name], kinds[name])
    return pd.DataFrame(columns)


def _as_kind(column: pd.Series, kind: Kind) -> pd.Series:
    if kind == "number":
        numbers = column.astype("float64")
        return numbers.where(np.isfinite(numbers))
    if kind == "flag":
        return column.astype("boolean")
    return column.astype("category") if kind == "text" else pd.to_datetime(column)


def _result(
    entry: Entry, ready: _Prepared, values: pd.DataFrame, days: Mapping[str, Newest], data: Tables
) -> TagResult:
    spec = entry.tag.entry
    reason = ready.reasons.get(entry.name)
    customers = 0 if reason is not None else int(values[entry.name].notna().sum())
    if reason is None and not customers:
        reason = Reason(Why.EMPTY)
    newest = oldest_source(spec.source, days)
    ran = reason is None
    return TagResult(
        name=entry.name,
        tag_class=entry.tag.tag_class,
        rule=str(entry.rule) if entry.each is not None else " ".join(spec.rule.split()),
        source=tuple(spec.source),
        label=entry.label,
        meaning=entry.meaning,
        owner=entry.tag.owner,
        refresh=entry.tag.refresh,
        persona=spec.persona,
        sensitive=spec.sensitive,
        unit=spec.unit,
        kind=ready.kinds[entry.name] if ran else None,
        status="ran" if ran else "skipped",
        reason=reason,
        customers=customers,
        coverage=customers / len(values) if ran else float("nan"),
        refreshed_at=None if newest is None else newest.day,
        stale=is_stale(newest, data.as_of, entry.tag.refresh),
        values=spec.values,
        each=entry.each,
    )
