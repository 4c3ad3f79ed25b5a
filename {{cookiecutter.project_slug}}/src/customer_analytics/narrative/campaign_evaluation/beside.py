"""What a campaign did beside its aim: categories that gained or lost, and customers in several campaigns at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.messages.compare import FALSE_DISCOVERY
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

SECTION = "beside"
MOST_ROWS = 8
MUCH = 0.05  # share of a campaign's customers in another one, from which it is told


def _categories(view: View) -> pd.DataFrame:
    found = view.result.timing
    if found is None or not len(found.categories):
        return pd.DataFrame()
    return found.categories[found.categories["sound"].astype(bool)]


def _overlaps(view: View) -> pd.DataFrame:
    found = view.result.timing
    if found is None or not len(found.overlaps):
        return pd.DataFrame()
    return found.overlaps[found.overlaps["shared"] >= view.minimum_group]


def has(view: View) -> bool:
    """Whether categories or other campaigns could be looked at."""
    found = view.result.timing
    several = found is not None and len(view.listed) > 1
    return (
        len(_categories(view)) > 0
        or (several and found is not None and found.reason != "no_campaigns")
        or len(_overlaps(view)) > 0
    )


def section(view: View) -> SectionWords:
    """Opening: what is looked at beside the aim."""
    say = view.language.say
    return SectionWords(
        say("What else moved"), SECTION,
        say("A gain in one place may be another’s loss, and another campaign may be behind it."),
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """Categories that gained or lost beyond chance."""
    own = _categories(view)
    own = own[own["verdict"] != ""] if len(own) else own
    if not len(own):
        return []
    say = view.language.say
    own = own.sort_values(["verdict", "effect", "campaign", "category"], ascending=[False, False, True, True])
    columns = (
        (say("Campaign of the category"), "name"), (say("Product category"), "text"),
        (say("Revenue a contacted customer"), "number"), (say("Revenue a control customer"), "number"),
        (say("Difference in revenue"), "number"),
    )  # fmt: skip
    how = view.how(
        (say("Revenue of a category"), say("Lines of purchases within the window, a customer assigned")),
        (say("False ones"), say("At most {share} of those told are false (Benjamini and Hochberg over all comparisons)",
                            share=view.language.percent(FALSE_DISCOVERY))),
    )  # fmt: skip
    made = tuple(_row(view, row) for row in rows(own.head(MOST_ROWS)))
    return [TableWords(columns, made, say("Categories that gained or lost"), how, file="campaign_categories.csv")]


def _row(view: View, row: Any) -> Row:
    money = view.language.money
    return (
        (view.label(row.campaign), None), (view.shortened(row.category), None),
        (money(float(row.mean)), float(row.mean)), (money(float(row.mean_control)), float(row.mean_control)),
        (view.language.say("{value} ({low} to {high})", value=view.signed_money(float(row.effect)),
                           low=view.signed_money(float(row.low)), high=view.signed_money(float(row.high))),
         float(row.effect)),
    )  # fmt: skip


def remarks(view: View) -> list[Text]:
    """Categories without a change, and how far campaigns overlap."""
    say, made = view.language.say, []
    own = _categories(view)
    if len(own):
        lost = int((own["verdict"] == "lost").sum())
        tested = view.language.number(int(own["p_value"].notna().sum()))
        if not (own["verdict"] != "").any():
            made.append(say("No category gained or lost beyond chance, of {tested} comparisons.", tested=tested))
        elif not lost:
            made.append(say("No category lost beyond chance, of {tested} comparisons: no sign that one sale replaced "
                            "another.", tested=tested))  # fmt: skip
    if not view.listed or len(view.listed) < 2:
        return made
    met = _overlaps(view)
    much = met[met["share"] >= MUCH] if len(met) else met
    if not len(much):
        made.append(say("Hardly any customer was in two campaigns less than a window apart."))
        return made
    most = rows(much.head(1))[0]
    made.append(
        view.language.say_count(
            "One pair of campaigns shares customers less than a window apart: {share} of those of {campaign} were in "
            "{other}.",
            "{count} pairs of campaigns share customers less than a window apart; most so {campaign}: {share} of its "
            "customers were in {other}.",
            len(much), share=view.language.percent(float(most.share)), campaign=view.name(most.campaign),
            other=view.name(most.other),
        )
    )  # fmt: skip
    return made


def findings(view: View) -> list[Finding]:
    """That one arm met another campaign more often than its control."""
    met = _overlaps(view)
    own = rows(met[met["uneven"].astype(bool)]) if len(met) else []
    if not own:
        return []
    say, row, percent = view.language.say, own[0], view.language.percent
    numbers = {
        "campaign": view.name(row.campaign), "other": view.name(row.other),
        "contact": percent(float(row.share_contact), 1), "control": percent(float(row.share_control), 1),
    }  # fmt: skip
    return [
        Finding(
            id="overlap", grade=Grade.C, head=say("{campaign} overlaps unevenly with {other}", **numbers),
            statement=say("Of the contacted customers of {campaign} **{contact}** were in {other} less than a window "
                          "apart, of "
                          "its control **{control}**: beyond chance.", **numbers),
            meaning=say("Part of the difference may be the other campaign’s."),
            action=say("Draw the arms of both campaigns together next time, or leave out who is in the other one."),
            section=SECTION, value=float(row.share_contact - row.share_control), n=int(row.shared), unit="share",
        )
    ]  # fmt: skip
