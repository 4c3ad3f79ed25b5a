"""Reasons: what goes with a high probability, how many people each holds for, and how steady that is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from customer_analytics.analysis.reasons.customers import LEAST, MOST
from customer_analytics.analysis.reasons.held_out import MOST_REFIT
from customer_analytics.analysis.reasons.result import ReasonsResult
from customer_analytics.disclosure.hiding import small_groups
from customer_analytics.narrative.churn.features import family_name
from customer_analytics.narrative.churn.reason_words import speaker_of
from customer_analytics.narrative.churn.sentences import sentence, sentences
from customer_analytics.narrative.exhibits import How, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.language import Text
    from customer_analytics.narrative.churn.view import View

__all__ = ["findings", "has", "reason_table", "section", "sentences"]

MOST_ROWS = 8


def has(view: View) -> bool:
    """Whether there is anything to say: a forecast was tested."""
    return view.result.reasons is not None and view.result.reasons.reason != "not_scored"


def _result(view: View) -> ReasonsResult:
    assert view.result.reasons is not None
    return view.result.reasons


def section(view: View) -> SectionWords:
    """Opening: how many have a reason, or why there are none."""
    say, result = view.language.say, _result(view)
    title = say("Reasons, person by person")
    if result.reason == "nothing_predicts":
        return SectionWords(title, "reasons", say("No reasons are given: nothing in the data tells who leaves."))
    if result.reason == "nobody":
        return SectionWords(title, "reasons", say("No reasons are given: nobody is here now."))
    if not result.is_model:
        return SectionWords(
            title,
            "reasons",
            say(
                "The forecast goes by one rule, {method}: that is the only reason there is.",
                method=view.method(result.method),
            ),
        )
    return SectionWords(title, "reasons", _deck(view, result))


def _deck(view: View, result: ReasonsResult) -> Text:
    return view.language.say(
        "{share} of those who are here have at least one reason: something known of them that raises their odds of "
        "leaving by {least} or more against everybody here. It goes with leaving; whether it leads to leaving, a "
        "forecast cannot say.",
        share=view.language.percent(_told(result)), least=view.language.percent(math.exp(LEAST) - 1),
    )  # fmt: skip


def _told(result: ReasonsResult) -> float:
    """Share of the people with a reason."""
    return float(result.per_customer["reason_1"].notna().mean())


def reason_table(view: View) -> TableWords | None:
    """By family: for how many it is a reason, how steady that is, and how such a reason reads; None without reasons."""
    say, language, result = view.language.say, view.language, _result(view)
    counts = result.counts[result.counts["people"] >= view.minimum_group].head(MOST_ROWS)
    if not len(counts):
        return None
    # Everybody has at most one first reason: a hidden count must not be found by subtracting the others.
    hidden = small_groups(counts["first"].to_numpy(dtype=np.int64), view.minimum_group)
    rows: list[Row] = []
    for row, small in zip(counts.to_dict("records"), hidden, strict=True):
        family, steady = str(row["family"]), _steady(result, str(row["family"]), view.least)
        rows.append(
            (
                (family_name(view, family), None),
                (language.number(row["people"]), row["people"]),
                (language.percent(row["people"] / len(result.per_customer)), row["people"]),
                (say("few") if small else language.number(int(row["first"])), None if small else row["first"]),
                (language.percent(steady), steady),
                (_example(view, result, family), None),
            )
        )
    return TableWords(
        (
            (say("What it is about"), "name"),
            (say("People it is a reason for"), "number"),
            (say("Of those here"), "number"),
            (say("As their first reason"), "number"),
            (say("Still the first on other data"), "number"),
            (say("Example, at median figures"), "text"),
        ),
        tuple(rows),
        say("Reasons by what they are about"),
        _how(view, result),
    )


def _steady(result: ReasonsResult, family: str, least: int) -> float | None:
    if result.steadiness is None:
        return None
    rows = result.steadiness.table
    own = rows[(rows["family"] == family) & (rows["people"] >= least)]
    return float(own["same_first"].iloc[0]) if len(own) else None


def _example(view: View, result: ReasonsResult, family: str) -> Text:
    """How a reason of the family reads at the middle figures of those who have it: of nobody in particular."""
    samples, table = view.result.samples, result.per_customer
    assert samples is not None
    mine = [table.loc[table[f"family_{k}"] == family, ["person_id", f"reason_{k}"]] for k in range(1, MOST + 1)]
    named = pd.concat([part.set_axis(["person_id", "topic"], axis=1) for part in mine])
    topic = str(named["topic"].mode().iloc[0])
    people = named.loc[named["topic"] == topic, "person_id"]
    frame = samples.now.frame
    own = frame[frame["person_id"].isin(people)]
    columns = {name: digits for name, digits in speaker_of(topic).columns.items() if name in frame.columns}
    return sentence(
        view.language, view.kind, topic, {name: _middle(own[name], digits) for name, digits in columns.items()}
    )


def _middle(values: pd.Series, digits: int | None) -> Any:
    """Median of numbers where most are known; the most frequent of texts."""
    if digits is None:
        return values.mode().iloc[0] if values.notna().any() else None
    return float(values.median()) if values.notna().mean() > 1 / 2 else None


def _how(view: View, result: ReasonsResult) -> How:
    say, language = view.language.say, view.language
    if not result.is_model:
        return view.how(
            (
                say("Reason by a rule"),
                say(
                    "The rule's log odds for the person less their mean over everybody here; listed where the odds are "
                    "higher by {least} or more",
                    least=view.language.percent(math.exp(LEAST) - 1),
                ),
            )
        )
    steady = result.steadiness
    lines = [
        (
            say("Contribution"),
            say(
                "Shapley value on the log odds, exact, against {people} people who are here now: what each family of "
                "features adds; all families together give the person's probability. Correlated features of a family "
                "are summed",
                people=language.number(result.base_people),
            ),
        ),
        (
            say("What is listed"),
            say(
                "At most {most} families that raise the odds, each by {least} or more; age, region, channel and the "
                "like count in the probability and are never listed", most=language.number(MOST),
                least=language.percent(math.exp(LEAST) - 1),
            ),
        ),
    ]  # fmt: skip
    if steady is not None and steady.refits:
        lines.append(
            (
                say("Other data"),
                say(
                    "The model learned anew from {refits} other draws of the people (bootstrap, at most {rows} rows "
                    "each): share whose first reason stays of the same family",
                    refits=language.number(steady.refits),
                    rows=language.number(MOST_REFIT),
                ),
            )
        )
    return view.how(*lines)


def findings(view: View) -> list[Finding]:
    """How many have a reason, which is most often the first, and how steady reasons are."""
    if not has(view) or not _result(view).is_model:
        return []
    result = _result(view)
    steady, counts = result.steadiness, result.counts[result.counts["first"] >= view.minimum_group]
    if steady is None or math.isnan(steady.same_first) or not len(counts):
        return []
    say, language = view.language.say, view.language
    first = counts.sort_values(["first", "family"], ascending=[False, True]).iloc[0]
    family = family_name(view, str(first["family"]))
    return [
        Finding(
            id="reasons", grade=Grade.B,
            head=say("“{family}” is most often the first reason", family=family),
            statement=say(
                "**{first}** of {people} have “{family}” as their first reason, {told} of all have at least one. After "
                "learning from other draws of the people {steady} keep their first reason ({low} to {high}).",
                first=language.number(int(first["first"])), people=view.counted(len(result.per_customer)),
                family=family,
                told=language.percent(_told(result)), steady=language.percent(steady.same_first),
                low=language.percent(steady.lowest), high=language.percent(steady.highest),
            ),
            meaning=say("A reason tells what goes with leaving in the data. It is no proof of a cause."),
            action=say("Open the conversation with the first reason, and ask instead of asserting."),
            section="reasons", value=steady.same_first, low=steady.lowest, high=steady.highest, n=steady.people,
            unit="share", notable=False,
        )
    ]  # fmt: skip
