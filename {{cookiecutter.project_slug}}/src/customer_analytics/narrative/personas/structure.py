"""Section four: how many personas, and why; or that the customers do not fall into kinds."""

from __future__ import annotations

import math
from typing import Any

from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.personas.view import STABLE, View, records

ChoiceBar = tuple[str, float | None, str, str, float | None, float | None]


def structure_section(view: View) -> SectionWords:
    """Opening of the section on the number of personas."""
    say = view.language.say
    return SectionWords(say("How many personas, and why"), "structure", structure_line(view))


def structure_line(view: View) -> Text:
    """Whether there are kinds at all, with the numbers that decide it."""
    say, language, found = view.language.say, view.language, view.result.structure
    if found.status == "not_estimable":
        return why_not(view)
    numbers: dict[str, Any] = {
        "silhouette": language.number(found.silhouette, 2),
        "one_group": language.number(found.silhouette_one_group, 2),
        "permuted": language.number(found.silhouette_permuted, 2),
        "k": language.number(found.k),
        "sets": language.number(found.reference_sets),
        "n": language.number(view.n),
    }
    if found.status == "none":
        return say(
            "The best division of the {n} customers, into {k} groups, separates them with a silhouette of "
            "{silhouette}; data of one single group with the same habits reach {one_group}, data mixed at random "
            "{permuted}, as means of {sets} sets each.",
            **numbers,
        )
    return say(
        "{k} groups separate the {n} customers with a silhouette of **{silhouette}**. Data of one single group with "
        "the same habits reach {one_group}, data mixed at random {permuted}, as means of {sets} sets each.",
        **numbers,
    )


def why_not(view: View) -> Text:
    """Why the question of kinds could not be asked."""
    say, people = view.language.say, view.result.population
    if view.result.structure.reason == "too_few_customers" and not people.described:
        return say("Not estimable: no customer has {enough}.", enough=view.enough)
    return {
        "too_few_customers": say(
            "Not estimable: {count} customers have {enough}, too few to divide.",
            count=view.described, enough=view.enough,
        ),
        "too_few_tags": say("Not estimable: fewer than two tags of how people buy vary between customers."),
        "all_alike": say("Not estimable: all customers have the same tags."),
    }.get(view.result.structure.reason, say("Not estimable with these data."))  # fmt: skip


def choice_bars(view: View) -> list[ChoiceBar]:
    """Bars of the excess of silhouette over one-group data, by number of groups."""
    say, language, choice = view.language.say, view.language, view.result.choice
    rows: list[ChoiceBar] = []
    for row in records(choice.table[choice.table["k"] > 1]):
        excess = float(row["excess"])
        name = say("{k} groups", k=language.number(row["k"]))
        known = None if math.isnan(excess) else excess
        rows.append((name, known, language.signed(excess, 1), "s1" if row["k"] == choice.k else "faint", None, None))
    return rows


def choice_figure(view: View) -> FigureWords:
    """Words of the chart of the number of groups."""
    say, language, choice = view.language.say, view.language, view.result.choice
    rows = [say("{name} {value}", name=row[0], value=row[2]) for row in choice_bars(view)]
    if choice.by == "parameter":
        title = say("{k} personas, as engagement.yml asks", k=language.number(choice.k))
    elif choice.k < 2:
        title = say("No number of groups is clearly better than one single group would be")
    else:
        title = say("{k} groups: a division that holds, and none too small", k=language.number(choice.k))
    return FigureWords(
        title,
        say("Silhouette beyond that of one-group data, in standard deviations, by number of groups"),
        say("Bars by number of groups. {rows}.", rows=language.joined(rows)),
        say(
            "Source: a sample of {sample} customers, {tags} tags in {components} components.",
            sample=language.number(view.result.preparation.sample),
            tags=language.number(len(view.result.preparation.used)),
            components=language.number(view.result.preparation.components),
        ),
    )  # fmt: skip


def choice_table(view: View) -> TableWords:
    """Every criterion for every number of groups."""
    say, language, choice = view.language.say, view.language, view.result.choice
    rows: list[Row] = [
        (
            (language.number(row["k"]), row["k"]),
            (language.number(row["silhouette"], 2), row["silhouette"]),
            (language.number(row["silhouette_reference"], 2), row["silhouette_reference"]),
            (language.number(row["gap"], 2), row["gap"]),
            (language.percent(row["smallest_share"]), row["smallest_share"]),
            (language.number(row["stability"], 2), row["stability"]),
            (_verdict(view, row), None),
        )
        for row in records(choice.table)
    ]
    return TableWords(
        (
            (say("Groups"), "name"), (say("Silhouette"), "number"), (say("One-group data"), "number"),
            (say("Gap"), "number"), (say("Smallest group"), "number"), (say("Least stable group"), "number"),
            (say("Verdict"), "text"),
        ),
        tuple(rows),
        say("Criteria for the number of groups"),
        view.how(
            (say("Silhouette"), say("How much nearer a customer is to the own group than to the next; from zero")),
            (
                say("Gap"),
                say(
                    "Gap statistic, which may also choose one group; alone it would choose {gap}, the silhouette "
                    "alone {silhouette}",
                    gap=language.number(choice.gap_k), silhouette=language.number(choice.silhouette_k),
                ),
            ),
            (
                say("Smallest group"),
                say(
                    "At least {share} of the customers, or the number is not taken",
                    share=language.percent(view.result.parameters.minimum_share),
                ),
            ),
        ),
        file="number_of_personas.csv",
    )  # fmt: skip


def _verdict(view: View, row: dict[str, Any]) -> Text:
    say, choice = view.language.say, view.result.choice
    if row["k"] == choice.k:
        return say("taken")
    if row["k"] == 1:
        return say("not taken: there are kinds") if choice.k > 1 else say("taken")
    if not row["large_enough"]:
        return say("a group is too small")
    if view.result.structure.status != "found":
        return say("no clearer than one single group would be")
    return say("possible") if row["eligible"] else say("not better than one group, or not stable")


def stability_line(view: View) -> Text:
    """Which personas hold in other samples and which do not."""
    say, language = view.language.say, view.language
    shaky = [view.name(one.key) for one in view.personas if one.level not in STABLE]
    if not shaky:
        return say("Every persona comes back in samples of the same customers: the borders are not an accident.")
    names = language.listing([str(say("“{persona}”", persona=name)) for name in shaky])
    return language.say_count(
        "One persona is not stable: {names}. Use it as a hint; some members would fall elsewhere in another sample.",
        "{count} personas are not stable: {names}. Use them as a hint; some members would fall elsewhere in another "
        "sample.",
        len(shaky), names=names,
    )  # fmt: skip
