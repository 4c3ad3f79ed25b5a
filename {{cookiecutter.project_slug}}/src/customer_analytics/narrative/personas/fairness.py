"""Section: the screen for sensitive attributes: whether a persona is gender, age or income under another name."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.personas.view import View, records

WATCHED = ("moderate", "strong")


def fairness_section(view: View) -> SectionWords:
    """Opening of the screen; with the reason where there is nothing to screen."""
    say = view.language.say
    title = say("Screen for sensitive attributes")
    if not view.has_personas:
        return SectionWords(title, "fairness", say("Nothing to screen: there are no personas."))
    if not len(view.result.fairness):
        deck = say("The data hold no gender, age, income or occupation, so there was nothing to screen by.")
        return SectionWords(title, "fairness", deck)
    return SectionWords(
        title, "fairness",
        say(
            "Sensitive attributes did not form the personas. A persona can still lean on one; whoever makes an offer "
            "to it should know."
        ),
    )  # fmt: skip


def watched(view: View) -> list[dict[str, Any]]:
    """Attributes with which the personas go together moderately or strongly, strongest first."""
    rows = [row for row in records(view.result.fairness) if row["level"] in WATCHED]
    return sorted(rows, key=lambda row: -float(row["cramers_v"]))


def fairness_table(view: View) -> TableWords:
    """How strongly personas go with each sensitive attribute, and where most."""
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in records(view.result.fairness):
        known = not math.isnan(row["cramers_v"])
        told = isinstance(row["persona"], str) and bool(row["persona"]) and not math.isnan(row["share"])
        where = (
            say(
                "{persona}: {value} {share} (all: {base})", persona=view.name(str(row["persona"])),
                value=view.value_of(str(row["attribute"]), str(row["value"])), share=language.percent(row["share"]),
                base=language.percent(row["base_share"]),
            )
            if told
            else Text(language.number(None))
        )  # fmt: skip
        rows.append(
            (
                (Text(view.label_of(str(row["attribute"]))), None),
                (language.number(row["cramers_v"], 2), row["cramers_v"] if known else None),
                (_level(view, str(row["level"])), None),
                (where, None),
            )
        )
    return TableWords(
        (
            (say("Attribute"), "name"), (say("Strength"), "number"), (say("How strong"), "text"),
            (say("Largest difference"), "text"),
        ),
        tuple(rows),
        say("Personas and sensitive attributes"),
        view.how(
            (
                say("Strength"),
                say("Cramér's V with correction for chance: zero means no relation, one a complete one"),
            ),
            (say("Base"), say("Customers for whom the attribute is known")),
        ),
        file="fairness.csv",
    )  # fmt: skip


def _level(view: View, level: str) -> Text:
    say = view.language.say
    return {
        "none": say("none"), "weak": say("weak"), "moderate": say("moderate"), "strong": say("strong"),
    }.get(level, say("not estimable"))  # fmt: skip
