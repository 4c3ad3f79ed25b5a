"""Credit held against experiments: what a channel's messages caused, beside what the models give the channel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from customer_analytics.analysis.attribution.outputs import hidden
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation import attribution
from customer_analytics.narrative.campaign_evaluation.channels import label, name
from customer_analytics.narrative.exhibits import Row, TableWords
from customer_analytics.narrative.finding import Finding, Grade

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View


class _Channel(NamedTuple):
    """One channel: `rows` of the calibration, its lowest and highest credit."""

    channel: str
    campaigns: int
    contacted: int
    incremental: float
    low: float
    high: float
    least: float
    most: float

    @property
    def differs(self) -> bool:
        """Whether the interval of the experiments lies beside all credits."""
        return self.low > self.most or self.high < self.least


def _channels(view: View) -> list[_Channel]:
    if not attribution.has(view):
        return []
    found = attribution.found(view)
    table = found.calibration[~found.calibration["channel"].isin(hidden(found, view.minimum_group))]
    return [_one(str(channel), own) for channel, own in table.groupby("channel", sort=True)]


def _one(channel: str, own: pd.DataFrame) -> _Channel:
    first: Any = own.iloc[0]
    return _Channel(
        channel, int(first["campaigns"]), int(first["contacted"]), float(first["incremental"]), float(first["low"]),
        float(first["high"]), float(own["credited"].min()), float(own["credited"].max()),
    )  # fmt: skip


def tables(view: View) -> list[TableWords]:
    """Additional orders by experiment and credited orders by model, a row a channel; a single one is told in words."""
    found = _channels(view)
    if not found or (len(found) == 1 and found[0].differs):
        return []
    say = view.language.say
    return [
        TableWords(
            (
                (say("Channel"), "name"), (say("Sound experiments"), "number"), (say("Customers contacted"), "number"),
                (say("Additional orders that they caused"), "number"),
                (say("Orders that the models credit"), "number"),
            ),
            tuple(_row(view, one) for one in found),
            say("The models held against experiments"),
            (
                (
                    say("Additional orders that they caused"),
                    say("Orders of those contacted less those of the control groups, in the windows; interval of the "
                        "sum over the experiments"),
                ),
                (
                    say("Orders that the models credit"),
                    say("To the channel, of the same customers in the same days: lowest to highest model. Removal has "
                        "no reading for a part of the orders"),
                ),
            ),
            file="attribution_calibration.csv",
        )
    ]  # fmt: skip


def _row(view: View, one: _Channel) -> Row:
    say, number = view.language.say, view.language.number
    caused = say(
        "{value} ({low} to {high})", value=number(one.incremental), low=number(one.low), high=number(one.high)
    )  # fmt: skip
    return (
        (label(view, one.channel), None), (number(one.campaigns), one.campaigns),
        (number(one.contacted), one.contacted), (caused, one.incremental), (_span(view, one), one.most),
    )  # fmt: skip


def _span(view: View, one: _Channel) -> Text | str:
    low, high = view.language.number(one.least), view.language.number(one.most)
    return low if low == high else view.language.say("{low} to {high}", low=low, high=high)


def findings(view: View) -> list[Finding]:
    """The channel whose credit the experiments contradict most plainly; nothing where none does."""
    found = [one for one in _channels(view) if one.differs]
    if not found:
        return []
    one = max(found, key=lambda each: (abs(each.incremental - each.most), each.channel))
    say, number = view.language.say, view.language.number
    numbers = {
        "channel": name(view, one.channel), "contacted": view.counted_customers(one.contacted),
        "credited": _span(view, one), "caused": number(one.incremental), "low": number(one.low),
        "high": number(one.high), "experiments": view.language.say_count(
            "{count} sound experiment", "{count} sound experiments", one.campaigns),
    }  # fmt: skip
    too_low = one.low > one.most
    return [
        Finding(
            id="calibration", grade=Grade.A,
            head=say("The models credit {channel} with too little", **numbers) if too_low
            else say("The models credit {channel} with too much", **numbers),
            statement=say(
                "By {experiments} the messages by {channel} caused **{caused}** additional orders of {contacted} "
                "(interval {low} to {high}). For the same customers and days the models credit the channel with "
                "{credited}.", **numbers,
            ),
            meaning=say("Who is moved by a message often orders by another way, and that way gets the credit.")
            if too_low
            else say("Who was going to order also gets messages, and these get the credit."),
            action=say("Budget {channel} by its experiments and not by credit; hold a group out of every campaign.",
                       **numbers),
            section="attribution", value=one.incremental, low=_finite(one.low), high=_finite(one.high),
            n=one.contacted, unit="orders",
        )
    ]  # fmt: skip


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
