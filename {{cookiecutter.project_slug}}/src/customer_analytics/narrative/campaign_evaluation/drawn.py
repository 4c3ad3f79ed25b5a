"""What the sections on experiments share: which rows may be told, and what an arm is called beside its campaign."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.view import rows

if TYPE_CHECKING:
    from customer_analytics.analysis.experiment import Experiments
    from customer_analytics.narrative.campaign_evaluation.view import View

WHOLE = 10.0  # amount from which a difference is told without cents


def experiments(view: View) -> Experiments | None:
    """What was found of the campaigns whose arms were drawn; None where there is none."""
    found = view.result.experiments
    return found if found is not None and len(found.verdicts) else None


def verdict_rows(view: View) -> list[Any]:
    """A row a campaign that was drawn by lot."""
    found = experiments(view)
    return [] if found is None else rows(found.verdicts)


def told_effects(view: View) -> pd.DataFrame:
    """Effects that may be shown: not withheld by a failed draw, and estimable."""
    found = experiments(view)
    if found is None or not len(found.effects):
        return pd.DataFrame()
    effects = found.effects
    return effects[effects["grade"].isin(["A", "C"]) & effects["low"].notna()].reset_index(drop=True)


def arm_label(view: View, row: Any) -> str:
    """A campaign by its name, and by the arm too where it has several, or where all of them got something."""
    found, campaign = experiments(view), str(row.campaign)
    arms = set() if found is None else set(found.effects.loc[found.effects["campaign"] == campaign, "arm"])
    name, listed = view.label(campaign), view.campaign(campaign)
    if len(arms) < 2 and (listed is None or listed.control_kind == "untouched"):
        return name
    return str(view.language.say("{campaign}, {arm}", campaign=name, arm=view.shortened(row.arm)))


def _change(view: View, outcome: str, value: float) -> str:
    """A difference without its unit: +8.9; +£0.66. Chinese writes the currency out, too long for three in a cell."""
    if view.language.is_chinese and view.kind_of(outcome) == "money":
        return view.language.signed(value, 2 if abs(value) < WHOLE else 0)
    return view.bare_change(outcome, value)


def interval_cell(view: View, outcome: str, low: float, high: float) -> str:
    """An interval of a difference for a cell; a dash where there is none."""
    if math.isnan(low):
        return "–"
    return str(view.language.say("{low} to {high}", low=_change(view, outcome, low), high=_change(view, outcome, high)))


def effect_cell(view: View, outcome: str, effect: float, low: float, high: float) -> str:
    """A difference with its interval for a cell of a row that names the unit; a dash where there is none."""
    if math.isnan(effect) or math.isnan(low):
        return "–"
    interval = interval_cell(view, outcome, low, high)
    return str(view.language.say("{change} ({interval})", change=_change(view, outcome, effect), interval=interval))


def units_told(view: View) -> tuple[Text, Text]:
    """The units of the differences, for the box below a table."""
    say = view.language.say
    return say("Units"), say("Differences of shares in percentage points, of money in {currency}",
                             currency=view.language.currency_name)  # fmt: skip
