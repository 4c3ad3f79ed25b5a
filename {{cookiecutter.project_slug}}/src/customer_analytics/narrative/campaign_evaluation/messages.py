"""What became of the messages: the rates with what they are a share of, where they differ, and the hour of sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.messages.compare import FALSE_DISCOVERY
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import traits
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from customer_analytics.analysis.messages import Messages
    from customer_analytics.narrative.campaign_evaluation.view import View

SECTION, FILE = "messages", "messages.csv"
MOST_ROWS = 8
SHOWN = ("delivery", "open", "click", "conversion", "unsubscribe")  # rates side by side in the table of channels
ALIKE = 0.05  # p below which customers of different hours were not alike


def has(view: View) -> bool:
    """Whether messages are known to have left."""
    found = view.result.messages
    return found is not None and not found.reason


def _found(view: View) -> Messages:
    found = view.result.messages
    assert found is not None
    return found


def _whole(view: View) -> pd.DataFrame:
    return _found(view).rates[_found(view).rates["dimension"] == "all"]


def section(view: View) -> SectionWords:
    """Opening: how many messages to how many customers."""
    sent = int(_whole(view)["sent"].max())
    deck = view.language.say_count(
        "One message was sent to {customers}; several of one campaign to one customer count once.",
        "{count} messages were sent to {customers}; several of one campaign to one customer count once.",
        sent, customers=view.counted_customers(_found(view).customers),
    )  # fmt: skip
    return SectionWords(view.language.say("What became of the messages"), SECTION, deck)


def tables(view: View) -> list[TableWords]:
    """All messages, side by side by channel, and where rates differ beyond chance."""
    if not has(view):
        return []
    made = [_all_table(view), _side_by_side(view), _different(view)]
    return [table for table in made if table is not None]


def _all_table(view: View) -> TableWords:
    say = view.language.say
    columns = (
        (say("What became of a message"), "name"), (say("How many"), "number"), (say("Share of what"), "text"),
        (say("Share"), "number"), (say("Interval of the share"), "number"),
    )  # fmt: skip
    return TableWords(
        columns, tuple(_all_row(view, row) for row in rows(_whole(view)) if row.metric != "conversion_sent"),
        say("What became of the messages of all campaigns"),
        view.how(
            (say("Unit"), say("A customer in a campaign to whom something was sent; the window runs from the day of "
                              "assignment")),
            (say("Opened"), _machine_rule(view)),
            (say("Ordered in the window"), say("Whoever ordered, for whatever reason; what the message caused is "
                                               "told by the "
                                               "experiments")),
            (say("Interval"), say("Wilson, widened where customers got several messages")),
        ),
        file=FILE,
    )  # fmt: skip


def _machine_rule(view: View) -> Text:
    seconds = view.parameters.machine_open_seconds
    if not seconds:
        return view.language.say("Every opening counts, a machine’s too; a click counts as an opening")
    return view.language.say_count(
        "Openings within {count} second of delivery are a machine’s and do not count; a click counts as an opening",
        "Openings within {count} seconds of delivery are a machine’s and do not count; a click counts as an opening",
        seconds,
    )


def _all_row(view: View, row: Any) -> Row:
    language, base = view.language, int(row.base)
    return (
        (traits.metric(view, row.metric), None), (language.number(row.events), row.events),
        (traits.denominator(view, row.metric, base), base), (view.rate(float(row.rate), base, 1), float(row.rate)),
        (_interval(view, row), float(row.low)),
    )  # fmt: skip


def _interval(view: View, row: Any) -> str:
    if row.base < view.minimum_base:
        return view.language.number(None)
    return view.between(Interval(float(row.low), float(row.high)), 1)


def _side_by_side(view: View) -> TableWords | None:
    """Channels, or campaigns where there is one channel."""
    table, say = _found(view).rates, view.language.say
    channels = table[(table["dimension"] == "channel") & (table["sent"] >= view.minimum_group)]
    by_channel = channels["value"].nunique() > 1
    own = channels if by_channel else table[(table["dimension"] == "campaign") & (table["sent"] >= view.minimum_group)]
    if own["value"].nunique() < 2:
        return None
    metrics = [metric for metric in SHOWN if (own["metric"] == metric).any()]
    leading = own.groupby("value")["sent"].max().sort_values(ascending=False, kind="stable").head(MOST_ROWS).index
    made: list[Row] = []
    for value in leading:
        cells = own[own["value"] == value].set_index("metric")
        name = view.shortened(value) if by_channel else view.label(str(value))
        sent = int(cells["sent"].max())
        rates = [(view.rate(float(cells.at[m, "rate"]), float(cells.at[m, "base"]), 1), float(cells.at[m, "rate"]))
                 for m in metrics]  # fmt: skip
        made.append(((name, None), (view.language.number(sent), sent), *rates))
    heads = [
        (say("Channel") if by_channel else say("Campaign of the messages"), "name"),
        (say("Messages sent"), "number"),
    ]
    heads += [(traits.metric(view, metric), "number") for metric in metrics]
    caption = say("The messages by channel") if by_channel else say("The messages by campaign")
    how = view.how(
        (
            say("Share of what"),
            say("Delivered: of sent; all others: of delivered, orders only where the window is over"),
        ),
        (
            say("What it says"),
            say("Channels differ in offer, day and people: a description, not an effect of the channel"),
        ),
    )
    return TableWords(tuple(heads), tuple(made), caption, how, file=FILE)


def _beyond_chance(view: View) -> pd.DataFrame:
    """Where a rate differs from the other messages; that buyers buy is told of who responded."""
    table = _found(view).rates
    own = table[table["differs"] & (table["sent"] >= view.minimum_group) & (table["base"] >= view.minimum_base)]
    obvious = own["dimension"].isin(("recency", "frequency")) & (own["metric"] == "conversion")
    own = own[~obvious]
    # Of these rows alone: a frame without rows would take on the rows of a longer column.
    own = own.assign(size=own["difference"].abs() / own["others"].clip(lower=1e-9))
    own = own.sort_values(["size", "dimension", "value", "metric"], ascending=[False, True, True, True])
    return own.drop_duplicates(
        ["metric", "events", "base"]
    )  # a channel and an offer of one campaign are the same messages


def _different(view: View) -> TableWords | None:
    own, say = _beyond_chance(view), view.language.say
    if not len(own):
        return None
    columns = (
        (say("Messages by"), "text"), (say("Which of them"), "name"), (say("Rate that differs"), "text"),
        (say("Share"), "number"), (say("Other messages"), "number"), (say("Difference of the rates"), "number"),
    )  # fmt: skip
    how = view.how(
        (say("Compared with"), say("Customer states, arms, hours and weekdays within campaigns (Mantel and "
                                   "Haenszel); channels "
                                "and offers against all others")),
        (say("False ones"), say("At most {share} of those told are false (Benjamini and Hochberg over all comparisons)",
                            share=view.language.percent(FALSE_DISCOVERY))),
    )  # fmt: skip
    return TableWords(
        columns, tuple(_different_row(view, row) for row in rows(own.head(MOST_ROWS))),
        say("Where a rate differs from that of the other messages"), how, file=FILE,
    )  # fmt: skip


def _different_row(view: View, row: Any) -> Row:
    language = view.language
    name = traits.value(view, row.dimension, row.value)
    if row.campaign:
        name = language.say("{arm} ({campaign})", arm=name, campaign=view.label(row.campaign))
    return (
        (traits.dimension(view, row.dimension), None), (name, None), (traits.metric(view, row.metric), None),
        (language.percent(float(row.rate), 1), float(row.rate)),
        (language.percent(float(row.others), 1), float(row.others)),
        (language.points(float(row.difference)), float(row.difference)),
    )  # fmt: skip


def remarks(view: View) -> list[Text]:
    """What was not recorded, that nothing differs, and what can be said of the hour; else why there are no rates."""
    say, found = view.language.say, view.result.messages
    if found is None or found.reason:
        sentence = say("Message rates: not estimable, nothing says that a message left. Being on a list is not being "
                       "written to.")  # fmt: skip
        return [sentence] if found is not None and found.reason == "not_sent" else []
    made = []
    untracked = {"opened": say("openings"), "clicked": say("clicks")}
    for time, what in untracked.items():
        names = found.untracked.get(time, ())
        if names and len(names) < len(view.listed):
            made.append(say("Of {campaigns} no {what} are recorded; its rates leave them out.", what=what,
                            campaigns=view.names(list(names))))  # fmt: skip
    if not len(_beyond_chance(view)):
        made.append(
            say("No channel, offer, arm, group or hour has a rate beyond chance, over all comparisons together.")
        )
    return [*made, _hour_told(view)]


def _hour_told(view: View) -> Text:
    """What can be said of the hour of sending."""
    say, found = view.language.say, _found(view).send_time
    if found.reason == "no_times":
        return say("Hour of sending: not estimable, the messages have days and no times.")
    if found.reason == "one_hour":
        return say(
            "Hour of sending: not estimable. Each campaign left within one hour, so that the hour cannot be told from "
            "the campaign; draw two hours by lot to learn it."
        )
    if found.best_hour is None:
        return say("Hour of sending: within campaigns no hour has a better rate beyond chance.")
    numbers = {"hour": f"{found.best_hour:02d}:00", "rate": traits.metric(view, found.best_metric)}
    if found.alike_p < ALIKE:
        return say(
            "Hour of sending: messages of {hour} have the best rate ({rate}), but their customers were not like the "
            "others before; the hour was not drawn by lot.", **numbers,
        )  # fmt: skip
    return say(
        "Hour of sending: within campaigns messages of {hour} have the best rate ({rate}). The hour was not drawn by "
        "lot: "
        "test it before everything moves there.", **numbers,
    )  # fmt: skip
