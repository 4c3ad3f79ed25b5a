"""What the forecast lives on: what it loses without a family of features, and which way the strongest ones point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.reasons.result import LEVEL, ReasonsResult
from customer_analytics.narrative.churn.features import family_name, feature_name
from customer_analytics.narrative.exhibits import BarRow, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

MOST_ROWS = 8
DIGITS = 4  # of a log loss
LINKED = 0.7  # rank correlation from which two families can stand in for each other


def has(view: View) -> bool:
    """Whether a model of several families was taken apart."""
    result = view.result.reasons
    return result is not None and result.is_model and len(result.importance) > 0


def _result(view: View) -> ReasonsResult:
    assert view.result.reasons is not None
    return view.result.reasons


def section(view: View) -> SectionWords:
    """Opening: which families the forecast needs, and which it does not."""
    say, result = view.language.say, _result(view)
    title = say("What the forecast lives on")
    carrying = [str(family_name(view, str(name))) for name in result.carrying["group"]]
    if not carrying:
        deck = say("No family of features carries the forecast by itself: shuffled alone, none makes it clearly worse.")
        return SectionWords(title, "importance", deck)
    idle = len(result.importance) - len(carrying)
    deck = say("On people it had not learned from, the forecast gets worse without {families}.",
               families=_listed(view, carrying))  # fmt: skip
    if idle:
        deck = view.language.say_count(
            "{deck} {count} other family adds nothing that could be told from chance.",
            "{deck} {count} other families add nothing that could be told from chance.", idle, deck=deck,
        )  # fmt: skip
    return SectionWords(title, "importance", deck)


def _listed(view: View, names: list[str]) -> str:
    return view.language.listing([str(view.language.say("“{name}”", name=name)) for name in names])


def bars(view: View) -> list[BarRow]:
    """Families by what the forecast loses without them, with intervals."""
    rows: list[BarRow] = []
    for row in _result(view).importance.to_dict("records"):
        role = "s1" if row["q"] < LEVEL and row["low"] > 0 else "faint"
        shown = _shown(view, row["drop"])
        rows.append((str(family_name(view, str(row["group"]))), row["drop"], shown, role, row["low"], row["high"]))
    return rows


def _shown(view: View, drop: float) -> str:
    """A rise of the log loss; nothing is nothing, without a sign."""
    return view.language.number(drop if round(drop, DIGITS) else 0.0, DIGITS)


def figure(view: View) -> FigureWords:
    """Words of the bars."""
    say, language, result = view.language.say, view.language, _result(view)
    top = result.importance.iloc[0]
    name = family_name(view, str(top["group"]))
    title = (
        say("The forecast leans most on “{family}”", family=name)
        if len(result.carrying)
        else say("No family of features carries the forecast alone")
    )
    told = [
        say("{family}: {drop}", family=family_name(view, str(row["group"])), drop=_shown(view, row["drop"]))
        for row in result.importance.to_dict("records")
    ]
    return FigureWords(
        title,
        say("Rise of the log loss when the features of a family are shuffled among people, in nats a person"),
        say("Bars by family. {rows}.", rows=language.joined(told)),
        say(
            "{source} Lines: intervals, each person once; {people} people.", source=view.source,
            people=language.number(int(top["people"])),
        ),
    )  # fmt: skip


def direction_table(view: View) -> TableWords | None:
    """Who left, at low and at high values of the features that carry most; None where nothing carries."""
    say, result = view.language.say, _result(view)
    parts = [own for _, own in result.directions.groupby("feature", sort=False)] if len(result.directions) else []
    if not parts:
        return None
    return TableWords(
        (
            (say("Known before the cut-off"), "name"),
            (say("Fewest leave at"), "text"),
            (say("Left, of these"), "number"),
            (say("Most leave at"), "text"),
            (say("Left, of those"), "number"),
        ),
        tuple(_row(view, own) for own in parts[:MOST_ROWS]),
        say("Which way the strongest features point"),
        view.how(
            (
                say("Classes"),
                say(
                    "Five of equal size where values allow, at the tested cut-offs; shown are those with the smallest "
                    "and the largest share that left, with Wilson intervals. Each feature by itself: others differ "
                    "as well"
                ),
            ),
            *_overlap(view, result),
        ),
        file="directions.csv",
    )  # fmt: skip


def _row(view: View, classes: pd.DataFrame) -> Row:
    least, most = (classes.loc[getattr(classes["rate"], name)()] for name in ("idxmin", "idxmax"))
    return (
        (feature_name(view, str(least["feature"])), None),
        (_values(view, least), None),
        (_rate(view, least), least["rate"]),
        (_values(view, most), None),
        (_rate(view, most), most["rate"]),
    )


def _values(view: View, row: Any) -> str:
    """The values of a class: 15 to 31; a level by its name."""
    if row["level"]:
        return str(view.language.say("“{name}”", name=row["level"]))
    ends = [float(row["lowest"]), float(row["highest"])]
    digits = 0 if all(end.is_integer() for end in ends) or max(map(abs, ends)) >= 100 else 2
    low, high = (view.language.number(end, digits) for end in ends)
    return low if low == high else str(view.language.say("{low} to {high}", low=low, high=high))


def _rate(view: View, row: Any) -> Text:
    interval = view.between(Interval(float(row["low"]), float(row["high"])))
    return view.language.say("{rate} ({interval})", rate=view.language.percent(row["rate"]), interval=interval)


def _overlap(view: View, result: ReasonsResult) -> list[tuple[Text, Text]]:
    """Families of which each can stand in for the other: shuffling one shows less than it knows."""
    say = view.language.say
    pairs = {
        tuple(sorted((str(row["family"]), str(row["other"])))): float(row["correlation"])
        for row in result.linked.to_dict("records")
        if row["correlation"] >= LINKED
    }
    if not pairs:
        return []
    told = [
        say("{one} and {other} ({correlation})", one=family_name(view, one), other=family_name(view, other),
            correlation=view.language.number(value, 2))
        for (one, other), value in sorted(pairs.items(), key=lambda pair: -pair[1])
    ]  # fmt: skip
    return [
        (
            say("Overlap"),
            say(
                "Families that can stand in for each other (highest rank correlation of two features): {pairs}. "
                "Shuffling one alone shows less than it knows", pairs=view.language.joined(told),
            ),
        )
    ]  # fmt: skip


def findings(view: View) -> list[Finding]:
    """The family that the forecast needs most."""
    if not has(view) or not len(_result(view).carrying):
        return []
    say, language, result = view.language.say, view.language, _result(view)
    top = result.carrying.iloc[0]
    name = family_name(view, str(top["group"]))
    digits = DIGITS
    return [
        Finding(
            id="importance", grade=Grade.B,
            head=say("The forecast leans most on “{family}”", family=name),
            statement=say(
                "With “{family}” shuffled among {people} people whom the model had not seen, its log loss rises by "
                "**{drop}** (interval {low} to {high}): {share} of what shuffling everything costs.",
                family=name, people=language.number(int(top["people"])), drop=language.number(top["drop"], digits),
                low=language.number(top["low"], digits), high=language.number(top["high"], digits),
                share=language.percent(top["share"]),
            ),
            meaning=say(
                "Keep these data clean and up to date: without them the forecast is worth less. What carries nothing "
                "need not be collected for it."
            ),
            action=say("Guard the sources of this family, and check them before every run."),
            section="importance", value=float(top["drop"]), low=float(top["low"]), high=float(top["high"]),
            n=int(top["people"]), unit="nats", notable=False,
        )
    ]  # fmt: skip
