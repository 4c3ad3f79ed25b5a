"""Who responded, and whether the same people order without a message."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import traits
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

SECTION = "responders"
LEVEL, MOST_ROWS = 0.05, 8


def _told(view: View) -> pd.DataFrame:
    """Traits that responders have clearly more or less often, enough people on both sides."""
    found = view.result.messages
    if found is None or found.reason or not len(found.responders):
        return pd.DataFrame()
    table = found.responders
    enough = (table["responders"] >= view.minimum_group) & (table["others"] >= view.minimum_group)
    table = table[enough & (table["q_value"] <= LEVEL) & table["index"].notna()]
    return table.sort_values(["index", "trait", "value"], ascending=[False, True, True]).head(MOST_ROWS)


def has(view: View) -> bool:
    """Whether it is known who responded."""
    found = view.result.messages
    return found is not None and not found.reason and found.contacted >= view.minimum_base


def section(view: View) -> SectionWords:
    """Opening: how many responded, and that this is no effect."""
    say, found = view.language.say, view.result.messages
    assert found is not None
    return SectionWords(
        say("Who responded"), SECTION,
        say(
            "Of {all} contacted, counted once a campaign, {n} ordered in the window. What they have in common "
            "describes "
            "buyers; what a message changes in them is told by the effects by group.",
            all=view.counted_customers(found.contacted), n=view.language.number(found.responded),
        ),
        inside=True,
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """The traits, beside the same among those held out."""
    say, own = view.language.say, _told(view)
    if not len(own):
        return []
    columns = (
        (say("Trait of the customer"), "text"), (say("Value of the trait"), "name"),
        (say("Share of those who ordered"), "number"), (say("Share of the other contacted"), "number"),
        (say("Times as often"), "number"), (say("Without contact"), "number"),
    )  # fmt: skip
    how = view.how(
        (say("Times as often"),
         say("Share among those who ordered over the share among the others who were contacted")),
        (say("Without contact"),
         say("The same among the arms that got nothing: what is as high there belongs to buyers, not to the campaign")),
    )  # fmt: skip
    made = tuple(_row(view, row) for row in rows(own))
    return [TableWords(columns, made, say("Who ordered after being contacted"), how, file="responders.csv")]


def _row(view: View, row: Any) -> Row:
    language, index = view.language, float(row.index_control)
    return (
        (traits.dimension(view, row.trait), None), (traits.value(view, row.trait, row.value), None),
        (language.percent(float(row.share_responders)), float(row.share_responders)),
        (language.percent(float(row.share_others)), float(row.share_others)),
        (_times(view, float(row.index)), float(row.index)),
        (_times(view, index) if not math.isnan(index) else language.number(None), None if math.isnan(index) else index),
    )  # fmt: skip


def _times(view: View, ratio: float) -> Text:
    return view.language.say("{ratio} times", ratio=view.language.number(ratio, 1))


def remarks(view: View) -> list[Text]:
    """That nothing sets the responders apart."""
    if not has(view) or len(_told(view)):
        return []
    return [view.language.say("Nothing that is known of them sets those who ordered apart beyond chance.")]
