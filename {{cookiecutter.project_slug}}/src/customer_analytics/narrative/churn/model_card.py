"""The model card: what the scores are for, how they came about, how good they are, where they do not hold."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from customer_analytics.analysis.scoring.result import BASE_RATE
from customer_analytics.narrative.churn import closing, drift, leakage, promise, subgroups
from customer_analytics.narrative.churn.heading import heading
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

FILE = "model_card.md"
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")
Part = tuple["Text", list[str]]


def documents(view: View) -> dict[str, str]:
    """model_card.md; none where nothing was forecast."""
    if view.scoring is None:
        return {}
    say = view.language.say
    lines = [f"# {plain(say('Model card: who is about to leave'))}"]
    for title, told in parts(view):
        lines += ["", f"## {plain(title)}", "", *(f"- {plain(text)}" for text in told)]
    return {FILE: "\n".join(lines)}


def parts(view: View) -> list[Part]:
    """Headings with their lines."""
    say = view.language.say
    found: list[Part] = [
        (say("What the scores are for"), _purpose(view)),
        (say("Definitions and data"), _terms(closing.method(view))),
        (say("The method in use"), _method(view)),
        (say("How good it is"), _quality(view)),
        (say("What was tested before"), _leaks(view)),
    ]
    if drift.has(view):
        found.append((say("Then and now"), [str(drift.section(view).deck), *map(str, drift.rates(view))]))
    if subgroups.has(view):
        found.append((say("Groups of customers"), _groups(view)))
    if promise.has(view):
        found.append((say("Earlier promises"), [str(promise.section(view).deck)]))
    found.append((say("Limits"), [str(text) for text in closing.limits(view)]))
    return found


def _purpose(view: View) -> list[str]:
    say, language, windows = view.language.say, view.language, view.study.windows
    told = [
        say("They rank customers for a friendly contact or an offer: {now} were scored on {day}.",
            now=view.counted(view.n), day=language.date(view.today)),
        say("They are not for refusing anybody anything, for prices, or for judging employees."),
    ]  # fmt: skip
    if windows.horizon_days:
        until = view.today + dt.timedelta(days=windows.gap_days + windows.horizon_days)
        told.append(say("They tell of the time up to {day}; score anew before it.", day=language.date(until)))
    return [str(text) for text in told]


def _terms(items: Iterable[tuple[Text, Text]]) -> list[str]:
    return [f"{term}: {meaning}" for term, meaning in items]


def _method(view: View) -> list[str]:
    say, language, scoring, samples = view.language.say, view.language, view.scoring, view.result.samples
    assert scoring is not None
    told = [
        say("In use: {method}, learned from {cases} cases, of whom {left} left.", method=view.method(scoring.chosen),
            cases=language.number(scoring.training_rows), left=language.number(scoring.left)),
        say("Tested against each other: {methods}.",
            methods=language.listing([str(view.method(name)) for name in scoring.methods])),
        say("Seed of everything random: {seed}.", seed=str(view.result.parameters.seed)),
    ]  # fmt: skip
    if samples is not None and scoring.features:
        listed = [str(heading(view, feature)) for feature in scoring.features]
        told.append(say("Features: {features}.", features=language.joined(listed)))
    return [str(text) for text in told]


def _quality(view: View) -> list[str]:
    """Figures of the method in use and of the others, tested out of time where there was one."""
    say, language, scoring = view.language.say, view.language, view.scoring
    assert scoring is not None
    told = [str(say("Tested on {tested}.", tested=view.tested))]
    for name in scoring.methods:
        area = Interval(scoring.measure("auc_low", name), scoring.measure("auc_high", name))
        slope = scoring.measure("slope", name)
        words = {
            "method": view.method_name(name), "loss": language.number(scoring.measure("log_loss", name), 4),
            "auc": language.percent(scoring.measure("auc", name)), "interval": view.in_bracket(area),
            "brier": language.number(scoring.measure("brier", name), 4), "slope": language.number(slope, 2),
        }  # fmt: skip
        told.append(
            str(
                say("{method}: log loss {loss}, Brier {brier}, leaver ranked first {auc} ({interval}), slope of the "
                    "calibration {slope}", **words)
                if name != BASE_RATE and not math.isnan(slope)
                else say("{method}: log loss {loss}, Brier {brier}", **words)
            )
        )  # fmt: skip
    if scoring.nothing_predicts:
        told.append(str(say("None of them is better than the base rate beyond chance: do not rank by these scores.")))
    return told


def _leaks(view: View) -> list[str]:
    if not leakage.has(view):
        return []
    return [str(leakage.section(view).deck), *_terms(leakage.checks(view))]


def _groups(view: View) -> list[str]:
    say, language, table = view.language.say, view.language, subgroups.groups(view)
    told = [str(subgroups.section(view).deck)]
    for line in table[table["p_adjusted"] < subgroups.OFF].head(subgroups.MOST_ROWS).to_dict("records"):
        told.append(
            str(
                say("{group}: {said} said, {seen} seen",
                    group=subgroups.group_name(view, str(line["column"]), str(line["group"])),
                    said=language.percent(line["expected"]), seen=language.percent(line["rate"]))
            )
        )  # fmt: skip
    return told


def plain(text: str) -> str:
    """A text on one line of Markdown: a client's value is never markup."""
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))
