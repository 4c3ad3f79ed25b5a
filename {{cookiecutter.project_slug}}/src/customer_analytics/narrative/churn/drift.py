"""Whether the people of now are like those that was learned from, and whether the share that leaves is steady."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from customer_analytics.analysis.model_checks.drift import BEYOND_CHANCE, LARGE, SOME
from customer_analytics.analysis.model_checks.result import Drift
from customer_analytics.narrative.churn.heading import heading
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

MOST_ROWS = 6
LEVEL = 0.01


def has(view: View) -> bool:
    """Whether past and present people were compared."""
    return view.result.drift is not None and view.kind != "snapshot" and len(view.result.drift.features) > 0


def _drift(view: View) -> Drift:
    assert view.result.drift is not None
    return view.result.drift


def section(view: View) -> SectionWords:
    """Opening: how many features are not as they were."""
    say, language, result = view.language.say, view.language, _drift(view)
    large = int((result.features["shift"] == "large").sum())
    numbers = {"features": language.number(len(result.features))}
    deck = (
        language.say_count(
            "{count} of {features} features is clearly not distributed as at the past cut-offs.",
            "{count} of {features} features are clearly not distributed as at the past cut-offs.", large, **numbers,
        )
        if large
        else say("None of {features} features is far from what it was at the past cut-offs.", **numbers)
    )  # fmt: skip
    return SectionWords(say("Are the customers still the same?"), "drift", deck)


def drift_table(view: View) -> TableWords | None:
    """The features that moved most; None where none did."""
    say, language, result = view.language.say, view.language, _drift(view)
    shown = result.features[result.features["shift"] != "none"].head(MOST_ROWS)
    if not len(shown):
        return None
    rows: list[Row] = [
        (
            (str(heading(view, str(line["feature"]))), None),
            (language.number(line["psi"], 2), line["psi"]),
            (language.number(line["noise"], 3), line["noise"]),
            (say("large") if line["shift"] == "large" else say("some"), line["psi"]),
        )
        for line in shown.to_dict("records")
    ]
    return TableWords(
        ((say("Feature that moved"), "name"), (say("Stability index"), "number"), (say("By chance"), "number"),
         (say("Shift"), "text")),
        tuple(rows),
        say("Features whose distribution is not as it was"),
        view.how(
            (
                say("Stability index"),
                say(
                    "PSI: sum of (now − past) × ln(now / past) over the tenths of the past, categories and “unknown”; "
                    "{some} and {large} are conventions, no tests. A shift is named where the index is also beyond "
                    "{times} times what chance gives",
                    some=language.number(SOME, 1), large=language.number(LARGE, 2),
                    times=language.number(BEYOND_CHANCE),
                ),
            ),
            (
                say("Compared"),
                say("{now} people of now with {past} cases of the past cut-offs",
                    now=language.number(result.people_now), past=language.number(result.people_past)),
            ),
        ),
        file="drift.csv",
    )  # fmt: skip


def rates(view: View) -> list[Text]:
    """How the share that left moved between cut-offs, and what is expected now."""
    say, language, result = view.language.say, view.language, _drift(view)
    table = result.prevalence
    table = table[table["people"] >= view.least]
    if len(table) < 2:
        return []
    low, high = float(table["rate"].min()), float(table["rate"].max())
    numbers = {"low": language.percent(low), "high": language.percent(high), "cuts": language.number(len(table))}
    told = [
        say("Between {low} and {high} left after the {cuts} past cut-offs: more than chance would let it differ. A "
            "score learned on all of them is an average of those times.", **numbers)
        if result.heterogeneity_p < LEVEL
        else say("Between {low} and {high} left after the {cuts} past cut-offs: no more than chance lets it differ.",
                 **numbers)
    ]  # fmt: skip
    if math.isfinite(result.expected_now):
        expected = language.percent(result.expected_now)
        told.append(
            say("Of the people here now {expected} are expected to leave.", expected=expected)
            if low <= result.expected_now <= high
            else say(
                "Of the people here now {expected} are expected to leave: outside of what was seen so far.",
                expected=expected,
            )
        )
    return told


def findings(view: View) -> list[Finding]:
    """That the share that leaves has changed between cut-offs; told in its section."""
    if not has(view) or not _drift(view).heterogeneity_p < LEVEL:
        return []
    say, language, table = view.language.say, view.language, _drift(view).prevalence
    table = table[table["people"] >= view.least]
    if len(table) < 2:
        return []
    first, last = table.iloc[0], table.iloc[-1]
    interval = Interval(float(last["low"]), float(last["high"]))
    return [
        Finding(
            id="drift", grade=Grade.C, head=say("How many leave differs from cut-off to cut-off"),
            statement=say(
                "After {first_day} {first} left within {days}, after {last_day} **{last}** ({interval}).",
                first_day=view.day(int(first["cut"])), first=language.percent(first["rate"]), days=view.horizon,
                last_day=view.day(int(last["cut"])), last=language.percent(last["rate"]),
                interval=view.in_bracket(interval),
            ),
            meaning=say("Season, a change of the business or younger customers may be behind it; the scores are right "
                        "on average over these times."),
            action=say("Run the report again after each season, and see whether the scores kept their promise."),
            section="drift", value=float(last["rate"]), low=interval.low, high=interval.high, n=int(last["people"]),
            unit="share", notable=False,
        )
    ]  # fmt: skip
