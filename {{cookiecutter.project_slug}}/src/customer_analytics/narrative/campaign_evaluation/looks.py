"""Experiments that are looked at before their time is over: what a look may say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from customer_analytics.analysis.experiment.verdict import FINAL, PEEK
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.drawn import arm_label, experiments, interval_cell, verdict_rows
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST_ROWS = 6


def _stages(view: View) -> dict[str, str]:
    """Campaign -> final, interim or peek, of those whose draw did not fail."""
    return {str(row.campaign): str(row.status) for row in verdict_rows(view) if row.grade != "D"}


def _told(view: View) -> list[Any]:
    """Looks worth a word: all where several were planned, else at experiments that are not over."""
    found = experiments(view)
    if found is None:
        return []
    planned, stages = view.parameters.planned_looks > 1, _stages(view)
    return [
        row for row in rows(found.looks)
        if str(row.campaign) in stages and (planned or stages[str(row.campaign)] != FINAL)
        and not math.isnan(float(row.statistic))
    ]  # fmt: skip


def has(view: View) -> bool:
    """Whether any experiment was looked at on the way."""
    return bool(_told(view))


def section(view: View) -> SectionWords:
    """Whether the looks were planned."""
    say, stages = view.language.say, _stages(view)
    title = say("Looks before the end")
    peeked = [campaign for campaign, stage in stages.items() if stage == PEEK]
    if peeked:
        deck = say(
            "{names}: looked at before the time was over, though no such look was planned. Whoever looks every day and "
            "stops at the first good one finds something in nothing.", names=view.names(peeked),
        )  # fmt: skip
        return SectionWords(title, "looks", deck, inside=True)
    deck = say("{looks} looks were planned. Early ones ask for more, so that all of them together err in {level} of "
               "the cases at most.", looks=view.language.number(view.parameters.planned_looks),
               level=view.language.percent(0.05))  # fmt: skip
    return SectionWords(title, "looks", deck, inside=True)


def tables(view: View) -> list[TableWords]:
    """A row an arm: the bound at this look, and the interval that holds at any."""
    told = _told(view)
    if not told:
        return []
    say, is_planned = view.language.say, view.parameters.planned_looks > 1
    columns = [(say("Arm"), "name"), (say("Windows over"), "number")]
    how = [
        (say("Holds at any look"), say("Confidence sequence of the mixture test, sized by what the whole experiment "
                                       "could see: it may be read every day, and is wider for it")),
    ]  # fmt: skip
    if is_planned:
        columns += [(say("Look"), "number"), (say("z (bound)"), "number"), (say("Interval at the bound"), "number")]
        how.insert(0, (say("z (bound)"), say("Bounds of O’Brien and Fleming’s spending function (Lan, DeMets) for the "
                                             "planned looks, by the share of windows that are over")))  # fmt: skip
    columns += [(say("Holds at any look"), "number"), (say("So far"), "text")]
    return [
        TableWords(
            tuple(columns), tuple(_row(view, row, is_planned) for row in told[:MOST_ROWS]),
            say("The main outcome at this look"), view.how(*how), file="looks.csv",
        )
    ]  # fmt: skip


def _row(view: View, row: Any, is_planned: bool) -> Row:
    say, language, outcome = view.language.say, view.language, str(row.outcome)
    cells: list[tuple[str, Any]] = [
        (arm_label(view, row), None), (language.percent(float(row.information)), float(row.information)),
    ]  # fmt: skip
    if is_planned:
        bound = "∞" if math.isinf(float(row.boundary)) else language.number(float(row.boundary), 2)
        shown = say("{z} ({bound})", z=language.number(float(row.statistic), 2), bound=bound)
        look = say(
            "{look} of {planned}", look=language.number(int(row.look)), planned=language.number(int(row.planned))
        )
        cells += [
            (look, int(row.look)),
            (shown, float(row.statistic)),
            (_finite(view, outcome, float(row.low), float(row.high)), None),
        ]
    low, high = float(row.always_low), float(row.always_high)
    return (
        *cells,
        (interval_cell(view, outcome, low, high), None),
        (_so_far(view, row, is_planned), bool(row.crossed)),
    )


def _finite(view: View, outcome: str, low: float, high: float) -> str:
    return interval_cell(view, outcome, low, high) if math.isfinite(low) else "–"


def _so_far(view: View, row: Any, is_planned: bool) -> Text:
    say = view.language.say
    if is_planned and float(row.information) >= 1:
        return say("over: beyond the bound") if row.crossed else say("over: not beyond the bound")
    if is_planned:
        return say("may stop: beyond the bound") if row.crossed else say("go on")
    beyond = float(row.always_p) < 0.05
    return say("holds however often one looks") if beyond else say("wait for the end")


def findings(view: View) -> list[Finding]:
    """Unplanned looks, told in their section."""
    told = [row for row in _told(view) if _stages(view)[str(row.campaign)] == PEEK]
    if not told:
        return []
    say, language, first = view.language.say, view.language, told[0]
    outcome, found = str(first.outcome), experiments(view)
    assert found is not None
    effect = found.effect(str(first.campaign), str(first.arm), outcome)
    n = 0 if effect is None else int(effect["n"]) + int(effect["n_control"])
    change = math.nan if effect is None else float(effect["effect"])
    low, high = float(first.always_low), float(first.always_high)
    return [
        Finding(
            id="peek", grade=Grade.C,
            head=say("{campaign}: too early to decide", campaign=view.name(str(first.campaign))),
            statement=say(
                "In {campaign} the window is over for {share} of the customers. So far {outcome} differs by "
                "**{change}** between {customers}; what holds at any look is {interval}.",
                campaign=view.name(str(first.campaign)), share=language.percent(float(first.information)),
                outcome=view.outcome(outcome), change=view.change(outcome, change),
                customers=view.counted_customers(n), interval=view.change_range(outcome, low, high),
            ),
            meaning=say("A difference on the way comes and goes; stopping at a good moment picks a lucky one."),
            action=say("Wait for the last window, or write down beforehand how often you will look."),
            section="looks", value=change, low=low, high=high, n=n, unit=outcome, notable=False,
        )
    ]  # fmt: skip
