"""Who drops off: groups that go on less often than the rest, and what the lost met."""

from __future__ import annotations

import math

from customer_analytics.analysis.dropoff.drivers import LEVEL
from customer_analytics.analysis.dropoff.result import DropoffResult
from customer_analytics.analysis.dropoff.voices import DAYS
from customer_analytics.language import Text
from customer_analytics.narrative.exhibits import Cell, FigureWords, PairRow, Row, SectionWords, TableWords
from customer_analytics.narrative.finding import Finding, Grade
from customer_analytics.narrative.funnel.groups import (
    Record,
    before,
    counted,
    found,
    group,
    how,
    inside,
    passage,
    period,
    points_cell,
    property_of,
    ratio_cell,
    records,
    share_cell,
)
from customer_analytics.narrative.funnel.view import View
from customer_analytics.statistics import Interval

SHOWN = 8  # rows of a table or figure
POWER = 2.8  # standard errors of the smallest difference that is seen four times in five (1.96 + 0.84)
MANY = 0.1  # share of the lost from which what they met is told first, where a group stands out as well
TYPICAL = 0.2  # share of a group in whose size the power is stated


def has_drivers(view: View) -> bool:
    """Whether anything could be looked at."""
    return view.enough and view.dropoff is not None and view.dropoff.enough and view.dropoff.drivers.tests > 0


def drivers_section(view: View) -> SectionWords:
    """Opening: how many groups were compared, at how many steps."""
    say, result = view.language.say, found(view)
    names = view.language.listing([inside(view, property_of(view, each.column)) for each in result.properties])
    deck = say(
        "Groups by {names} were compared with the rest at each step, {tests} comparisons in all; what is named stands "
        "after correcting for that number.",
        names=names, tests=view.language.number(result.drivers.tests),
    )  # fmt: skip
    return SectionWords(say("Who drops off"), "drivers", deck)


def driver_pairs(view: View) -> list[PairRow]:
    """The groups of the chart: name, rate of the rest, rate of the group, both in words, role."""
    language = view.language
    pairs: list[PairRow] = []
    for place, row in enumerate(_claimed(view)):
        name = before(view, row)
        rest, own = float(row["rest_rate"]), float(row["rate"])
        role = "faint" if place else "alert"
        pairs.append((name, rest, own, language.percent(rest), language.percent(own), role))
    return pairs


def driver_heads(view: View) -> tuple[str, str]:
    """What the ring and the dot are."""
    return str(view.language.say("the rest")), str(view.language.say("the group"))


def driver_figure(view: View) -> FigureWords:
    """Words of the chart of groups."""
    say, language, rows = view.language.say, view.language, _claimed(view)
    first = rows[0]
    told = language.joined(
        [
            say(
                "{group}, {passage}: {rate}, the rest {rest}",
                group=row["value"], passage=passage(view, int(row["step"])),
                rate=language.percent(row["rate"]), rest=language.percent(row["rest_rate"]),
            )
            for row in rows
        ]
    )  # fmt: skip
    return FigureWords(
        say(
            "{group}: {rate} go on to “{step}”, {rest} of the others",
            group=first["value"], rate=language.percent(first["rate"]), rest=language.percent(first["rest_rate"]),
            step=view.step(int(first["step"])),
        ),
        say("Share that goes on to the next step: the group (dot) and the rest (ring), largest prize on top"),
        say("Two shares a row. {rows}.", rows=told),
        _source(view),
    )  # fmt: skip


def driver_table(view: View) -> TableWords:
    """The claimed groups; where there are none, those that came nearest."""
    say, result = view.language.say, found(view)
    claimed = _claimed(view)
    shown = claimed or records(result.drivers.table.head(SHOWN))
    rows: list[Row] = []
    for row in shown:
        rows.append(
            (
                (group(view, row), None),
                (passage(view, int(row["step"])), int(row["step"])),
                share_cell(view, float(row["rate"]), int(row["n"])),
                share_cell(view, float(row["rest_rate"]), int(row["rest_n"])),
                points_cell(view, *(float(row[f"difference{end}"]) for end in ("", "_low", "_high"))),
                ratio_cell(view, *(float(row[f"adjusted{end}"]) for end in ("", "_low", "_high"))),
            )
        )
    return TableWords(
        (
            (say("Group"), "name"),
            (say("Step"), "text"),
            (say("Go on"), "number"),
            (say("The rest"), "number"),
            (say("Difference in points (interval)"), "number"),
            (say("Odds ratio, others fixed"), "number"),
        ),
        tuple(rows),
        say("Groups that go on less often than the rest")
        if claimed
        else say("The groups that came nearest to a difference"),
        how(view, *_how(view)),
        file="dropoff_drivers.csv",
    )


def _how(view: View) -> list[tuple[Text, Text]]:
    say, language, result = view.language.say, view.language, found(view)
    fixed = [inside(view, property_of(view, column)) for column in result.drivers.adjusted_for]
    lines = [
        (
            say("Test"),
            say(
                "Group against all others with a known value; Fisher's exact test, and where people come several times "
                "an error that counts people, the more cautious of the two. q: corrected for all {tests} comparisons "
                "(Benjamini and Hochberg); named up to {level}, from {base} on in both",
                tests=language.number(result.drivers.tests), level=language.number(LEVEL, 2),
                base=counted(view, view.minimum_base),
            ),
        ),
        (say("When measured"), say("At entry, before the outcome")),
    ]  # fmt: skip
    if len(fixed) > 1:
        lines.append(
            (
                say("Others fixed"),
                say(
                    "Logistic regression of going on, on {names} together; below one: the group goes on less often "
                    "than others of the same kind",
                    names=language.listing(fixed),
                ),
            )
        )
    return lines


def none_words(view: View) -> Text:
    """What is said where nothing was found, with what could have been missed."""
    say, language = view.language.say, view.language
    return say(
        "None of the {tests} comparisons shows a group that goes on less often beyond chance. In a group of a fifth of "
        "the {count}, a difference of less than about {points} points could have gone unseen.",
        tests=language.number(found(view).drivers.tests), count=counted(view, int(found(view).totals["n_1"])),
        points=language.number(100 * _unseen(found(view)), 1),
    )  # fmt: skip


def _unseen(result: DropoffResult) -> float:
    """Smallest difference at the last step that a group of TYPICAL size shows four times in five."""
    last = len(result.steps)
    base, reached = int(result.totals[f"n_{last - 1}"]), int(result.totals[f"n_{last}"])
    if not base:
        return math.nan
    # Where all went on or nobody did, two more of each kind (Agresti and Coull): no difference is seen for sure.
    rate = reached / base if 0 < reached < base else (reached + 2) / (base + 4)
    return POWER * math.sqrt(rate * (1 - rate) / (base * TYPICAL * (1 - TYPICAL)))


def tables(view: View) -> list[TableWords]:
    """The groups, what the lost met, and what they said afterwards."""
    return [one for one in (driver_table(view), reason_table(view), voice_table(view)) if one is not None]


def reason_table(view: View) -> TableWords | None:
    """What the lost met at the steps before they stopped; None where nothing was found."""
    result = found(view)
    marked = result.reasons.marked
    told = marked[(marked["said"] != "") & (marked["lost_with"] >= max(view.minimum_group, 1))]
    if not len(told):
        return None
    say = view.language.say
    rows: list[Row] = []
    for row in records(told.head(SHOWN)):
        rows.append(
            (
                (row["said"], None),
                (reason_name(view, str(row["group"])), None),
                (passage(view, int(row["step"])), int(row["step"])),
                *_shares(view, row),
            )
        )
    return TableWords(
        (
            (say("What was met"), "name"),
            (say("About"), "text"),
            (say("Step"), "text"),
            *_share_heads(view),
        ),
        tuple(rows),
        say("What the lost met before they stopped"),
        how(
            view,
            (
                say("What was met"),
                say(
                    "Names of events, pages and elements that tell of trouble, and what properties called error, "
                    "reason or the like say; from the step before until the next step or the end of the time"
                ),
            ),
            (say("About"), say("By the words used: payment, delivery, price, identity, else error")),
        ),
        file="dropoff_reasons.csv",
    )


def voice_table(view: View) -> TableWords | None:
    """What the lost said afterwards more often than those who went on; None where there is no such topic."""
    marked = found(view).voices.marked
    told = marked[marked["lost_with"] >= max(view.minimum_group, 1)]
    if not len(told):
        return None
    say, language = view.language.say, view.language
    rows: list[Row] = []
    for row in records(told.head(SHOWN)):
        rows.append(
            (
                (row["topic"], None),
                (passage(view, int(row["step"])), int(row["step"])),
                *_shares(view, row),
            )
        )
    return TableWords(
        (
            (say("Topic"), "name"),
            (say("Step"), "text"),
            *_share_heads(view),
        ),
        tuple(rows),
        say("What the lost said afterwards"),
        how(
            view,
            (
                say("Base"),
                say(
                    "Those whose customer gave feedback within {days} days of entry, by the topic that it is filed "
                    "under; who gives feedback is no fair sample of either side",
                    days=language.number(DAYS),
                ),
            ),
        ),
        file="dropoff_voices.csv",
    )


def _share_heads(view: View) -> tuple[tuple[Text, str], ...]:
    say = view.language.say
    return (
        (say("Lost with it"), "number"),
        (say("Of the lost (interval)"), "number"),
        (say("Of those who went on"), "number"),
    )


def _shares(view: View, row: Record) -> tuple[Cell, ...]:
    """How many of the lost had it, their share, and the share of those who went on."""
    interval = Interval(float(row["share_low"]), float(row["share_high"]))
    return (
        (view.language.number(int(row["lost_with"])), int(row["lost_with"])),
        share_cell(view, float(row["share"]), int(row["lost"]), interval),
        share_cell(view, float(row["went_on_share"]), int(row["went_on"])),
    )


def reason_name(view: View, name: str) -> Text:
    """What a reason is about."""
    say = view.language.say
    return {
        "payment": say("Payment"),
        "delivery": say("Delivery"),
        "price": say("Price"),
        "identity": say("Identity check"),
        "error": say("Error"),
    }[name]


def top_reason(view: View, step: int, *, of_group: bool = False) -> Record | None:
    """What most of the lost at a step met, of all or of the group with the largest prize; None where nothing was."""
    reasons = found(view).reasons_of_group if of_group else found(view).reasons
    if reasons is None:
        return None
    marked = reasons.marked
    here = marked[(marked["step"] == step) & (marked["said"] != "") & (marked["lost_with"] >= view.minimum_group)]
    return records(here.head(1))[0] if len(here) else None


def reason_finding(view: View) -> Finding | None:
    """What most of the lost at one step met; None where nothing was."""
    rows = [row for step in range(2, view.steps + 1) if (row := top_reason(view, step))]
    row = max(rows, key=lambda one: int(one["lost_with"]), default=None)
    if row is None:
        return None
    say, language, step = view.language.say, view.language, int(row["step"])
    interval = Interval(float(row["share_low"]), float(row["share_high"]))
    return Finding(
        id="dropoff_reason", grade=Grade.C,
        head=say("Many of the lost met “{what}”", what=row["said"]),
        statement=say(
            "Of {lost} lost before “{step}”, **{share}** ({interval}) had met “{what}” by then; of {on} that went on, "
            "{other}.",
            lost=counted(view, int(row["lost"])), step=view.step(step), share=language.percent(row["share"]),
            interval=view.interval(interval), what=row["said"], on=language.number(int(row["went_on"])),
            other=language.percent(row["went_on_share"]),
        ),
        meaning=say(
            "It is about: {about}. Whether they stopped because of it is not shown: some would have stopped anyway.",
            about=reason_name(view, str(row["group"])),
        ),
        action=say("Trace “{what}” in the logs of the days with the most cases, and mend it before redesigning pages.",
                   what=row["said"]),
        section="drivers", value=float(row["share"]), low=interval.low, high=interval.high, n=int(row["lost"]),
        unit="share", notable=float(row["share"]) >= MANY and len(found(view).drivers.prizes) > 0,
    )  # fmt: skip


def _claimed(view: View) -> list[Record]:
    return records(found(view).drivers.prizes.head(SHOWN))


def _source(view: View) -> Text:
    return view.language.say(
        "Source: {what}, {period}; {count}.",
        what=view.data, period=period(view), count=counted(view, int(found(view).totals["n_1"])),
    )  # fmt: skip
