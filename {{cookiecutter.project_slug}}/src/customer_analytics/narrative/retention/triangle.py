"""Do people come back: the cohort triangle, and what all cohorts together did."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, SectionWords
from customer_analytics.narrative.retention.view import View

MOST_COHORTS, MOST_PERIODS = 13, 12  # that stay legible
NARROW_PERIODS = (1, 2, 3, 6, 12)
MEASURES = {
    "bounded": ("rate", "bounded"),
    "unbounded": ("unbounded_rate", "unbounded"),
    "on_or_before": ("on_or_before_rate", "on_or_before"),
    "period_over_period": ("period_over_period", "period_over_period"),
}  # measure -> its column in `cohorts` and in `curve`
CellRow = tuple[float | None, str, bool]
CohortRow = tuple[str, str, list[CellRow | None], bool]


def measure_of(view: View) -> str:
    """The measure that the triangle shows; brackets have no triangle of their own."""
    asked = view.result.definition.measure
    return asked if asked in MEASURES else "bounded"


def measure_name(view: View, measure: str) -> Text:
    """A measure in words, for a subtitle."""
    say = view.language.say
    return {
        "bounded": say("share active in the period (bounded)"),
        "unbounded": say("share active in the period or later (unbounded)"),
        "on_or_before": say("share back by the end of the period (on or before)"),
        "period_over_period": say("active in the period for each one active in the period before"),
    }[measure]


def triangle_section(view: View) -> SectionWords:
    """Opening of the section."""
    say = view.language.say
    return SectionWords(
        say("Do people come back?"),
        "retention",
        say("People who began in the same period are one cohort. Each row follows one; each column is one age."),
    )


def columns(view: View) -> list[int]:
    """Ages shown, from 1."""
    last = int(view.after["period"].max()) if len(view.after) else 0
    return list(range(1, min(last, MOST_PERIODS) + 1))


def has_triangle(view: View) -> bool:
    """Whether there is a cohort and an age to show."""
    return view.enough and bool(columns(view))


def triangle_rows(view: View) -> list[CohortRow]:
    """Rows of the triangle: name, size, cells (share, words, hatched), whether it is the mean. The latest cohorts."""
    column, pooled = MEASURES[measure_of(view)]
    ages, number = columns(view), view.language.number
    rows: list[CohortRow] = []
    table = view.result.cohorts
    sizes = table.groupby("cohort", sort=True)["size"].first()
    hidden = set(sizes.index[small_groups(sizes.to_numpy(np.int64), view.minimum_group)])
    shown = [cohort for cohort in sizes.index if len(table[(table["cohort"] == cohort) & (table["period"] >= 1)])]
    for cohort in shown[-MOST_COHORTS:]:
        own = table[table["cohort"] == cohort].set_index("period")
        cells = [] if cohort in hidden else [_cell(view, own.loc[age], column) for age in ages if age in own.index]
        size = str(view.language.say("few")) if cohort in hidden else number(int(sizes[cohort]))
        rows.append((view.named(cohort), size, cells, False))
    shares = dict(zip(view.result.curve["period"], view.result.curve[pooled].astype(float), strict=True))
    mean: list[CellRow | None] = []
    for age in ages:
        share = float(shares[age])
        mean.append((share, view.language.percent(share), False))
    rows.append((str(view.language.say("All, weighted")), number(view.n), mean, True))
    return rows


def _cell(view: View, row: pd.Series[Any], column: str) -> CellRow | None:
    if not bool(row["complete"]):
        return (None, "", True)
    share = float(row[column])
    if math.isnan(share):
        return None
    if row["size"] < view.minimum_base:
        return (None, view.language.number(float(row["active"])), False)
    return (share, view.language.percent(share), column == "unbounded_rate" and not bool(row["unbounded_firm"]))


def narrow_columns(view: View) -> list[int]:
    """Indices of the ages for a phone."""
    ages = columns(view)
    chosen = [ages.index(age) for age in NARROW_PERIODS if age in ages]
    return chosen if len(ages) > len(NARROW_PERIODS) else list(range(len(ages)))


def triangle_words(view: View) -> tuple[list[str], str, str, str]:
    """Names of the ages, heads of names, sizes and ages."""
    say, definition = view.language.say, view.result.definition
    heads = {
        "day": say("Days after the first one"),
        "week": say("Weeks after the first one"),
        "month": say("Months after the first one"),
    }
    return (
        [view.language.number(age) for age in columns(view)],
        str(say("Began in") if definition.period == "month" else say("Began on")),
        str(capital(view.people)),
        str(heads[definition.period]),
    )


def triangle_figure(view: View) -> FigureWords:
    """Words of the triangle."""
    say, language = view.language.say, view.language
    first, last = view.after.iloc[0], view.far
    numbers = {
        "first": language.percent(float(first["bounded"])),
        "later": language.percent(float(last["bounded"])),
        "period": view.spans(int(first["period"])),
        "periods": view.spans(int(last["period"])),
    }
    alone = int(first["period"]) == int(last["period"])
    title = (
        say("{first} were active {period} after the start", **numbers)
        if alone
        else say("{first} were active {period} after the start, {later} after {periods}", **numbers)
    )
    rows, number = triangle_rows(view), language.number
    cohorts = int(view.result.cohorts["cohort"].nunique())
    few = any(cell and cell[0] is None and not cell[2] for row in rows for cell in row[2])
    hatched = any(cell and cell[2] for row in rows for cell in row[2])
    measure = measure_name(view, measure_of(view))
    subtitle = Text(
        language.joined(
            [
                say("{measure}. Empty: not yet observed", measure=capital(measure)),
                say("hatched: the period still runs, or the data end too near") if hatched else "",
                say("without shade: the number of people, in cohorts under {least}", least=number(view.minimum_base))
                if few
                else "",
                say("the latest {shown} of {all} cohorts", shown=number(len(rows) - 1), all=number(cohorts))
                if cohorts > len(rows) - 1
                else "",
            ]
        )
    )
    pairs = [
        say("{periods}: {share}", periods=view.spans(int(row["period"])), share=language.percent(float(row["bounded"])))
        for row in view.after.head(MOST_PERIODS).to_dict("records")
    ]
    alt = say("Triangle of cohorts by age. All cohorts, weighted: {shares}.", shares=language.joined(pairs))
    return FigureWords(title, subtitle, alt, view.source)


def capital(text: Text) -> Text:
    """The text with a capital at its beginning."""
    return Text(text[:1].upper() + text[1:])
