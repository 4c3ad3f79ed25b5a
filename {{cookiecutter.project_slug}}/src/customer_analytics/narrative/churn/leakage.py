"""What was tested before any model was fitted: columns that know the outcome, and whether the tests would have seen
them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.model_checks.result import (
    IDENTIFIES,
    LEAK,
    SOUND,
    SUSPECT,
    TOO_GOOD,
    UNPROVEN,
    Screening,
)
from customer_analytics.analysis.model_checks.screen import GOOD, LEAST, LEVEL, NAMES_PEOPLE, PURE, RANKED
from customer_analytics.narrative.churn.heading import heading
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

MOST_ROWS, MOST_NAMED = 8, 3
RANKS = "ranks"
Line = Mapping[Hashable, Any]


def has(view: View) -> bool:
    """Whether columns were tested."""
    return view.result.screening is not None


def _screening(view: View) -> Screening:
    assert view.result.screening is not None
    return view.result.screening


def section(view: View) -> SectionWords:
    """Opening: how many columns were tested, and which no model saw."""
    say, result = view.language.say, _screening(view)
    taken = result.taken_out
    tested = view.language.number(len(result.findings))
    if not len(taken):
        deck = say(
            "{tested} columns were looked at before any model was fitted; none had to be taken out.", tested=tested
        )
    else:
        deck = view.language.say_count(
            "{tested} columns were looked at before any model was fitted; {count} was taken out: {names}.",
            "{tested} columns were looked at before any model was fitted; {count} were taken out: {names}.",
            len(taken), tested=tested, names=_names(view, [str(name) for name in taken["feature"]]),
        )  # fmt: skip
    return SectionWords(say("Columns that know too much"), "leakage", deck)


def _names(view: View, features: list[str]) -> str:
    """The first few by name, the others as a number."""
    say = view.language.say
    named = [str(say("“{name}”", name=heading(view, feature))) for feature in features[:MOST_NAMED]]
    rest = len(features) - len(named)
    if rest:
        named.append(str(view.language.say_count("{count} other", "{count} others", rest)))
    return view.language.listing(named)


def leak_table(view: View) -> TableWords | None:
    """The columns taken out or to be looked at, with the evidence; None where there are none."""
    say, result = view.language.say, _screening(view)
    shown = result.findings[result.findings["verdict"] != SOUND].head(MOST_ROWS)
    if not len(shown):
        return None
    return TableWords(
        (
            (say("Column"), "name"),
            (say("Verdict on the column"), "text"),
            (say("Of those gone, hold it"), "number"),
            (say("Of those surely here"), "number"),
            (say("Fall towards now, in points"), "number"),
            (say("Leaver ranked first by it alone"), "number"),
        ),
        tuple(_row(view, line) for line in shown.to_dict("records")),
        say("Columns that no model saw, and columns to look at"),
        view.how(
            (
                say("Filled in afterwards"),
                say(
                    "Held by the gone, hardly by those surely here: odds ratio among people who came at the same time, "
                    "lower bound above {pure} (for numbers: area above {area}), and a share that falls towards now "
                    "among alike people (Benjamini-Hochberg over every value of every column, q below {level})",
                    pure=view.language.number(PURE), area=view.language.number(RANKED, 2),
                    level=view.language.number(LEVEL, 2),
                ),
            ),
            (
                say("Gone and surely here"),
                say(
                    "Gone: was here at a past cut-off and is not now. Surely here: is here now, and silent for no "
                    "longer than half of the others"
                ),
            ),
            (
                say("Names people"),
                say("Whole numbers or texts that belong to one person alone for {share} of the people",
                    share=view.language.percent(NAMES_PEOPLE)),
            ),
        ),
        file="leakage.csv",
    )  # fmt: skip


def _row(view: View, line: Line) -> Row:
    language = view.language

    def share(value: float) -> str:
        return language.percent(value) if line["test"] != RANKS else language.number(None)

    area = float(line["auc"])
    return (
        (str(heading(view, str(line["feature"]))), None),
        (_verdict(view, str(line["verdict"])), line["verdict"]),
        (share(line["share_gone"]), line["share_gone"]),
        (share(line["share_here"]), line["share_here"]),
        (language.signed(-100 * line["fall"], 1) if line["test"] != RANKS else language.number(None), line["fall"]),
        (language.percent(area), area),
    )


def _verdict(view: View, verdict: str) -> Text:
    say = view.language.say
    return {
        LEAK: say("taken out: filled in afterwards"),
        IDENTIFIES: say("taken out: names people"),
        TOO_GOOD: say("taken out: too good to be true"),
        UNPROVEN: say("taken out: could not be tested"),
        SUSPECT: say("kept, but look at it: tells nearly all by itself"),
    }[verdict]


def checks(view: View) -> list[tuple[Text, Text]]:
    """Every test of the suite and what it came to."""
    say, language, result = view.language.say, view.language, _screening(view)
    items = [
        (
            say("Timestamps"),
            say("Dated features use only rows that had arrived before the cut-off; a test of the code deletes all "
                "later rows and finds the same features."),
        ),
        (say("Filled in afterwards"), _filled(view)),
        (
            say("One column alone"),
            say("None tells more than {most} of pairs apart by itself.", most=language.percent(GOOD))
            if not result.findings["auc"].gt(GOOD).any()
            else say("Some tell more than {most} of pairs apart by themselves: see the table.",
                     most=language.percent(GOOD)),
        ),
    ]  # fmt: skip
    probe = _planted(view)
    if probe is not None:
        items.append((say("Planted leaks"), probe))
    if math.isfinite(result.permuted_auc):
        items.append(
            (
                say("Shuffled outcomes"),
                say(
                    "A model on outcomes dealt out at random puts a leaver before a stayer in {area} of cases ({low} "
                    "to {high} in single shuffles); chance gives {half}.",
                    area=language.percent(result.permuted_auc), low=language.percent(result.permuted_low),
                    high=language.percent(result.permuted_high), half=language.percent(0.5),
                ),
            )
        )  # fmt: skip
    return items


def _filled(view: View) -> Text:
    say, language, result = view.language.say, view.language, _screening(view)
    if result.reason == "snapshot":
        return say("Cannot be tested: without dates nobody can tell what was known before somebody left.")
    if result.reason == "few":
        return say(
            "Not estimable: it takes {least} people who have gone and {least} who are surely here. Columns whose "
            "meaning is not known stay out.", least=language.number(LEAST),
        )  # fmt: skip
    undated = int((~result.findings["dated"].astype(bool)).sum())
    found = int((result.findings["verdict"] == LEAK).sum())
    return language.say_count(
        "{count} of {undated} columns without a date was filled in after people had left.",
        "{count} of {undated} columns without a date were filled in after people had left.",
        found, undated=language.number(undated),
    )  # fmt: skip


def _planted(view: View) -> Text | None:
    """What the tests would have seen, from columns planted to try them."""
    say, language, result = view.language.say, view.language, _screening(view)
    if not len(result.probes):
        return None
    smallest = result.smallest_caught
    false = bool(result.probes.loc[result.probes["probe"] == "chance", "caught"].any())
    if smallest is None:
        return say(
            "Columns filled in after leaving were planted, and none was caught: these data are too small for it."
        )
    numbers = {"smallest": language.percent(smallest)}
    if false:
        return say("A planted column is caught from {smallest} of the leavers on; but one dealt out at random was "
                   "called a leak too.", **numbers)  # fmt: skip
    return say(
        "A column filled in for {smallest} of the leavers would have been caught; one dealt out at random was not.",
        **numbers,
    )


def findings(view: View) -> list[Finding]:
    """The column that is filled in after people have left; the strongest speaks for the others."""
    if not has(view):
        return []
    say, language, result = view.language.say, view.language, _screening(view)
    leaks = result.findings[result.findings["verdict"] == LEAK]
    if not len(leaks):
        return []
    line = leaks.iloc[0]
    name = heading(view, str(line["feature"]))
    more = len(leaks) - 1
    if line["test"] == RANKS:
        statement = say(
            "“{name}” goes on counting after the cut-off: its rank among alike people moves by {fall} points of a "
            "hundred between past cut-offs and now. It was taken out before any model was fitted.",
            name=name, fall=language.number(abs(100 * line["fall"]), 1),
        )  # fmt: skip
    else:
        statement = say(
            "“{name}” marks **{gone}** of those who have gone and {here} of those who are surely here (odds {odds} "
            "times, interval {low} to {high}; {people} in all). It was taken out before any model was fitted.",
            name=name, gone=language.percent(line["share_gone"]), here=language.percent(line["share_here"]),
            odds=language.number(line["odds_ratio"]), low=language.number(line["odds_low"]),
            high=language.number(line["odds_high"]), people=view.counted(int(line["people"])),
        )  # fmt: skip
    meaning = say(
        "Nobody could have known it in time. A model with it would shine in the past and fail from tomorrow on."
    )
    if more:
        meaning = language.say_count(
            "{meaning} {count} other column is like it.", "{meaning} {count} other columns are like it.", more,
            meaning=meaning,
        )  # fmt: skip
    return [
        Finding(
            id="leak", grade=Grade.B, head=say("“{name}” is filled in after people have left", name=name),
            statement=statement, meaning=meaning,
            action=say("Ask who fills it in and when. With the date of each entry it can be used: up to the cut-off."),
            section="leakage", value=float(len(leaks)), n=int(line["people"]), unit="columns",
        )
    ]  # fmt: skip
