"""Whether the scores are right for every group of customers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.model_checks.outputs import shown_groups
from customer_analytics.analysis.model_checks.subgroups import AGE, AGE_CLASSES, TENURE, TENURE_CLASSES, UNKNOWN
from customer_analytics.language import Text
from customer_analytics.narrative.churn.heading import heading
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View

MOST_ROWS = 6
OFF = 0.05  # Holm over all groups
MATTERS = 0.05  # difference of a share from which the first screen may tell it
YEARS = 200
Line = Mapping[Hashable, Any]


def has(view: View) -> bool:
    """Whether groups were compared and may be shown."""
    return view.result.subgroups is not None and len(groups(view)) > 0


def groups(view: View) -> pd.DataFrame:
    """The groups that may be shown, the farthest off first."""
    assert view.result.subgroups is not None
    shown = shown_groups(view.result.subgroups, view.least)
    return shown.sort_values(["p", "column", "group"], ignore_index=True)


def section(view: View) -> SectionWords:
    """Opening: for how many groups the scores are off beyond chance."""
    say, language, table = view.language.say, view.language, groups(view)
    off = int((table["p_adjusted"] < OFF).sum())
    numbers = {"groups": language.number(len(table))}
    deck = (
        language.say_count(
            "For {count} of {groups} groups the scores are off beyond chance.",
            "For {count} of {groups} groups the scores are off beyond chance.", off, **numbers,
        )
        if off
        else say(
            "For none of {groups} groups are the scores off beyond chance; half of them would have shown a difference "
            "of {points} points.", points=language.number(100 * _power(table), 1), **numbers,
        )
    )  # fmt: skip
    return SectionWords(say("Are the scores right for every group?"), "fairness", deck)


def _power(table: pd.DataFrame) -> float:
    """Half an interval's width of the middle group, widened to what is seen four times in five."""
    return float(((table["high"] - table["low"]) / 2).median()) * 1.43


def group_name(view: View, column: str, group: str) -> Text:
    """A group with its column: Region: North; Age: 25 to 39."""
    say, number = view.language.say, view.language.number
    name = heading(view, column)
    if group == UNKNOWN:
        return say("{column}: unknown", column=name)
    if column in AGE or column == TENURE:
        low, high, _ = next(each for each in (AGE_CLASSES if column in AGE else TENURE_CLASSES) if each[2] == group)
        if high >= YEARS and (column in AGE or high > YEARS * 10):
            return say("{column}: {low} and more", column=name, low=number(low))
        return say("{column}: {low} to {high}", column=name, low=number(low), high=number(high - 1))
    return say("{column}: {group}", column=name, group=Text(group))


def group_table(view: View) -> TableWords:
    """The groups farthest off."""
    say, table = view.language.say, groups(view).head(MOST_ROWS)
    return TableWords(
        (
            (say("Group of customers"), "name"),
            (say("Persons counted"), "number"),
            (say("Said to leave"), "number"),
            (say("Left in fact"), "number"),
            (say("Seen for said"), "number"),
            (say("Leaver first, within it"), "number"),
            (say("Off beyond chance"), "text"),
        ),
        tuple(_row(view, line) for line in table.to_dict("records")),
        say("Scores against what happened, by group"),
        view.how(
            (say("Said and left"), say("Probabilities of {method} and the shares that left, tested on {tested}",
                                       method=_method(view), tested=view.tested)),
            (say("Off beyond chance"), say("The difference of both, each person counted once, corrected over {groups} "
                                           "groups (Holm)", groups=view.language.number(len(groups(view))))),
            (say("Small groups"), say("Fewer than {least} persons: left out, and with them whatever would tell of them",
                                      least=view.language.number(view.least))),
        ),
        file="fairness.csv",
    )  # fmt: skip


def _method(view: View) -> Text:
    return view.method(view.scoring.chosen if view.scoring is not None else "")


def _row(view: View, line: Line) -> Row:
    language, say = view.language, view.language.say
    off = bool(line["p_adjusted"] < OFF)
    ratio = say(
        "{ratio} ({low} to {high})", ratio=language.number(line["ratio"], 2), low=language.number(line["ratio_low"], 2),
        high=language.number(line["ratio_high"], 2),
    )  # fmt: skip
    return (
        (str(group_name(view, str(line["column"]), str(line["group"]))), None),
        (language.number(line["people"]), line["people"]),
        (language.percent(line["expected"]), line["expected"]),
        (language.percent(line["rate"]), line["rate"]),
        (ratio, line["ratio"]),
        (language.percent(line["auc"]), line["auc"]),
        (say("yes") if off else say("no"), off),
    )


def findings(view: View) -> list[Finding]:
    """The group for which the scores are farthest off beyond chance."""
    if not has(view):
        return []
    table = groups(view)
    off = table[table["p_adjusted"] < OFF]
    if not len(off):
        return []
    say, language = view.language.say, view.language
    line = off.iloc[int(off["difference"].abs().to_numpy().argmax())]
    name = group_name(view, str(line["column"]), str(line["group"]))
    low = float(line["difference"]) > 0
    return [
        Finding(
            id="fairness", grade=Grade.B,
            head=say("Scores are too low for “{group}”", group=name)
            if low
            else say("Scores are too high for “{group}”", group=name),
            statement=say(
                "Of {people} in “{group}” {said} were said to leave and **{seen}** left: {difference} (interval {low} "
                "to {high}; tested on {tested}).",
                people=view.counted(int(line["people"])), group=name, said=language.percent(line["expected"]),
                seen=language.percent(line["rate"]), difference=language.points(line["difference"]),
                low=language.signed(100 * line["low"], 1), high=language.signed(100 * line["high"], 1),
                tested=view.tested,
            ),
            meaning=say("A list cut at one probability holds too few of them.")
            if low
            else say("A list cut at one probability holds too many of them."),
            action=say("Do not compare this group with others by the score alone; look at the ranking within it."),
            section="fairness", value=100 * float(line["difference"]), low=100 * float(line["low"]),
            high=100 * float(line["high"]), n=int(line["people"]), unit="points",
            notable=abs(float(line["difference"])) >= MATTERS,
        )
    ]  # fmt: skip
