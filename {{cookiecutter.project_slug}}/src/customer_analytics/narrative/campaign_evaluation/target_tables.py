"""What was seen along the order of customers: its tenths, and the four kinds of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.analysis.targeting.result import LOST, PERSUADABLE, SLEEPING, SURE, Last, Targeting
from customer_analytics.language import Text
from customer_analytics.narrative.campaign_evaluation.view import rows
from customer_analytics.narrative.exhibits import Row, TableWords

if TYPE_CHECKING:
    from customer_analytics.narrative.campaign_evaluation.view import View

TENTHS = 10


def decile_table(view: View, found: Targeting, name: str, last: Last) -> TableWords:
    """The effect that was seen in each tenth of the order."""
    say, number = view.language.say, view.language.number
    body: list[Row] = []
    for row in rows(found.deciles):
        advised = int(row.decile) <= TENTHS - last.deciles
        effect = say("{change} ({range})", change=view.change(name, float(row.effect)),
                     range=view.change_range(name, float(row.low), float(row.high)))  # fmt: skip
        shown = min(int(row.n_contact), int(row.n_control)) >= view.minimum_base
        means = [(view.level(name, float(value)) if shown else str(view.not_estimable(int(base))), float(value))
                 for value, base in ((row.mean, row.n_contact), (row.mean_control, row.n_control))]  # fmt: skip
        body.append((
            (number(int(row.decile)), int(row.decile)), (number(int(row.n)), int(row.n)),
            (view.change(name, float(row.predicted)), float(row.predicted)), *means, (effect, float(row.effect)),
            (say("contact") if advised else say("leave alone"), int(advised)),
        ))  # fmt: skip
    return TableWords(
        (
            (say("Tenth of the order"), "number"), (say("Assignments"), "number"), (say("Predicted change"), "number"),
            (say("Seen with contact"), "number"), (say("Seen without contact"), "number"),
            (say("Change that was seen"), "number"), (say("Advised"), "text"),
        ),
        tuple(body),
        say("What a contact changed, by tenths of the order"),
        view.how(
            (say("How the order is made"), say(
                "R-learner (Nie, Wager): the change as a shrunken linear function of what was known before, each "
                "campaign with a level of its own; everybody is ranked by a fit without them, within their campaign")),
            (say("Change that was seen"), say("Inverse propensity with the known share of each arm, less what was "
                                              "expected; interval by customers")),
            (say("Leave alone"), say("The longest end of the order whose change, in each of its tenths, may be "
                                     "nothing or too small to pay for a message, and lies below that of all, by the "
                                     "intervals")),
        ),
        file="uplift_deciles.csv",
    )  # fmt: skip


def quadrant_table(view: View, found: Targeting, name: str) -> TableWords:
    """The four kinds of customers."""
    say = view.language.say
    body: list[Row] = []
    for row in rows(found.quadrants):
        if int(row.n) < view.minimum_group:
            continue
        effect = say("{change} ({range})", change=view.change(name, float(row.effect)),
                     range=view.change_range(name, float(row.low), float(row.high)))  # fmt: skip
        base = say("above the median") if row.base == "high" else say("below the median")
        body.append((
            (_kind(view, str(row.kind)), str(row.kind)), (base, str(row.base)),
            (say("contact") if row.change == "high" else say("leave alone"), str(row.change)),
            (view.language.percent(float(row.share)), float(row.share)),
            (view.level(name, float(row.mean_control)), float(row.mean_control)), (effect, float(row.effect)),
        ))  # fmt: skip
    return TableWords(
        (
            (say("Kind of customer"), "name"), (say("Expected without contact"), "text"),
            (say("Predicted to react"), "text"), (say("Share of the assigned"), "number"),
            (say("Seen without contact"), "number"), (say("Change that was seen"), "number"),
        ),
        tuple(body),
        say("Four kinds of customers"),
        view.how(
            (say("Kinds"), say("Named by what was seen: won over where the interval lies above nothing, put off where "
                               "it lies below, else not changed, who come anyway or do not come")),
        ),
        file="uplift_quadrants.csv",
    )  # fmt: skip


def _kind(view: View, kind: str) -> Text:
    say = view.language.say
    return {
        PERSUADABLE: say("won over by a contact"), SLEEPING: say("put off by a contact"),
        SURE: say("come anyway"), LOST: say("do not come either way"),
    }[kind]  # fmt: skip
