"""Everything else that was measured: each outcome of each arm, corrected for how many were looked at."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.analysis.experiment.result import LEVEL
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.drawn import (
    arm_label,
    effect_cell,
    experiments,
    told_effects,
    units_told,
    verdict_rows,
)
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, SectionWords, TableWords
from customer_analytics.statistics import holm

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

MOST_ROWS, MOST_RATIOS = 8, 5


def has(view: View) -> bool:
    """Whether any effect may be told."""
    return len(told_effects(view)) > 0


def _tested(view: View) -> pd.DataFrame:
    effects = told_effects(view)
    return effects[~effects["guardrail"].astype(bool)]


def section(view: View) -> SectionWords:
    """How many of all comparisons are beyond chance."""
    say, number, effects = view.language.say, view.language.number, _tested(view)
    found, campaigns = int(effects["found"].sum()), effects["campaign"].nunique()
    numbers = {
        "compared": number(len(effects)),
        "experiments": view.language.say_count("{count} experiment", "{count} experiments", campaigns),
    }  # fmt: skip
    title = say("What else changed")
    if not found:
        deck = say(
            "Nothing beyond chance: none of {compared} comparisons of arms and outcomes in {experiments} stands after "
            "the correction for their number.", **numbers,
        )  # fmt: skip
        return SectionWords(title, "outcomes", deck)
    deck = view.language.say_count(
        "Of {compared} comparisons of arms and outcomes in {experiments}, one stands after the correction for their "
        "number.",
        "Of {compared} comparisons of arms and outcomes in {experiments}, {count} stand after the correction for their "
        "number.", found, **numbers,
    )  # fmt: skip
    return SectionWords(title, "outcomes", deck)


def tables(view: View) -> list[TableWords]:
    """The effects that stand, then the nearest ones; and money an order."""
    if not has(view):
        return []
    say, effects = view.language.say, _tested(view)
    ordered = effects.assign(_place=range(len(effects))).sort_values(
        ["found", "p_adjusted", "p", "_place"], ascending=[False, True, True, True], kind="stable"
    )
    shown = rows(ordered.head(MOST_ROWS))
    made = [
        TableWords(
            (
                (say("Arm"), "name"),
                (say("Measured"), "text"),
                (say("In the arm"), "number"),
                (say("In the control arm"), "number"),
                (say("Difference (interval)"), "number"),
                (say("Relative to the control arm"), "number"),
                (say("Corrected p"), "number"),
            ),
            tuple(_row(view, row) for row in shown),
            say("Effects on every outcome, the surest first"),
            view.how(
                (say("Corrected p"), say("Holm over all arms and outcomes of a campaign; what must not get worse is "
                                         "corrected apart. The whole table is in the file")),
                (say("How it was tested"), say(
                    "Shares: pooled z test, Fisher’s where few are expected, interval after Newcombe. Numbers: Welch’s "
                    "t. Drawn groups: by group, permuted where there are few")),
                (say("Relative to the control arm"), say(
                    "The file holds its interval after Fieller; there is none where the control arm’s mean may be "
                    "zero")),
                units_told(view),
            ),
            file="effects.csv",
        )
    ]  # fmt: skip
    return made + _ratio_tables(view)


def _row(view: View, row: Any) -> Row:
    outcome = str(row.outcome)
    return (
        (arm_label(view, row), None),
        (view.measured(outcome), outcome),
        (view.bare_level(outcome, float(row.mean)), float(row.mean)),
        (view.bare_level(outcome, float(row.mean_control)), float(row.mean_control)),
        (effect_cell(view, outcome, float(row.effect), float(row.low), float(row.high)), float(row.effect)),
        (view.language.signed_percent(float(row.relative)), float(row.relative)),
        (view.p(float(row.p_adjusted)), float(row.p_adjusted)),
    )


def _ratio_tables(view: View) -> list[TableWords]:
    """Revenue and margin an order, where one of them differs beyond chance; else the file is enough."""
    found = experiments(view)
    if found is None or not len(found.ratios):
        return []
    ratios = found.ratios[found.ratios["grade"].isin(["A", "C"]) & found.ratios["low"].notna()]
    if not len(ratios) or float(holm(ratios["p"].to_numpy(dtype="float64")).min()) >= LEVEL:
        return []
    say = view.language.say
    ordered = ratios.sort_values(["p", "campaign", "arm", "outcome"], kind="stable")
    return [
        TableWords(
            (
                (say("Arm"), "name"),
                (say("An order is worth"), "text"),
                (say("In the arm"), "number"),
                (say("In the control arm"), "number"),
                (say("Difference (interval)"), "number"),
                (say("p, uncorrected"), "number"),
            ),
            tuple(_ratio_row(view, row) for row in rows(ordered.head(MOST_RATIOS))),
            say("What an order is worth, arm by arm"),
            view.how(
                (say("Ratio of means"), say("Money of an arm over its orders, compared by the delta method with "
                                            "customers as the units (Deng, Knoblich, Lu)")),
                (say("Careful"), say("A contact also changes who orders: smaller orders may be more customers, not "
                                     "thriftier ones")),
            ),
            file="ratio_effects.csv",
        )
    ]  # fmt: skip


def _ratio_row(view: View, row: Any) -> Row:
    money, signed = view.language.money, view.signed_money
    say = view.language.say
    name = say("revenue") if row.outcome == "revenue_per_order" else say("margin")
    interval = say("{low} to {high}", low=signed(float(row.low)), high=signed(float(row.high)))
    return (
        (arm_label(view, row), None),
        (name, str(row.outcome)),
        (money(float(row.mean)), float(row.mean)),
        (money(float(row.mean_control)), float(row.mean_control)),
        (say("{change} ({interval})", change=signed(float(row.effect)), interval=interval), float(row.effect)),
        (view.p(float(row.p)), float(row.p)),
    )


def remarks(view: View) -> list[Text]:
    """Many campaigns are many chances; campaigns in which nothing was to be expected are a check of the method."""
    tested = [row for row in verdict_rows(view) if row.grade == "A" and not math.isnan(float(row.q))]
    if len(tested) < 2:
        return []
    say, number = view.language.say, view.language.number
    found = [row for row in tested if row.found]
    false = [row for row in found if float(row.q) >= LEVEL]
    told = [
        say("Judged by {outcome}, the arms differ beyond chance in {found} of {tested} sound experiments; with all of "
            "them looked at together (false discovery rate {level}) {left} remain.", outcome=view.outcome(view.main),
            found=number(len(found)), tested=number(len(tested)), level=view.language.percent(LEVEL),
            left=number(len(found) - len(false)))
    ]  # fmt: skip
    same = [str(row.campaign) for row in tested if _got_the_same(view, str(row.campaign)) and not row.found]
    if same:
        told.append(
            say("In {names} every arm got a message and no arm differs, as should be where the messages are alike: the "
                "way of counting makes nothing out of nothing.", names=view.names(same))
        )  # fmt: skip
    return told


def _got_the_same(view: View, campaign: str) -> bool:
    """Whether nobody was left without a message, so that the experiment may be an A/A test."""
    row = view.campaign(campaign)
    return row is not None and str(row.control_kind) == "first"
