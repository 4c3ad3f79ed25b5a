"""Section seven: purchase rhythm, stages, the ladder of repeat purchases."""

from __future__ import annotations

import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.rfm.exhibits import BarRow, FigureWords, Row, SectionWords, TableWords
from customer_analytics.narrative.rfm.names import stage_name
from customer_analytics.narrative.rfm.view import View, fold


def lifecycle_section(view: View) -> SectionWords:
    """Opening of the section on the lifecycle, with the thresholds."""
    say, language, pace = view.language.say, view.language, view.result.rhythm
    title = say("Lifecycle")
    if pace is None:
        deck = say(
            "Not estimable: fewer than {minimum} repeat purchases, so there is no rhythm to measure silence by.",
            minimum=language.number(view.minimum_base),
        )
        return SectionWords(title, "lifecycle", deck)
    return SectionWords(
        title,
        "lifecycle",
        say(
            "The rhythm: half of the repeat purchases come within {median} days of the one before, {active_share} "
            "within {active} days, {lost_share} within {lost} days. Silence beyond these marks makes a stage.",
            median=language.number(pace.median_days), active=language.number(pace.active_days),
            lost=language.number(pace.lost_days), active_share=language.percent(pace.active_share),
            lost_share=language.percent(pace.lost_share),
        ),
    )  # fmt: skip


def _definitions(view: View) -> dict[str, Text]:
    say, language, pace = view.language.say, view.language, view.result.rhythm
    assert pace is not None
    days = {"active": language.number(pace.active_days), "lost": language.number(pace.lost_days)}
    mature = language.number(pace.mature_from)
    return {
        "new": say("First purchase within {active} days", **days),
        "active": say("Last purchase within {active} days", **days),
        "returned": say("The same, after a silence of more than {lost} days", **days),
        "sleeping": say("Silent for more than {active} and up to {lost} days", **days),
        "lost": say("Silent for more than {lost} days", **days),
        "activation": say("One purchase, within {active} days", **days),
        "growth": say("Fewer than {mature} purchases, the last within {active} days", mature=mature, **days),
        "maturity": say("At least {mature} purchases, the last within {active} days", mature=mature, **days),
        "warning": say("Silent for more than {active} and up to {lost} days", **days),
        "small": Text(language.number(None)),
    }


def _stage_table(view: View, stages: pd.DataFrame, caption: Text) -> TableWords:
    say, language = view.language.say, view.language
    meaning = _definitions(view)
    rows: list[Row] = [
        (
            (stage_name(language, group.key), None),
            (meaning[group.key], None),
            (language.number(group.customers), group.customers),
            (language.percent(group.share_customers), group.share_customers),
            (language.money(group.revenue), group.revenue),
            (language.percent(group.share_revenue), group.share_revenue),
        )
        for group in fold(stages, "stage", view.minimum_group)
    ]
    return TableWords(
        (
            (say("Stage"), "name"),
            (say("Meaning"), "text"),
            (say("Customers"), "number"),
            (say("Share of customers"), "number"),
            (say("Net revenue"), "number"),
            (say("Share of revenue"), "number"),
        ),
        tuple(rows),
        caption,
        view.how(
            (say("Unit"), say("One customer; each is in exactly one stage, and the stages add up to all customers")),
            (say("Purchases"), say("Purchase days in all history; the first purchase is the first in the data")),
            (
                say("Thresholds"),
                say(
                    "From {gaps} gaps between purchase days of the same customer",
                    gaps=language.number(view.result.rhythm.gaps if view.result.rhythm else 0),
                ),
            ),
        ),
    )


def stage_table(view: View) -> TableWords:
    """New, active, returned, sleeping, lost."""
    assert view.result.stages is not None
    return _stage_table(view, view.result.stages, view.language.say("Stages: who buys, who has stopped, who is back"))


def phase_table(view: View) -> TableWords:
    """Activation, growth, maturity, warning, lost."""
    assert view.result.phases is not None
    return _stage_table(view, view.result.phases, view.language.say("Phases: from the first purchase to the loss"))


def stage_bars(view: View) -> list[BarRow]:
    """Bars of the stages' shares of customers."""
    assert view.result.stages is not None
    rows: list[BarRow] = []
    for group in fold(view.result.stages, "stage", view.minimum_group):
        role = "alert" if group.key == "sleeping" else "faint"
        shown = view.language.percent(group.share_customers)
        rows.append((str(stage_name(view.language, group.key)), group.share_customers, shown, role, None, None))
    return rows


def stage_figure(view: View) -> FigureWords:
    """Words of the chart of stages."""
    say, stages, language = view.language.say, view.result.stages, view.language
    assert stages is not None
    share = dict(zip(stages["stage"], stages["share_customers"], strict=True))
    money = dict(zip(stages["stage"], stages["revenue"], strict=True))
    active = share["new"] + share["active"] + share["returned"]
    return FigureWords(
        say("{active} of customers are within their rhythm, {lost} are lost", active=view.language.percent(active),
            lost=view.language.percent(share["lost"])),
        say(
            "Share of customers by stage. Red: still to be won back, {money} spent so far",
            money=language.money(money["sleeping"]),
        )
        if any(group.key == "sleeping" for group in fold(stages, "stage", view.minimum_group))
        else say("Share of customers by stage"),
        say(
            "Bars of the share of customers by stage. {rows}.",
            rows=language.listing(
                [say("{segment} {money}", segment=row[0], money=row[2]) for row in stage_bars(view)]
            ),
        ),
        view.source,
    )  # fmt: skip


def ladder_bars(view: View) -> list[BarRow]:
    """Bars of the repeat ladder with Wilson intervals; a step below the minimum base has words only."""
    say, language = view.language.say, view.language
    rows: list[BarRow] = []
    for step in view.result.steps:
        name = str(say("Purchase {number}", number=language.number(step.purchase)))
        if step.base < view.minimum_base:
            rows.append((name, None, str(view.not_estimable(step.base)), "faint", None, None))
            continue
        role = "s1" if step.purchase == 2 else "faint"
        rows.append((name, step.rate, language.percent(step.rate), role, step.interval.low, step.interval.high))
    return rows


def ladder_figure(view: View) -> FigureWords:
    """Words of the ladder."""
    say, language, pace = view.language.say, view.language, view.result.rhythm
    assert pace is not None
    known = [step for step in view.result.steps if step.base >= view.minimum_base]
    days = language.number(pace.lost_days)
    bases = language.joined(
        [
            say(
                "purchase {number}: {taken} of {base}", number=language.number(step.purchase),
                taken=language.number(step.taken), base=language.number(step.base),
            )
            for step in known
        ]
    )  # fmt: skip
    if len(known) >= 2 and known[1].interval.low > known[0].interval.high:
        title = say(
            "{first} make a second purchase; of those, {second} make a third",
            first=view.language.percent(known[0].rate), second=view.language.percent(known[1].rate),
        )  # fmt: skip
    elif known:
        title = say("{first} make a second purchase", first=view.language.percent(known[0].rate))
    else:
        title = say("Too few customers had the time for a second purchase")
    return FigureWords(
        title,
        say("Share of customers who made the next purchase within {days} days. Lines: Wilson interval", days=days),
        say("Bars of the share that takes each step. {rows}.", rows=bases) if known else title,
        say(
            "Source: orders, all history; only customers who had {days} days for the step: {rows}.",
            days=days, rows=bases,
        )
        if known
        else view.source,
    )  # fmt: skip
