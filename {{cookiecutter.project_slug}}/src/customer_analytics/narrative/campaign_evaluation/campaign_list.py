"""The list of campaigns: what was sent to whom, when, in which arms, and what its customers are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.scorecard import reason_told
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Cell, Row, SectionWords, TableWords

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

SECTION = "campaign_list"
MOST_ROWS, MOST_ARMS = 12, 4
WHAT = 1  # column of channel and offer, left out where nothing is known of either
WARN = 0.01  # share in two arms, without an arm or without an outcome from which it is told


def has(view: View) -> bool:
    """Whether there is a campaign to list."""
    return bool(view.listed)


def section(view: View) -> SectionWords:
    """Heading and opening sentence."""
    say = view.language.say
    compared = sum(1 for one in view.listed if one.kind == "randomised" and one.reason == "")
    deck = view.language.say_count(
        "Of {all} one has arms that can be compared.", "Of {all} {count} have arms that can be compared.", compared,
        all=view.counted_campaigns(len(view.listed)),
    )  # fmt: skip
    if not compared:
        deck = say("No campaign has arms that can be compared.")
    return SectionWords(say("What was sent, and to whom"), SECTION, deck)


def tables(view: View) -> list[TableWords]:
    """The campaigns by their first day, the latest at the top; of many the latest ones."""
    if not view.listed:
        return []
    say, every = view.language.say, [*reversed(view.listed)]
    shown = every[:MOST_ROWS]
    caption = (
        say("The campaigns, the latest first")
        if len(shown) == len(every)
        else say("The latest {count} of {total} campaigns", count=view.language.number(len(shown)),
                 total=view.language.number(len(every)))
    )  # fmt: skip
    heads = [
        (say("Campaign"), "name"), (say("Channel and offer"), "text"), (say("First day of assignment"), "text"),
        (say("Arms with their customers"), "text"), (say("Days that count"), "number"),
        (say("Arm it is compared with"), "text"),
    ]  # fmt: skip
    made = [_row(view, one) for one in shown]
    told = [place for place in range(len(heads)) if place != WHAT or any(row[WHAT][0] != "–" for row in made)]
    return [
        TableWords(
            tuple(heads[place] for place in told), tuple(tuple(row[place] for place in told) for row in made), caption,
            view.how(
                (say("Assigned"), say("Everybody in exactly one arm of a campaign, once, whatever number of messages "
                                      "there were.")),
                (say("Days that count"), say("From the moment of each customer's own assignment, for every arm alike; "
                                             "without times of messages, the campaign's own first to last day.")),
            ),
            file="campaigns",
        )
    ]  # fmt: skip


def _row(view: View, one: Any) -> Row:
    language = view.language
    parts = [view.shortened(part) for part in (one.channel, one.offer) if isinstance(part, str) and part.strip()]
    what = Text(" · ".join(parts)) if parts else Text("–")
    days = "–" if one.window_source == "none" else language.number(int(one.window_days))
    label = view.label(one.campaign)
    first = "" if pd.isna(one.first_on) else str(one.first_on)
    return (
        (label, label), (what, str(what)), (view.day(one.first_on) if first else "–", first), _arms(view, one),
        (days, 0 if one.window_source == "none" else int(one.window_days)), (_compared_with(view, one), one.reason),
    )  # fmt: skip


def _arms(view: View, one: Any) -> Cell:
    """The arms with their sizes; of many the first ones."""
    assert view.campaigns is not None
    arms = rows(view.campaigns.arms_of(int(one.code)))
    if len(arms) == 1:
        return view.people_cell(int(arms[0].n))
    say = view.language.say
    told = [say("{arm} {n}", arm=view.shortened(arm.arm), n=view.few(int(arm.n))) for arm in arms[:MOST_ARMS]]
    if len(arms) > MOST_ARMS:
        told.append(say("{count} more", count=view.language.number(len(arms) - MOST_ARMS)))
    return Text(", ".join(told) if not view.language.is_chinese else "，".join(told)), int(one.units)


def _compared_with(view: View, one: Any) -> Text:
    """What the arms are held against, or why they are not."""
    say = view.language.say
    if one.reason or one.kind != "randomised":
        return say("no arm: {why}", why=reason_told(view, one.reason))
    arm = view.arm(one.control)
    if one.control_kind == "untouched":
        return say("{arm}, who got nothing", arm=arm)
    if one.control_kind == "named":
        return say("{arm}, named in the parameters", arm=arm)
    return say("{arm}, the first arm: all got something", arm=arm)


def remarks(view: View) -> list[Text]:
    """What makes a comparison weaker, campaign by campaign."""
    say, told = view.language.say, []
    for one in view.listed:
        if one.kind != "randomised" or one.reason:
            continue
        name, counted = view.name(one.campaign), view.counted_customers
        if _is_many(view, one.in_two_arms, one.units):
            told.append(
                say("{name}: {customers} stood in several arms. Nobody knows which of them did what.", name=name,
                    customers=counted(one.in_two_arms))
            )  # fmt: skip
        if _is_many(view, one.without_arm, one.units):
            told.append(
                say("{name}: {customers} have no arm while others have one, and are left out.", name=name,
                    customers=counted(one.without_arm))
            )  # fmt: skip
        if _is_many(view, one.unanswered, one.units):
            told.append(
                say("{name}: {customers} have no outcome. If they are missing from one arm more than from the other, "
                    "the comparison is wrong.", name=name, customers=counted(one.unanswered))
            )  # fmt: skip
        if one.clusters_in_two_arms > 0:
            told.append(
                say("{name}: {mixed} of {all} units of “{unit}” hold customers of several arms. What was drawn was "
                    "something else.", name=name, mixed=view.language.number(int(one.clusters_in_two_arms)),
                    all=view.language.number(int(one.clusters)), unit=view.shortened(view.parameters.unit))
            )  # fmt: skip
    if view.campaigns is not None and view.campaigns.unassigned:
        told.append(
            view.language.say_count(
                "One more campaign is on the client's list, but nobody was assigned to it: it is not evaluated.",
                "{count} more campaigns are on the client's list, but nobody was assigned to them: they are not "
                "evaluated.", view.campaigns.unassigned,
            )
        )  # fmt: skip
    return told


def _is_many(view: View, count: int, units: int) -> bool:
    return count >= view.minimum_group and count > WARN * units
