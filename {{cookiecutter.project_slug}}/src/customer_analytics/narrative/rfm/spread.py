"""Section three: how customers spread, and where the scores are cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from customer_analytics.analysis.rfm.scores import Scale
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.narrative.rfm.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.names import measure_name
from customer_analytics.narrative.rfm.view import View, decimals


def spread_section(view: View) -> SectionWords:
    """Opening of the section on distributions."""
    say, scheme = view.language.say, view.result.scheme
    assert scheme is not None
    if scheme.frequency.method == "fixed":
        deck = say(
            "More than half of the customers share one purchase frequency, so frequency has fixed classes; recency and "
            "money are cut into equal groups."
        )
    else:
        deck = say("Where the scores are cut, in days, purchases and money. Customers with equal values share a score.")
    return SectionWords(say("How customers spread"), "spread", deck)


def spread_panels(view: View) -> list[tuple[str, list[float], list[int], list[float], Callable[[float], str]]]:
    """Panels of the distributions: title, edges, counts, where a score begins, how values are written."""
    scheme, language = view.result.scheme, view.language
    assert scheme is not None
    scales = {"recency_days": scheme.recency, "frequency": scheme.frequency, "monetary": scheme.monetary}
    titles = {
        "recency_days": language.say("Days since the last purchase"),
        "frequency": language.say("Purchases"),
        "monetary": language.say("Net revenue"),
    }
    return [
        (
            str(titles[one.measure]),
            one.edges.tolist(),
            one.counts.tolist(),
            sorted(each.low for each in scales[one.measure].classes)[1:],
            language.money if one.measure == "monetary" else language.number,
        )
        for one in view.result.distributions
    ]


def spread_figure(view: View) -> FigureWords:
    """Words of the three distributions."""
    say, language = view.language.say, view.language
    medians = {one.measure: one.median for one in view.result.distributions}
    numbers = {
        "days": language.number(medians["recency_days"]),
        "purchases": language.number(medians["frequency"], decimals(medians["frequency"])),
        "money": language.money(medians["monetary"]),
    }
    return FigureWords(
        say("Half of the customers bought within {days} days and spent no more than {money}", **numbers),
        say("Customers by days since the last purchase, purchases and net revenue. Dashed: where a score begins"),
        say(
            "Three distributions. Medians: {days} days since the last purchase, {purchases} purchases, {money} net "
            "revenue.", **numbers,
        ),
        say("{source} The last bar holds all beyond the top hundredth.", source=view.source),
    )  # fmt: skip


def threshold_table(view: View) -> TableWords:
    """Scores with their thresholds."""
    say, language, scheme, bins = view.language.say, view.language, view.result.scheme, view.result.parameters.bins
    assert scheme is not None
    rows: list[Row] = []
    for measure, scale in (
        ("recency_days", scheme.recency), ("frequency", scheme.frequency), ("monetary", scheme.monetary)
    ):  # fmt: skip
        small = small_groups(_sizes(scale), view.minimum_group)
        for one, is_small in zip(scale.classes, small, strict=True):
            few = str(say("few"))
            rows.append(
                (
                    (measure_name(language, measure), None),
                    (language.number(one.score), one.score),
                    (few if is_small else _range(view, measure, *scale.bounds(one)), None if is_small else one.low),
                    (few if is_small else language.number(one.customers), None if is_small else one.customers),
                    (few if is_small else language.percent(one.customers / view.n), None),
                )
            )
    rule = say(
        "Score = one more than the whole part of {bins} times the share of customers with a worse value, so that equal "
        "values always share a score; ties can leave a score empty", bins=language.number(bins),
    )  # fmt: skip
    unit = say("Recency in days, frequency in purchases, money in {currency}", currency=language.currency_name)
    own = [(say("Unit"), unit)]
    own.append((say("Score"), rule))
    if scheme.frequency.method == "fixed":
        fixed = say("Fixed classes, because one frequency holds more than half of the customers")
        own.append((say("Frequency"), fixed))
    own.append(
        (
            say("Scores in use"),
            say(
                "Recency {r}, frequency {f}, money {m}",
                r=language.number(scheme.recency.effective_bins), f=language.number(scheme.frequency.effective_bins),
                m=language.number(scheme.monetary.effective_bins),
            ),
        )
    )  # fmt: skip
    if scheme.binning == "nested":
        own.append(
            (
                say("Nested"),
                say("Frequency is scored within each recency score, and money within both; the table shows the cuts "
                    "over all customers"),
            )
        )  # fmt: skip
    return TableWords(
        (
            (say("Measure"), "name"),
            (say("Score"), "number"),
            (say("Range"), "number"),
            (say("Customers"), "number"),
            (say("Share of customers"), "number"),
        ),
        tuple(rows),
        say("Scores and their thresholds"),
        view.how(*own),
        file="thresholds.csv",
    )


def _sizes(scale: Scale) -> npt.NDArray[np.int64]:
    return np.array([one.customers for one in scale.classes], dtype=np.int64)


def _range(view: View, measure: str, low: float | None, high: float | None) -> str:
    """A class in words; an end that is one customer's own figure stays open."""
    say, language = view.language.say, view.language
    shown = [
        None
        if bound is None
        else language.money(bound, compact=False)
        if measure == "monetary"
        else language.number(bound)
        for bound in (low, high)
    ]
    if low == high:
        return str(shown[0])
    if low is None:
        return str(say("up to {high}", high=shown[1]))
    if high is None:
        return str(say("{low} or more", low=shown[0]))
    return str(say("{low} to {high}", low=shown[0], high=shown[1]))
