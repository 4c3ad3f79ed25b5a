"""The tags as tables for machines: the list, the dictionary, one row per customer, and layouts that CDPs read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.tags.result import TagPortrait, TagResult

LIST_COLUMNS = ("tag", "class", "rule", "source", "customers", "coverage", "refreshed_at")


def tags_table(portrait: TagPortrait, minimum_group: int) -> pd.DataFrame:
    """The tags that ran: tag, class, rule, source, customers, coverage, refreshed_at.

    `customers` and `coverage` are empty where fewer than `minimum_group` customers have a value.
    """
    rows = [
        (tag.name, tag.tag_class.value, tag.rule, _sources(tag), *_covered(tag, minimum_group), _day(tag))
        for tag in portrait.ran
    ]
    table = pd.DataFrame(rows, columns=list(LIST_COLUMNS))
    return table.astype({"customers": "Int64"})


def dictionary_table(portrait: TagPortrait, minimum_group: int) -> pd.DataFrame:
    """Every tag of the catalogue, those skipped with the reason, in both languages."""
    dropped = {drop.name: drop for drop in portrait.drops}
    rows = []
    for tag in portrait.tags:
        customers, coverage = _covered(tag, minimum_group)
        drop = dropped.get(tag.name)
        rows.append(
            {
                "tag": tag.name,
                "class": tag.tag_class.value,
                "label_en": tag.label.en,
                "label_zh": tag.label.zh_CN,
                "meaning_en": tag.meaning.en,
                "meaning_zh": tag.meaning.zh_CN,
                "kind": tag.kind or "",
                "unit": tag.unit or "",
                "rule": tag.rule,
                "source": _sources(tag),
                "owner": tag.owner,
                "refresh": tag.refresh.value,
                "refreshed_at": _day(tag),
                "freshness": {None: "", True: "stale", False: "fresh"}[tag.stale if tag.status == "ran" else None],
                "status": tag.status,
                "reason": "" if tag.reason is None else str(tag.reason),
                "customers": customers,
                "coverage": coverage,
                "persona": tag.persona,
                "sensitive": tag.sensitive,
                "drop_because": "" if drop is None else drop.because,
                "drop_keep": "" if drop is None else drop.keep or "",
            }
        )
    return pd.DataFrame(rows).astype({"customers": "Int64"})


def redundancy_table(portrait: TagPortrait) -> pd.DataFrame:
    """The pairs that go together: first, second, measure, strength, customers, derived, nested."""
    columns = ["first", "second", "measure", "strength", "customers", "derived", "nested"]
    rows = [
        (p.first, p.second, p.measure, round(p.strength, 4), p.customers, p.derived, p.nested) for p in portrait.pairs
    ]
    return pd.DataFrame(rows, columns=columns)


def tables(portrait: TagPortrait, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> table without a row of a single customer."""
    return {
        "tags": tags_table(portrait, minimum_group),
        "tag_dictionary": dictionary_table(portrait, minimum_group),
        "tag_redundancy": redundancy_table(portrait),
        "tag_distribution": portrait.distribution,
    }


def customer_tables(portrait: TagPortrait, fewest: int = 1) -> dict[str, pd.DataFrame]:
    """File name -> one row per customer: all tags, and the layouts that Segment and Braze import.

    Sensitive tags are in the first only: they are the client's own records, and a CDP has no need of them from here.
    A word that fewer than `fewest` customers have is left out: beside a hashed id it could name the customer.
    """
    private = [tag.name for tag in portrait.ran if tag.sensitive]
    values = portrait.values.assign(
        **{tag.name: _shared(portrait.values[tag.name], fewest) for tag in portrait.ran if tag.kind == "text"}
    )
    public = values.drop(columns=private)
    return {
        "tags.parquet": values,
        "cdp/segment_traits": _segment(public),
        "cdp/braze_attributes": _braze(public),
    }


def _segment(values: pd.DataFrame) -> pd.DataFrame:
    """Segment's CSV of profiles: the user's id, then one column a trait; true and false, days as ISO text."""
    return _plain(values).rename(columns={"customer_id": "userId"})


def _braze(values: pd.DataFrame) -> pd.DataFrame:
    """Braze's CSV of users: external_id, then one column a custom attribute."""
    return _plain(values).rename(columns={"customer_id": "external_id"})


def _shared(words: pd.Series, fewest: int) -> pd.Series:
    """The words that at least so many customers have; the others are missing."""
    shared_by = words.map(words.value_counts()).astype("float64")  # a category a word would stay categories
    shared = words.where(shared_by >= fewest)
    # A Parquet file lists all categories of a column, also those that no row has any more.
    return shared.cat.remove_unused_categories() if isinstance(shared.dtype, pd.CategoricalDtype) else shared


def _plain(values: pd.DataFrame) -> pd.DataFrame:
    """Flags as true and false, numbers with four decimals: what an importer's reader of CSV expects."""
    plain = {}
    for name in values.columns:
        column = values[name]
        if isinstance(column.dtype, pd.BooleanDtype):
            plain[name] = column.map({True: "true", False: "false"}).astype(object)
        elif column.dtype == np.float64:
            plain[name] = column.round(4)
        else:
            plain[name] = column
    return pd.DataFrame(plain)


def _covered(tag: TagResult, minimum_group: int) -> tuple[int | None, float | None]:
    if tag.status == "skipped" or 0 < tag.customers < minimum_group:
        return None, None
    return tag.customers, round(tag.coverage, 6)


def _sources(tag: TagResult) -> str:
    return ", ".join(tag.source)


def _day(tag: TagResult) -> str:
    return "" if tag.refreshed_at is None else tag.refreshed_at.isoformat()
